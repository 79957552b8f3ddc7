/* What of a login is in the parameter `state`, which survives the loss of the cookie. */
#include "test/unit/session/login_in_flight.h"

#include <apr_strings.h>

#include "base/pack.h"

static const char *text_of_len(apr_pool_t *pool, size_t len)
{
    char *text = apr_palloc(pool, len + 1);

    memset(text, 'a', len);
    text[0] = '/';
    text[len] = '\0';
    return text;
}

static void carries_the_login_in_the_state_parameter(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    cog_login_state_t *login = login_to(*state, "/orders");
    cog_login_state_t *read;
    const char *param;

    assert_int_equal(cog_login_state_write(*state, &sealer, login, &param), COG_OK);
    assert_int_equal(cog_login_state_read(*state, sealer.keyring, param, &read), COG_OK);
    assert_true(cog_login_state_is_same(read, login));
    assert_int_equal(read->created, 1795000000);
    assert_int_equal(read->attempt, 1);
    assert_int_equal(read->max_age_sec, 900);
    assert_string_equal(read->return_to, "/orders");
}

/* Cognito refuses a state that is URL-encoded JSON: it is base64url and short */
static void writes_a_short_state_of_url_safe_characters(void **state)
{
    static const struct {
        size_t len;
        int is_kept;
    } rows[] = {
        {1,    1},
        {160,  1},
        {161,  0},
        {2000, 0}
    };
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);

    for (size_t i = 0; i < COUNT(rows); ++i) {
        const char *return_to = text_of_len(*state, rows[i].len);
        cog_login_state_t *login = login_to(*state, return_to);
        cog_login_state_t *read;
        const char *param;

        login->created = INT64_C(99999999999);
        assert_int_equal(cog_login_state_write(*state, &sealer, login, &param), COG_OK);
        assert_in_range(strlen(param), 64, 350);
        assert_int_equal(strspn(param,
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
                                "yz0123456789-_"),
                         strlen(param));
        assert_int_equal(cog_login_state_read(*state, sealer.keyring, param, &read),
                         COG_OK);
        assert_string_equal(read->return_to, rows[i].is_kept ? return_to : "/");
    }
}

static void reads_no_state_that_is_none_of_ours(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    cog_login_state_t *read;
    const char *param;
    char *other;

    assert_int_equal(
        cog_login_state_write(*state, &sealer, login_to(*state, "/x"), &param), COG_OK);
    other = apr_pstrdup(*state, param);
    for (size_t at = 0; param[at]; ++at) {
        other[at] = param[at] == 'A' ? 'B' : 'A';
        assert_int_equal(cog_login_state_read(*state, sealer.keyring, other, &read),
                         COG_E_STATE_MISMATCH);
        other[at] = param[at];
        assert_int_equal(cog_login_state_read(*state, sealer.keyring,
                                              apr_pstrndup(*state, param, at), &read),
                         COG_E_STATE_MISMATCH);
    }
    assert_int_equal(cog_login_state_read(*state, sealer.keyring,
                                          apr_pstrcat(*state, param, "=", NULL), &read),
                     COG_E_STATE_MISMATCH);
    assert_int_equal(
        cog_login_state_read(*state, sealer.keyring, text_of_len(*state, 100000), &read),
        COG_E_STATE_MISMATCH);
}

#define THIS    4 /* version of the record */
#define MOST    ((uint64_t)INT64_MAX)
#define LONGEST 207 /* way back of a state that may be read */

/* A state that is ours, whatever it says; after `behind` more octets it ends. */
static cog_err_t read_packed(apr_pool_t *pool, const uint64_t *numbers,
                             const char *return_to, size_t behind)
{
    const cog_binding_t binding = {COG_PURPOSE_STATE, "", "", "state"};
    cog_sealer_t sealer = site_sealer(pool, SITE_SECRET);
    unsigned char id[COG_LOGIN_ID_LEN] = {0};
    cog_login_state_t *read;
    cog_packer_t packer;
    const char *state;

    cog_pack_begin(pool, &packer, 256);
    cog_pack_number(&packer, numbers[0]);
    cog_pack_bytes(&packer, id, sizeof(id));
    for (int i = 1; i < 4; ++i) {
        cog_pack_number(&packer, numbers[i]);
    }
    cog_pack_text(&packer, return_to);
    for (; behind > 0; --behind) {
        cog_pack_number(&packer, 0);
    }
    assert_int_equal(cog_seal(pool, &sealer, &binding, cog_pack_end(&packer), &state),
                     COG_OK);
    return cog_login_state_read(pool, sealer.keyring, state, &read);
}

static void reads_no_state_that_nothing_of_ours_would_write(void **state)
{
    static const struct {
        const char *rule;
        uint64_t numbers[4]; /* version, attempt, created, max_age */
        size_t path_len;
        size_t behind;
        cog_err_t result;
    } rows[] = {
        {"whole",             {THIS, 2, 1, 900},        10,          0, COG_OK              },
        {"older",             {THIS - 1, 2, 1, 900},    10,          0, COG_E_STATE_MISMATCH},
        {"newer",             {THIS + 1, 2, 1, 900},    10,          0, COG_E_STATE_MISMATCH},
        {"too many attempts", {THIS, 3, 1, 900},        10,          0, COG_E_STATE_MISMATCH},
        {"last time",         {THIS, 2, MOST, 900},     10,          0, COG_OK              },
        {"beyond all times",  {THIS, 2, MOST + 1, 900}, 10,          0, COG_E_STATE_MISMATCH},
        {"greatest age",      {THIS, 2, 1, MOST},       10,          0, COG_OK              },
        {"beyond all ages",   {THIS, 2, 1, MOST + 1},   10,          0, COG_E_STATE_MISMATCH},
        {"something behind",  {THIS, 2, 1, 900},        10,          1, COG_E_STATE_MISMATCH},
        {"as long as may be", {THIS, 2, 1, 900},        LONGEST,     0, COG_OK              },
        {"longer",            {THIS, 2, 1, 900},        LONGEST + 1, 0, COG_E_STATE_MISMATCH},
    };

    for (size_t i = 0; i < COUNT(rows); ++i) {
        assert_result(rows[i].rule,
                      read_packed(*state, rows[i].numbers,
                                  text_of_len(*state, rows[i].path_len), rows[i].behind),
                      rows[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(carries_the_login_in_the_state_parameter),
        cmocka_unit_test_with_pool(writes_a_short_state_of_url_safe_characters),
        cmocka_unit_test_with_pool(reads_no_state_that_is_none_of_ours),
        cmocka_unit_test_with_pool(reads_no_state_that_nothing_of_ours_would_write),
    };

    return cmocka_run_group_tests_name("session/login_state, the parameter", tests, NULL,
                                       NULL);
}
