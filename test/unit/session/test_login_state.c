#include "test/unit/session/login_in_flight.h"

#include <apr_strings.h>

#define PREFIX "__Host-cognito_"

static const char other_secret[] = "another secret, also of more than 32 bytes";

/* RFC 7636, 4.1: 43 to 128 unreserved characters, of at least 256 bits (P01, B04) */
static void makes_every_login_anew_from_random_bytes(void **state)
{
    cog_login_state_t *a = login_to(*state, "/");
    cog_login_state_t *b = login_to(*state, "/");

    assert_int_equal(strlen(a->nonce), 22);
    assert_int_equal(a->code_verifier.len, 43);
    assert_int_equal(strlen(a->code_verifier.bytes), 43);
    assert_string_not_equal(a->nonce, b->nonce);
    assert_false(cog_secret_equal(a->code_verifier, b->code_verifier));
    assert_memory_not_equal(a->id, b->id, COG_LOGIN_ID_LEN);
    assert_true(cog_login_state_is_same(a, a));
    assert_false(cog_login_state_is_same(a, b));
}

/* Only one of them fails. */
static cog_err_t fill_some(void *context, unsigned char *bytes, size_t len)
{
    int *calls = context;

    memset(bytes, 7, len);
    return (*calls)-- != 0 ? COG_OK : COG_E_NO_RANDOM;
}

/* P02: no login with weak values, whichever of the three draws fails */
static void makes_no_login_without_random_bytes(void **state)
{
    for (int good = 0; good < 3; ++good) {
        int calls = good;
        cog_random_t random = {&calls, fill_some};
        cog_login_state_t *login = NULL;

        assert_int_equal(cog_login_state_make(*state, &random, &login), COG_E_NO_RANDOM);
        assert_null(login);
    }
}

static void names_the_cookie_after_the_id(void **state)
{
    cog_login_state_t login = {
        .id = {0, 16, 131, 16, 81, 135, 32, 146}
    };

    assert_string_equal(cog_login_cookie_name(*state, PREFIX, &login),
                        PREFIX "login_ABCDEFGH");
}

static void keeps_all_of_a_login_in_the_cookie(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    cog_login_state_t *login = login_to(*state, "/orders?page=2&x=%20");
    const char *name = cog_login_cookie_name(*state, PREFIX, login);
    cog_login_state_t *opened;
    const char *value;

    assert_int_equal(cog_login_state_seal(*state, &sealer, login, name, &value), COG_OK);
    assert_int_equal(
        cog_login_state_unseal(*state, sealer.keyring, cog_span_of(value), name, &opened),
        COG_OK);
    assert_true(cog_login_state_is_same(opened, login));
    assert_int_equal(opened->created, login->created);
    assert_int_equal(opened->attempt, 1);
    assert_int_equal(opened->max_age_sec, 900);
    assert_string_equal(opened->client, "staff");
    assert_string_equal(opened->client_mark, login->client_mark);
    assert_string_equal(opened->nonce, login->nonce);
    assert_true(cog_secret_equal(opened->code_verifier, login->code_verifier));
    assert_string_equal(opened->redirect_uri, login->redirect_uri);
    assert_string_equal(opened->return_to, "/orders?page=2&x=%20");
}

/* W02: eight of them beside each other stay below what servers take */
static void keeps_the_cookie_small(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    cog_login_state_t *login = login_to(*state, "/reports/2026");
    const char *value;

    assert_int_equal(cog_login_state_seal(*state, &sealer, login, "n", &value), COG_OK);
    assert_in_range(strlen(value), 1, 320);
}

static void opens_nothing_under_another_name_key_or_purpose(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    cog_sealer_t other = site_sealer(*state, other_secret);
    cog_login_state_t *login = login_to(*state, "/");
    cog_login_state_t *opened;
    const char *value, *param;
    cog_span_t span;

    assert_int_equal(cog_login_state_seal(*state, &sealer, login, "n", &value), COG_OK);
    assert_int_equal(cog_login_state_write(*state, &sealer, login, &param), COG_OK);
    span = cog_span_of(value);
    assert_int_equal(cog_login_state_unseal(*state, sealer.keyring, span, "m", &opened),
                     COG_E_STATE_MISMATCH);
    assert_int_equal(cog_login_state_unseal(*state, other.keyring, span, "n", &opened),
                     COG_E_STATE_MISMATCH);
    assert_int_equal(cog_login_state_read(*state, sealer.keyring, value, &opened),
                     COG_E_STATE_MISMATCH);
    assert_int_equal(cog_login_state_read(*state, other.keyring, param, &opened),
                     COG_E_STATE_MISMATCH);
    assert_int_equal(
        cog_login_state_unseal(*state, sealer.keyring, cog_span_of(param), "n", &opened),
        COG_E_STATE_MISMATCH);
}

static int opens_exactly(apr_pool_t *pool, const cog_keyring_t *keyring,
                         const char *value, size_t len)
{
    unsigned char *exact = malloc(len ? len : 1);
    cog_login_state_t *opened;
    cog_err_t err;

    memcpy(exact, value, len);
    err = cog_login_state_unseal(pool, keyring, (cog_span_t){exact, len}, "n", &opened);
    free(exact);
    assert_true(err == COG_OK || err == COG_E_STATE_MISMATCH);
    return err == COG_OK;
}

