#include "test/unit/session/ordinary_session.h"

#include <apr_strings.h>

#include "crypto/seal.h"
#include "session/session_codec.h"

static const char secret[] = "a secret of the site, of more than 32 bytes";

static const cog_binding_t binding = {COG_PURPOSE_SESSION, "https://idp.test/pool", "app",
                                      "__Host-cognito_session"};

static cog_keyring_t *keyring_of(apr_pool_t *pool)
{
    cog_secret_t secrets[] = {cog_secret_of(secret)};
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, secrets, 1, &keyring), COG_OK);
    return keyring;
}

static const char *seal(apr_pool_t *pool, const cog_keyring_t *keyring,
                        const cog_session_t *session)
{
    cog_sealer_t sealer = {keyring, cog_random_system()};
    const char *sealed;

    assert_int_equal(
        cog_seal(pool, &sealer, &binding, cog_session_encode(pool, session), &sealed),
        COG_OK);
    return sealed;
}

/* S17, design: an ordinary user's session is small */
static void takes_at_most_600_bytes_of_an_ordinary_users_header(void **state)
{
    cog_session_t session = ordinary_session(*state);

    assert_in_range(strlen(seal(*state, keyring_of(*state), &session)), 1, 600);
}

static int opens(apr_pool_t *pool, const cog_keyring_t *keyring, const char *value,
                 size_t len)
{
    char *exact = malloc(len ? len : 1);
    cog_session_t *session;
    cog_span_t plain;
    int is_open;

    memcpy(exact, value, len);
    is_open = cog_unseal(pool, keyring, &binding,
                         (cog_span_t){(unsigned char *)exact, len}, &plain) == COG_OK &&
              cog_session_decode(pool, plain, &session) == COG_OK;
    free(exact);
    return is_open;
}

/* S09: every byte flipped, cut at each length, something appended */
static void opens_no_cookie_that_was_tampered_with(void **state)
{
    cog_keyring_t *keyring = keyring_of(*state);
    cog_session_t session = ordinary_session(*state);
    const char *sealed = seal(*state, keyring, &session);
    size_t len = strlen(sealed);
    char *other = apr_pstrcat(*state, sealed, "A", NULL);

    assert_true(opens(*state, keyring, sealed, len));
    assert_false(opens(*state, keyring, other, len + 1));
    for (size_t at = 0; at < len; ++at) {
        assert_false(opens(*state, keyring, sealed, at));
        for (int bit = 0; bit < 8; ++bit) {
            other[at] = (char)(sealed[at] ^ (1 << bit));
            assert_false(opens(*state, keyring, other, len));
        }
        other[at] = sealed[at];
    }
}

/* S09: the halves of two cookies; CVE-2021-26690, CVE-2021-26691 */
static void opens_no_cookie_that_was_spliced(void **state)
{
    cog_keyring_t *keyring = keyring_of(*state);
    cog_session_t session = ordinary_session(*state);
    const char *one = seal(*state, keyring, &session);
    const char *two = seal(*state, keyring, &session);
    size_t len = strlen(one);

    assert_int_equal(len, strlen(two));
    for (size_t at = 1; at < len; ++at) {
        char *spliced = apr_pstrdup(*state, one);

        memcpy(spliced + at, two + at, len - at);
        if (strcmp(spliced, one) != 0 && strcmp(spliced, two) != 0) {
            assert_false(opens(*state, keyring, spliced, len));
        }
    }
}

/* What a browser holds of a stored session is no session, and the other way round. */
static void tells_a_reference_from_a_session(void **state)
{
    cog_session_t session = ordinary_session(*state);
    cog_span_t reference = cog_session_encode_reference(*state, &session);
    unsigned char owner[COG_SESSION_OWNER_LEN];
    cog_session_reference_t found;
    cog_session_t *read;

    assert_true(cog_session_decode_reference(reference, &found));
    assert_memory_equal(found.id, session.id, COG_SESSION_ID_LEN);
    assert_int_equal(found.created, session.created);
    cog_session_owner(&session, owner);
    assert_memory_equal(found.owner, owner, sizeof(owner));
    assert_int_equal(cog_session_decode(*state, reference, &read), COG_E_NO_SESSION);
    assert_false(
        cog_session_decode_reference(cog_session_encode(*state, &session), &found));
    for (size_t len = 0; len < reference.len; ++len) {
        assert_false(
            cog_session_decode_reference((cog_span_t){reference.bytes, len}, &found));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(takes_at_most_600_bytes_of_an_ordinary_users_header),
        cmocka_unit_test_with_pool(opens_no_cookie_that_was_tampered_with),
        cmocka_unit_test_with_pool(opens_no_cookie_that_was_spliced),
        cmocka_unit_test_with_pool(tells_a_reference_from_a_session),
    };

    return cmocka_run_group_tests_name("session/session_codec, in a cookie", tests, NULL,
                                       NULL);
}
