#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/json.h"
#include "crypto/signing_keys.h"
#include "test/unit/crypto/es256.h"
#include "test/unit/threads.h"

#define THREADS 4
#define ROUNDS  40

#define MONTH COG_SIGNING_MONTH_SEC
#define NOW   ((int64_t)600 * MONTH + 5)

static const cog_secret_t secrets[] = {
    {"the first secret, of thirty-two!", 32},
    {"the second secret, of 32 letters", 32},
};

static cog_signing_keys_t *own(apr_pool_t *pool, const cog_secret_t *list, int count)
{
    cog_signing_keys_t *keys;
    cog_keyring_t *keyring;

    assert_int_equal(cog_keyring_make(pool, list, count, &keyring), COG_OK);
    assert_int_equal(cog_signing_keys_own(pool, keyring, &keys), COG_OK);
    return keys;
}

static cog_secret_t sign(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now)
{
    json_t *claims = json_pack("{s:s}", "sub", "alice");
    const cog_statement_t statement = {claims, NULL};
    cog_secret_t jwt;

    assert_int_equal(cog_signing_keys_sign(keys, pool, now, &statement, &jwt), COG_OK);
    json_decref(claims);
    return jwt;
}

static const char *kid_of(apr_pool_t *pool, cog_secret_t jwt)
{
    json_t *header = cog_json_own(pool, json_loads(es256_part(pool, jwt, 0), 0, NULL));

    return cog_json_string(header, "kid");
}

/* Who asks for the keys at that time: can they verify it? */
static int can_verify(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                      cog_secret_t jwt)
{
    const char *pem;

    return cog_signing_keys_pem(keys, pool, now, kid_of(pool, jwt), &pem) == COG_OK &&
           es256_is_signed(pool, jwt, pem, 0);
}

static size_t count_at(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now)
{
    json_t *set;

    assert_int_equal(cog_signing_keys_set(keys, pool, now, &set), COG_OK);
    return json_array_size(json_object_get(set, "keys"));
}

static void sign_alike_wherever_the_secret_is(void **state)
{
    cog_signing_keys_t *here = own(*state, secrets, 1);
    cog_signing_keys_t *there = own(*state, secrets, 1);
    cog_secret_t jwt = sign(here, *state, NOW);

    assert_true(can_verify(there, *state, NOW, jwt));
    assert_false(can_verify(own(*state, secrets + 1, 1), *state, NOW, jwt));
}

static void sign_with_another_key_each_month(void **state)
{
    cog_signing_keys_t *keys = own(*state, secrets, 1);
    const char *first = kid_of(*state, sign(keys, *state, NOW));

    assert_string_equal(kid_of(*state, sign(keys, *state, NOW + MONTH - 6)), first);
    assert_string_not_equal(kid_of(*state, sign(keys, *state, NOW + MONTH - 5)), first);
    assert_string_equal(kid_of(*state, sign(keys, *state, NOW)), first);
}

static void publish_a_key_before_and_after_its_month(void **state)
{
    cog_signing_keys_t *keys = own(*state, secrets, 1);
    cog_secret_t jwt = sign(keys, *state, NOW);

    assert_int_equal(count_at(keys, *state, NOW), 3);
    assert_true(can_verify(keys, *state, NOW - MONTH, jwt));
    assert_true(can_verify(keys, *state, NOW + MONTH, jwt));
    assert_false(can_verify(keys, *state, NOW - 2 * MONTH, jwt));
    assert_false(can_verify(keys, *state, NOW + 2 * MONTH, jwt));
}

static void publish_those_of_an_old_secret(void **state)
{
    const cog_secret_t rotated[] = {secrets[1], secrets[0]};
    cog_signing_keys_t *keys = own(*state, rotated, 2);
    cog_secret_t before = sign(own(*state, secrets, 1), *state, NOW);

    assert_int_equal(count_at(keys, *state, NOW), 6);
    assert_true(can_verify(keys, *state, NOW, before));
    assert_string_not_equal(kid_of(*state, sign(keys, *state, NOW)),
                            kid_of(*state, before));
}

