#include "test/unit/session/ordinary_session.h"

#include <apr_strings.h>

#include "base/claim_names.h"
#include "session/session_codec.h"

static void assert_same_session(const cog_session_t *a, const cog_session_t *b)
{
    assert_int_equal(a->created, b->created);
    assert_int_equal(a->seen, b->seen);
    assert_int_equal(a->auth_time, b->auth_time);
    assert_int_equal(a->renew_at, b->renew_at);
    assert_int_equal(a->expires, b->expires);
    assert_int_equal(a->renewals, b->renewals);
    assert_memory_equal(a->id, b->id, COG_SESSION_ID_LEN);
    assert_string_equal(a->subject, b->subject);
    assert_int_equal(a->claims->nelts, b->claims->nelts);
    for (int i = 0; i < a->claims->nelts; ++i) {
        const cog_claim_t *claim_a = &APR_ARRAY_IDX(a->claims, i, cog_claim_t);
        const cog_claim_t *claim_b = &APR_ARRAY_IDX(b->claims, i, cog_claim_t);

        assert_string_equal(claim_a->name, claim_b->name);
        assert_string_equal(claim_a->value, claim_b->value);
        assert_int_equal(claim_a->kind, claim_b->kind);
    }
}

static void reads_what_it_has_written(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_session_t *read;

    assert_int_equal(
        cog_session_decode(*state, cog_session_encode(*state, &written), &read), COG_OK);
    assert_same_session(&written, read);
    assert_string_equal(cog_session_claim(read, "email"), "alice.liddell@example.com");
}

static void reads_the_smallest_and_the_largest_numbers(void **state)
{
    cog_session_t written = {.subject = "", .claims = claims_of(*state, NULL, 0)};
    cog_session_t *read;

    assert_int_equal(
        cog_session_decode(*state, cog_session_encode(*state, &written), &read), COG_OK);
    assert_same_session(&written, read);

    written.created = written.seen = written.auth_time = UINT32_MAX;
    written.renewals = INT64_MAX;
    assert_int_equal(
        cog_session_decode(*state, cog_session_encode(*state, &written), &read), COG_OK);
    assert_same_session(&written, read);
}

static void assert_inside(const char *text, cog_span_t record)
{
    assert_in_range((uintptr_t)text, (uintptr_t)record.bytes,
                    (uintptr_t)record.bytes + record.len - 1);
}

static int count_in(cog_span_t record, const char *text)
{
    size_t len = strlen(text) + 1; /* with its NUL */
    int count = 0;

    for (size_t at = 0; at + len <= record.len; ++at) {
        count += memcmp(record.bytes + at, text, len) == 0;
    }
    return count;
}

static void points_into_the_record_instead_of_copying(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_span_t record = cog_session_encode(*state, &written);
    cog_session_t *read;

    assert_int_equal(cog_session_decode(*state, record, &read), COG_OK);
    assert_inside(read->subject, record);
    for (int i = 0; i < read->claims->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(read->claims, i, cog_claim_t);

        if (cog_claim_number(claim->name) == 0) {
            assert_inside(claim->name, record);
        }
        assert_inside(claim->value, record);
    }
}

/* Two names for one claim would be two records for one session. */
static void writes_no_usual_name_and_the_subject_only_once(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_span_t record = cog_session_encode(*state, &written);
    const char *subject = written.subject;

    assert_int_equal(count_in(record, "email"), 0);
    assert_int_equal(count_in(record, "custom:tenant"), 1);
    assert_int_equal(count_in(record, subject), 2); /* sub and cognito:username */
    written.subject = "somebody else";
    record = cog_session_encode(*state, &written);
    assert_int_equal(count_in(record, "somebody else"), 1);
}

/* A block of exactly the record's size, so that AddressSanitizer sees a read past it. */
static cog_err_t decode_exactly(apr_pool_t *pool, const unsigned char *bytes, size_t len,
                                cog_session_t **session)
{
    unsigned char *exact = malloc(len ? len : 1);
    cog_err_t err;

    memcpy(exact, bytes, len);
    err = cog_session_decode(pool, (cog_span_t){exact, len}, session);
    free(exact);
    return err;
}

static void refuses_a_record_cut_short_anywhere(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_span_t record = cog_session_encode(*state, &written);
    cog_session_t *read;

    for (size_t len = 0; len < record.len; ++len) {
        assert_int_equal(decode_exactly(*state, record.bytes, len, &read),
                         COG_E_NO_SESSION);
    }
    assert_int_equal(decode_exactly(*state, record.bytes, record.len, &read), COG_OK);
}

static void refuses_what_follows_a_record(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_span_t record = cog_session_encode(*state, &written);
    unsigned char *longer = apr_pcalloc(*state, record.len + 1);
    cog_session_t *read;

    memcpy(longer, record.bytes, record.len);
    assert_int_equal(decode_exactly(*state, longer, record.len + 1, &read),
                     COG_E_NO_SESSION);
}

/* F37 */
static void refuses_every_other_version(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_span_t record = cog_session_encode(*state, &written);
    unsigned char *other = apr_pmemdup(*state, record.bytes, record.len);
    cog_session_t *read;

    for (int version = 0; version < 256; ++version) {
        other[0] = (unsigned char)version;
        assert_int_equal(decode_exactly(*state, other, record.len, &read),
                         version == record.bytes[0] ? COG_OK : COG_E_NO_SESSION);
    }
}