/* S09 */
static void opens_no_cookie_that_was_tampered_with(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    const char *value, *second;
    char *other;
    size_t len;

    assert_int_equal(
        cog_login_state_seal(*state, &sealer, login_to(*state, "/"), "n", &value),
        COG_OK);
    assert_int_equal(
        cog_login_state_seal(*state, &sealer, login_to(*state, "/"), "n", &second),
        COG_OK);
    len = strlen(value);
    other = apr_pstrcat(*state, value, "A", NULL);
    assert_true(opens_exactly(*state, sealer.keyring, value, len));
    assert_false(opens_exactly(*state, sealer.keyring, other, len + 1));
    other[len] = '\0';
    for (size_t at = 0; at < len; ++at) {
        char *spliced =
            apr_pstrcat(*state, apr_pstrndup(*state, value, at), second + at, NULL);

        assert_false(opens_exactly(*state, sealer.keyring, value, at));
        other[at] = value[at] == 'A' ? 'B' : 'A';
        assert_false(opens_exactly(*state, sealer.keyring, other, len));
        other[at] = value[at];
        if (strcmp(spliced, value) != 0 && strcmp(spliced, second) != 0) {
            assert_false(opens_exactly(*state, sealer.keyring, spliced, len));
        }
    }
}

static void refuses_a_cookie_that_lacks_what_the_callback_needs(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);
    cog_login_state_t whole = *login_to(*state, "/");
    cog_login_state_t rows[] = {whole, whole, whole, whole, whole, whole};
    cog_login_state_t *opened;
    const char *value;

    rows[0].nonce = "";
    rows[1].code_verifier = cog_secret_of(NULL);
    rows[2].redirect_uri = NULL;
    rows[3].return_to = "";
    rows[4].attempt = 3;
    rows[5].client_mark = "";
    for (size_t i = 0; i < COUNT(rows); ++i) {
        assert_int_equal(cog_login_state_seal(*state, &sealer, &rows[i], "n", &value),
                         COG_OK);
        assert_int_equal(cog_login_state_unseal(*state, sealer.keyring,
                                                cog_span_of(value), "n", &opened),
                         COG_E_STATE_MISMATCH);
    }
}

static void remembers_a_provider_and_a_form(void **state)
{
    static const char *const cases[][2] = {
        {"",        ""     },
        {"EntraID", ""     },
        {"",        "s:1:n"},
        {"EntraID", "s:1:n"},
    };
    cog_sealer_t sealer = site_sealer(*state, SITE_SECRET);

    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_login_state_t *login = login_to(*state, "/");
        cog_login_state_t *opened;
        const char *value;

        login->provider = cases[i][0];
        login->form = cases[i][1];
        assert_int_equal(cog_login_state_seal(*state, &sealer, login, "name", &value),
                         COG_OK);
        assert_int_equal(cog_login_state_unseal(*state, sealer.keyring,
                                                cog_span_of(value), "name", &opened),
                         COG_OK);
        assert_string_equal(opened->provider, cases[i][0]);
        assert_string_equal(opened->form, cases[i][1]);
    }
}

/* Sealed by an earlier build under seed_secret. When this must change, every login in
 * flight is lost by the upgrade: raise the version of the record. */
static const char seed_secret[] = "a fixed key that is known to the seeds";

static const char sealed_before[] =
    "AVUyTgcHBwcHBwcHBwcHB35SJKubeMgJvAjqOs21-MGETqUphBackywIQhNCGD4NEpbc6G"
    "jBDsdluzlva5W3fV6Dl7eE_A9YP4VR9zfVdr0RF-8z7ryYGBUDE_Vuc8teHG1eEjNl5thz"
    "uIaCQDyiZHWv2KqsVTajd6X_Cfe47BHYK0D3j5NB-JTlvB-pqn6OHRbs6jLx45LLR9uo15"
    "LigWnZ_5oSYQqrmeHXk081nJuY5f2si76l7EwrduXGe3N6OqMlY4PNgP0CeY1DD3PMOXrr"
    "pg";

static const char state_before[] =
    "AVUyTgcHBwcHBwcHBwcHB9E18-iU1MIxQZSEM_2wjfiLgqhLGUSsMT3BqYDfbZIA461Pwm"
    "AwjHwLfcxGx-md-xKl-lbBZfXJsA";

/* F37; the seeds of the fuzz target are these two */
static void opens_what_an_earlier_build_has_sealed(void **state)
{
    cog_sealer_t sealer = site_sealer(*state, seed_secret);
    cog_login_state_t *cookie, *param;

    assert_int_equal(cog_login_state_unseal(*state, sealer.keyring,
                                            cog_span_of(sealed_before),
                                            PREFIX "login_AAAAAAAA", &cookie),
                     COG_OK);
    assert_string_equal(cookie->client, "staff");
    assert_string_equal(cookie->client_mark, "LCa0a2j_xo_5m0U8HTBBNA");
    assert_string_equal(cookie->return_to, "/orders?page=2");
    assert_int_equal(cog_login_state_read(*state, sealer.keyring, state_before, &param),
                     COG_OK);
    assert_true(cog_login_state_is_same(cookie, param));
    assert_int_equal(param->created, 1795000000);
    assert_int_equal(param->max_age_sec, 900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(makes_every_login_anew_from_random_bytes),
        cmocka_unit_test_with_pool(makes_no_login_without_random_bytes),
        cmocka_unit_test_with_pool(names_the_cookie_after_the_id),
        cmocka_unit_test_with_pool(keeps_all_of_a_login_in_the_cookie),
        cmocka_unit_test_with_pool(keeps_the_cookie_small),
        cmocka_unit_test_with_pool(opens_nothing_under_another_name_key_or_purpose),
        cmocka_unit_test_with_pool(opens_no_cookie_that_was_tampered_with),
        cmocka_unit_test_with_pool(refuses_a_cookie_that_lacks_what_the_callback_needs),
        cmocka_unit_test_with_pool(remembers_a_provider_and_a_form),
        cmocka_unit_test_with_pool(opens_what_an_earlier_build_has_sealed),
    };

    return cmocka_run_group_tests_name("session/login_state", tests, NULL, NULL);
}