static void have_no_other_key(void **state)
{
    const char *pem;

    assert_int_equal(cog_signing_keys_pem(own(*state, secrets, 1), *state, NOW,
                                          "00000000-0000-8000-8000-000000000000", &pem),
                     COG_E_NOT_FOUND);
}

static void may_be_given(void **state)
{
    const cog_secret_t pems[] = {cog_secret_of(es256_new_pem(*state, "P-256", NULL)),
                                 cog_secret_of(es256_new_pem(*state, "P-256", NULL))};
    const cog_secret_t twice[] = {pems[0], pems[0]};
    const cog_secret_t bad[] = {pems[0], cog_secret_of("no key")};
    cog_signing_keys_t *keys;
    cog_signing_keys_t *old;

    assert_int_equal(cog_signing_keys_given(*state, pems, 2, &keys), COG_OK);
    assert_int_equal(cog_signing_keys_given(*state, pems + 1, 1, &old), COG_OK);
    assert_int_equal(count_at(keys, *state, NOW), 2);
    assert_true(can_verify(keys, *state, NOW, sign(old, *state, NOW)));
    assert_false(can_verify(old, *state, NOW, sign(keys, *state, NOW)));
    assert_true(can_verify(keys, *state, NOW + 9 * MONTH, sign(keys, *state, NOW)));
    assert_int_equal(cog_signing_keys_given(*state, twice, 2, &keys),
                     COG_E_MISCONFIGURED);
    assert_int_equal(cog_signing_keys_given(*state, bad, 2, &keys), COG_E_MISCONFIGURED);
}

static void sign_with_padding(void **state)
{
    cog_signing_keys_t *keys = own(*state, secrets, 1);
    json_t *header = json_pack("{s:s}", "typ", "JWT");
    json_t *claims = json_pack("{s:s}", "sub", "alice");
    const cog_statement_t statement = {claims, header};
    cog_secret_t jwt;
    const char *pem;

    assert_int_equal(cog_signing_keys_sign(keys, *state, NOW, &statement, &jwt), COG_OK);
    assert_int_equal(cog_signing_keys_pem(keys, *state, NOW, kid_of(*state, jwt), &pem),
                     COG_OK);
    assert_true(es256_is_signed(*state, jwt, pem, 1));
    json_decref(header);
    json_decref(claims);
}

/* Each signs now in this month, now in the next, so that the keys change under the
 * others.
 */
static int sign_often(apr_pool_t *pool, void *data)
{
    cog_signing_keys_t *keys = data;
    json_t *claims = json_pack("{s:s}", "sub", "alice");
    const cog_statement_t statement = {claims, NULL};
    int failures = 0;

    for (int i = 0; i < ROUNDS; ++i) {
        cog_secret_t jwt;

        failures += cog_signing_keys_sign(keys, pool, NOW + i / 5 % 2 * MONTH, &statement,
                                          &jwt) != COG_OK ||
                    !can_verify(keys, pool, NOW, jwt);
    }
    json_decref(claims);
    return failures;
}

static void serve_many_threads_while_months_change(void **state)
{
    assert_threads(THREADS, sign_often, own(*state, secrets, 2), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(sign_alike_wherever_the_secret_is),
        cmocka_unit_test_with_pool(sign_with_another_key_each_month),
        cmocka_unit_test_with_pool(publish_a_key_before_and_after_its_month),
        cmocka_unit_test_with_pool(publish_those_of_an_old_secret),
        cmocka_unit_test_with_pool(have_no_other_key),
        cmocka_unit_test_with_pool(may_be_given),
        cmocka_unit_test_with_pool(sign_with_padding),
        cmocka_unit_test_with_pool(serve_many_threads_while_months_change),
    };

    return cmocka_run_group_tests_name("crypto/signing_keys", tests, NULL, NULL);
}