/* Whatever is read, there is but one record of it. */
static int is_read_as_it_would_be_written(apr_pool_t *pool, cog_span_t record)
{
    cog_session_t *read;
    cog_span_t again;

    if (cog_session_decode(pool, record, &read) != COG_OK) {
        return 0;
    }
    again = cog_session_encode(pool, read);
    assert_int_equal(again.len, record.len);
    assert_memory_equal(again.bytes, record.bytes, record.len);
    return 1;
}

static void reads_any_bytes_without_harm(void **state)
{
    cog_session_t written = ordinary_session(*state);
    cog_span_t record = cog_session_encode(*state, &written);
    unsigned char *other = malloc(record.len); /* its end is seen by AddressSanitizer */
    int read = 0, refused = 0;

    memcpy(other, record.bytes, record.len);
    for (size_t at = 1; at < record.len; ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            int is_read;

            other[at] = (unsigned char)(record.bytes[at] ^ (1 << bit));
            is_read =
                is_read_as_it_would_be_written(*state, (cog_span_t){other, record.len});
            read += is_read;
            refused += !is_read;
        }
        other[at] = record.bytes[at];
    }
    free(other);
    assert_true(read > 0 && refused > 0);
}

static void refuses_claims_that_are_unsorted_or_doubled(void **state)
{
    static const cog_claim_t turned[] = {
        {"b", "1", COG_CLAIM_TEXT},
        {"a", "2", COG_CLAIM_TEXT}
    };
    static const cog_claim_t doubled[] = {
        {"a", "1", COG_CLAIM_TEXT},
        {"a", "2", COG_CLAIM_TEXT}
    };
    cog_session_t written = ordinary_session(*state);
    cog_session_t *read;

    written.claims = claims_of(*state, turned, COUNT(turned));
    assert_int_equal(
        cog_session_decode(*state, cog_session_encode(*state, &written), &read),
        COG_E_NO_SESSION);
    written.claims = claims_of(*state, doubled, COUNT(doubled));
    assert_int_equal(
        cog_session_decode(*state, cog_session_encode(*state, &written), &read),
        COG_E_NO_SESSION);
}

static void refuses_a_kind_of_claim_that_it_does_not_know(void **state)
{
    static const cog_claim_t unknown[] = {
        {"a", "1", (cog_claim_kind_t)3}
    };
    cog_session_t written = ordinary_session(*state);
    cog_session_t *read;

    written.claims = claims_of(*state, unknown, COUNT(unknown));
    assert_int_equal(
        cog_session_decode(*state, cog_session_encode(*state, &written), &read),
        COG_E_NO_SESSION);
}

/* Byte by byte, as nothing of ours would write it. */
static void refuses_what_could_be_written_shorter(void **state)
{
    static const struct {
        const char *rule;
        const char *tail; /* subject, number of claims, claims */
        size_t len;
        cog_err_t result;
    } rows[] = {
        {"subject beside no claim",       "x\0\0",                          3,  COG_OK          },
        {"subject that is the claim",     "\0\1\4x\0",                      5,  COG_OK          },
        {"subject that is no such claim", "y\0\1\4x\0",                     6,  COG_OK          },
        {"subject beside the same claim", "x\0\1\4x\0",                     6,  COG_E_NO_SESSION},
        {"unusual name",                  "x\0\1\0abc\0x\0",                10, COG_OK          },
        {"usual name, written out",       "y\0\1\0sub\0x\0",                10, COG_E_NO_SESSION},
        {"number that no name has",       "y\0\1\xfc\1x\0",                 7,  COG_E_NO_SESSION},
        {"number of more than 32 bits",   "y\0\1\x84\x80\x80\x80\x80\1x\0", 11,
         COG_E_NO_SESSION                                                                       },
    };
    cog_session_t empty = {.subject = "", .claims = claims_of(*state, NULL, 0)};
    cog_span_t record = cog_session_encode(*state, &empty);
    size_t head = record.len - 2; /* "" as subject, no claims */

    for (size_t i = 0; i < COUNT(rows); ++i) {
        unsigned char *bytes = apr_palloc(*state, head + rows[i].len);
        cog_session_t *read;

        memcpy(bytes, record.bytes, head);
        memcpy(bytes + head, rows[i].tail, rows[i].len);
        assert_result(rows[i].rule,
                      decode_exactly(*state, bytes, head + rows[i].len, &read),
                      rows[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(reads_what_it_has_written),
        cmocka_unit_test_with_pool(reads_the_smallest_and_the_largest_numbers),
        cmocka_unit_test_with_pool(points_into_the_record_instead_of_copying),
        cmocka_unit_test_with_pool(writes_no_usual_name_and_the_subject_only_once),
        cmocka_unit_test_with_pool(refuses_a_record_cut_short_anywhere),
        cmocka_unit_test_with_pool(refuses_what_follows_a_record),
        cmocka_unit_test_with_pool(refuses_every_other_version),
        cmocka_unit_test_with_pool(reads_any_bytes_without_harm),
        cmocka_unit_test_with_pool(refuses_claims_that_are_unsorted_or_doubled),
        cmocka_unit_test_with_pool(refuses_a_kind_of_claim_that_it_does_not_know),
        cmocka_unit_test_with_pool(refuses_what_could_be_written_shorter),
    };

    return cmocka_run_group_tests_name("session/session_codec", tests, NULL, NULL);
}
