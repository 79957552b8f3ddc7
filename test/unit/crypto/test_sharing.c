/* Threads share key sets and keyrings without a lock; `make tsan` looks at how. */
#include "test/unit/unit.h"

#include <apr_strings.h>

#include "crypto/jws.h"
#include "crypto/seal.h"
#include "test/unit/jwt_maker.h"
#include "test/unit/threads.h"

#define THREADS 8
#define ROUNDS  50

static const cog_binding_t binding = {COG_PURPOSE_SESSION, "issuer", "client", "name"};

typedef struct {
    const cog_jwk_set_t *set;
    const char *token;
    const char *bad_token;
    const cog_keyring_t *keyring;
    const char *sealed;
} shared_t;

static int verifies(apr_pool_t *pool, const shared_t *shared, const char *token)
{
    cog_jws_t *jws;
    json_t *claims;

    return cog_jws_parse(pool, cog_secret_of(token), &jws) == COG_OK &&
           cog_jws_verify(jws, cog_jwk_set_find(shared->set, cog_jws_kid(jws)),
                          &claims) == COG_OK;
}

static int seals_and_opens(apr_pool_t *pool, const shared_t *shared)
{
    const cog_sealer_t sealer = {shared->keyring, cog_random_system()};
    const char *sealed;
    cog_span_t plain;

    return cog_unseal(pool, shared->keyring, &binding, cog_span_of(shared->sealed),
                      &plain) == COG_OK &&
           cog_seal(pool, &sealer, &binding, plain, &sealed) == COG_OK &&
           cog_unseal(pool, shared->keyring, &binding, cog_span_of(sealed), &plain) ==
               COG_OK;
}

static int work(apr_pool_t *pool, void *data)
{
    const shared_t *shared = data;
    int failures = 0;

    for (int i = 0; i < ROUNDS; ++i) {
        failures += !verifies(pool, shared, shared->token);
        failures += verifies(pool, shared, shared->bad_token);
        failures += !seals_and_opens(pool, shared);
        apr_pool_clear(pool);
    }
    return failures;
}

static shared_t *share(apr_pool_t *pool)
{
    shared_t *shared = apr_pcalloc(pool, sizeof(*shared));
    jwt_maker_t *maker = jwt_maker_make(pool, "key");
    cog_secret_t secret = cog_secret_of("0123456789abcdef0123456789abcdef");
    cog_sealer_t sealer = {NULL, cog_random_system()};
    cog_keyring_t *keyring;
    cog_jwk_set_t *set;

    assert_int_equal(
        cog_jwk_set_parse(pool, cog_span_of(jwt_maker_jwks(pool, maker)), &set), COG_OK);
    assert_int_equal(cog_keyring_make(pool, &secret, 1, &keyring), COG_OK);
    sealer.keyring = keyring;
    shared->set = set;
    shared->keyring = keyring;
    shared->token = jwt_maker_sign(pool, maker, "{\"sub\":\"alice\"}");
    shared->bad_token =
        apr_pstrcat(pool, jwt_maker_sign(pool, maker, "{\"sub\":\"bob\"}"), "AAAA", NULL);
    assert_int_equal(
        cog_seal(pool, &sealer, &binding, cog_span_of("text"), &shared->sealed), COG_OK);
    return shared;
}

static void serves_many_threads_at_once(void **state)
{
    assert_threads(THREADS, work, share(*state), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(serves_many_threads_at_once),
    };

    return cmocka_run_group_tests_name("crypto, shared by threads", tests, NULL, NULL);
}
