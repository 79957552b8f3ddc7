#include "test/unit/unit.h"

#include <apr_strings.h>

#include "base/claim.h"
#include "base/json.h"
#include "crypto/signing_keys.h"
#include "flow/assertion/assertion.h"
#include "flow/token_cache.h"
#include "test/unit/crypto/es256.h"
#include "test/unit/kept_log.h"

#define NOW    1700000000
#define SITE   "https://app.example.com:8443"
#define ISSUER "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test"

/* One user at one place. */
typedef struct {
    apr_pool_t *pool;
    int64_t now;
    cog_conf_t conf;
    cog_client_conf_t client;
    cog_place_t place;
    cog_ports_t ports;
    cog_flow_t flow;
    cog_session_t session;
    cog_bearer_t *bearer;
    cog_assertion_options_t options;
} scene_t;

static apr_time_t clock_of(void *context)
{
    return apr_time_from_sec(((scene_t *)context)->now);
}

static void add(apr_array_header_t *claims, const char *name, const char *value,
                cog_claim_kind_t kind)
{
    APR_ARRAY_PUSH(claims, cog_claim_t) = (cog_claim_t){name, value, kind};
}

static const apr_array_header_t *some_claims(apr_pool_t *pool)
{
    apr_array_header_t *claims = apr_array_make(pool, 8, sizeof(cog_claim_t));

    add(claims, "cognito:groups", "admins,a%2Cb", COG_CLAIM_LIST);
    add(claims, "cognito:username", "alice", COG_CLAIM_TEXT);
    add(claims, "custom:tenant", "acme \xc3\xbc", COG_CLAIM_TEXT);
    add(claims, "email", "alice@example.com", COG_CLAIM_TEXT);
    add(claims, "email_verified", "true", COG_CLAIM_OTHER);
    add(claims, "exp", "9999999999", COG_CLAIM_OTHER);
    add(claims, "idp_name", "Entra", COG_CLAIM_TEXT);
    add(claims, "iss", "https://evil.example.com", COG_CLAIM_TEXT);
    add(claims, "nbf", "9999999999", COG_CLAIM_OTHER);
    add(claims, "sub", "sub-1", COG_CLAIM_TEXT);
    add(claims, "updated_at", "1600000000", COG_CLAIM_OTHER);
    return claims;
}

/* With another key each run, what drives out what would be a matter of luck. */
static cog_err_t fill_with_zeros(void *context, unsigned char *bytes, size_t len)
{
    (void)context;
    memset(bytes, 0, len);
    return COG_OK;
}

static void fill_conf(scene_t *scene)
{
    static const cog_random_t same = {NULL, fill_with_zeros};
    const cog_secret_t secret = {"0123456789abcdef0123456789abcdef", 32};
    apr_array_header_t *origins = apr_array_make(scene->pool, 2, sizeof(const char *));
    cog_keyring_t *keyring;

    APR_ARRAY_PUSH(origins, const char *) = SITE;
    APR_ARRAY_PUSH(origins, const char *) = "https://second.example.com";
    scene->conf.origins = origins;
    scene->conf.longest = (cog_session_limits_t){3600, 43200, 3600};
    scene->conf.grace_sec = 900;
    assert_int_equal(cog_keyring_make(scene->pool, &secret, 1, &keyring), COG_OK);
    assert_int_equal(
        cog_signing_keys_own(scene->pool, keyring, &scene->conf.signing_keys), COG_OK);
    assert_int_equal(cog_token_cache_make(scene->pool, &same, &scene->conf.assertions),
                     COG_OK);
}

static scene_t *make_scene(apr_pool_t *pool)
{
    scene_t *scene = apr_pcalloc(pool, sizeof(*scene));

    scene->pool = pool;
    scene->now = NOW;
    fill_conf(scene);
    scene->client.issuer = ISSUER;
    scene->client.client_id = "app";
    scene->place.client = &scene->client;
    scene->place.limits = (cog_session_limits_t){3600, 43200, 3600};
    scene->ports.clock = (cog_clock_t){scene, clock_of, NULL};
    scene->ports.random = cog_random_system();
    scene->ports.log = &kept_log_make(pool)->log;
    scene->flow = (cog_flow_t){.pool = pool,
                               .conf = &scene->conf,
                               .place = &scene->place,
                               .ports = &scene->ports};
    scene->session.created = NOW;
    scene->session.seen = NOW;
    scene->session.subject = "sub-1";
    scene->session.claims = some_claims(pool);
    scene->options =
        (cog_assertion_options_t){.ttl_sec = 300, .claims = scene->session.claims};
    return scene;
}

static cog_secret_t ask(scene_t *scene)
{
    cog_secret_t jwt;

    assert_int_equal(cog_assertion_make(&scene->flow, &scene->options, &scene->session,
                                        scene->bearer, &jwt),
                     COG_OK);
    return jwt;
}

static json_t *part_of(scene_t *scene, cog_secret_t jwt, int number)
{
    return cog_json_own(scene->pool,
                        json_loads(es256_part(scene->pool, jwt, number), 0, NULL));
}

static json_t *claims_of(scene_t *scene, cog_secret_t jwt)
{
    return part_of(scene, jwt, 1);
}

static int64_t time_in(const json_t *claims, const char *name)
{
    json_int_t seconds;

    assert_true(cog_json_whole(claims, name, &seconds));
    return seconds;
}

static int is_new(scene_t *scene, cog_secret_t before)
{
    return !cog_secret_equal(ask(scene), before);
}

static void says_who_it_is_for_and_how_long(void **state)
{
    scene_t *scene = make_scene(*state);
    json_t *claims = claims_of(scene, ask(scene));

    assert_string_equal(cog_json_string(claims, "iss"), SITE);
    assert_string_equal(cog_json_string(claims, "aud"), SITE);
    assert_string_equal(cog_json_string(claims, "sub"), "sub-1");
    assert_int_equal(time_in(claims, "iat"), NOW);
    assert_int_equal(time_in(claims, "exp"), NOW + 300);
    assert_int_equal(strlen(cog_json_string(claims, "jti")), 22);
    assert_null(json_object_get(claims, "nbf"));
    assert_null(json_object_get(claims, "sid"));
    scene->options.audience = "orders";
    assert_string_equal(cog_json_string(claims_of(scene, ask(scene)), "aud"), "orders");
}

static void has_claims_as_the_token_had_them(void **state)
{
    scene_t *scene = make_scene(*state);
    json_t *claims = claims_of(scene, ask(scene));
    const json_t *groups = json_object_get(claims, "cognito:groups");

    assert_string_equal(cog_json_string(claims, "cognito:username"), "alice");
    assert_string_equal(cog_json_string(claims, "custom:tenant"), "acme \xc3\xbc");
    assert_true(json_is_true(json_object_get(claims, "email_verified")));
    assert_int_equal(time_in(claims, "updated_at"), 1600000000);
    assert_int_equal(json_array_size(groups), 2);
    assert_string_equal(json_string_value(json_array_get(groups, 1)), "a,b");
}

static void is_signed_by_the_key_that_it_names(void **state)
{
    scene_t *scene = make_scene(*state);
    cog_secret_t jwt = ask(scene);
    const char *kid = cog_json_string(part_of(scene, jwt, 0), "kid");
    const char *pem;

    assert_int_equal(
        cog_signing_keys_pem(scene->conf.signing_keys, *state, NOW, kid, &pem), COG_OK);
    assert_true(es256_is_signed(*state, jwt, pem, 0));
}

static void is_signed_once_and_anew_ahead_of_its_end(void **state)
{
    scene_t *scene = make_scene(*state);
    cog_secret_t first = ask(scene);

    assert_false(is_new(scene, first));
    scene->now += 224;
    scene->session.seen = scene->now;
    assert_false(is_new(scene, first));
    scene->now += 1;
    assert_true(is_new(scene, first));
}

static void is_another_for_all_that_differs(void **state)
{
    scene_t *scene = make_scene(*state);
    cog_secret_t first = ask(scene);
    apr_array_header_t *fewer = apr_array_copy(*state, scene->options.claims);

    scene->options.ttl_sec = 60;
    assert_true(is_new(scene, first));
    scene->options.ttl_sec = 300;
    scene->options.audience = "x";
    assert_true(is_new(scene, first));
    scene->options.audience = NULL;
    scene->options.form = COG_ASSERTION_POMERIUM;
    assert_true(is_new(scene, first));
    scene->options.form = COG_ASSERTION_OWN;
    scene->session.id[0] = 1;
    assert_true(is_new(scene, first));
    scene->session.id[0] = 0;
    scene->session.subject = "sub-2";
    assert_true(is_new(scene, first));
    scene->session.subject = "sub-1";
    assert_false(is_new(scene, first));
    APR_ARRAY_IDX(fewer, 0, cog_claim_t).value = "admins";
    scene->options.claims = fewer;
    assert_true(is_new(scene, first));
}

static void is_remembered_for_each_of_many_audiences(void **state)
{
    static const char *const audiences[] = {"orders", "stock", "wiki",
                                            "mail",   "pay",   "ci"};
    scene_t *scene = make_scene(*state);
    cog_secret_t made[6];

    scene->session.subject = "0c1b6f6a-12ab-4c3d-8e9f-0a1b2c3d4e5f";
    for (int i = 0; i < 6; ++i) {
        scene->options.audience = audiences[i];
        made[i] = ask(scene);
    }
    for (int i = 0; i < 6; ++i) {
        scene->options.audience = audiences[i];
        assert_false(is_new(scene, made[i]));
    }
}

static int64_t end_of(scene_t *scene)
{
    scene->session.id[15]++; /* another session, so nothing is remembered */
    return time_in(claims_of(scene, ask(scene)), "exp");
}

static void ends_with_the_session_at_the_latest(void **state)
{
    scene_t *scene = make_scene(*state);

    scene->session.created = NOW - 43200 + 100;
    assert_int_equal(end_of(scene), NOW + 100);
    scene->session.created = NOW;
    scene->session.seen = NOW - 3600 + 90;
    assert_int_equal(end_of(scene), NOW + 90);
    scene->session.seen = NOW;
    scene->session.expires = NOW - 820;
    assert_int_equal(end_of(scene), NOW + 80);
    scene->session.expires = NOW + 1000;
    assert_int_equal(end_of(scene), NOW + 300);
    scene->place.limits.max_sec = 70;
    assert_int_equal(end_of(scene), NOW + 70);
}

static void remembers_nothing_for_longer_than_another_place_allows(void **state)
{
    scene_t *scene = make_scene(*state);
    cog_secret_t first = ask(scene);

    scene->place.limits.max_sec = 70;
    assert_int_equal(time_in(claims_of(scene, ask(scene)), "exp"), NOW + 70);
    assert_true(is_new(scene, first));
}

static void ends_with_the_token_of_a_bearer(void **state)
{
    scene_t *scene = make_scene(*state);

    scene->bearer = apr_pcalloc(*state, sizeof(*scene->bearer));
    scene->bearer->facts.expires = NOW + 50;
    scene->session.created = 0; /* signed in long ago, which does not count */
    assert_int_equal(end_of(scene), NOW + 50);
}

static void speaks_as_pomerium(void **state)
{
    scene_t *scene = make_scene(*state);
    json_t *claims;

    scene->options.form = COG_ASSERTION_POMERIUM;
    claims = claims_of(scene, ask(scene));
    assert_string_equal(cog_json_string(claims, "iss"), "app.example.com");
    assert_string_equal(cog_json_string(claims, "aud"), "app.example.com");
    assert_string_equal(cog_json_string(claims, "sub"), "sub-1");
    assert_string_equal(cog_json_string(claims, "user"), "sub-1");
    assert_string_equal(cog_json_string(claims, "email"), "alice@example.com");
    assert_string_equal(json_string_value(json_object_get(claims, "name")), "");
    assert_int_equal(strlen(cog_json_string(claims, "sid")), 22);
    assert_string_not_equal(cog_json_string(claims, "sid"),
                            cog_session_id_text(*state, &scene->session));
    assert_int_equal(json_array_size(json_object_get(claims, "groups")), 2);
    assert_null(json_object_get(claims, "cognito:groups"));
    assert_string_equal(cog_json_string(claims, "custom:tenant"), "acme \xc3\xbc");
    assert_int_equal(time_in(claims, "exp"), NOW + 300);
    scene->options.claims = apr_array_make(*state, 1, sizeof(cog_claim_t));
    claims = claims_of(scene, ask(scene));
    assert_true(json_is_array(json_object_get(claims, "groups")));
    assert_string_equal(json_string_value(json_object_get(claims, "email")), "");
}

static void speaks_as_a_load_balancer(void **state)
{
    scene_t *scene = make_scene(*state);
    const char *kid;
    const char *pem;
    cog_secret_t jwt;

    scene->options.form = COG_ASSERTION_ALB;
    scene->options.signer = "arn:aws:elasticloadbalancing:x";
    jwt = ask(scene);
    kid = cog_json_string(part_of(scene, jwt, 0), "kid");
    assert_string_equal(
        es256_part(*state, jwt, 0),
        apr_psprintf(
            *state,
            "{\"typ\":\"JWT\",\"kid\":\"%s\",\"alg\":\"ES256\",\"iss\":\"" ISSUER
            "\",\"client\":\"app\",\"signer\":\"arn:aws:elasticloadbalancing:x\","
            "\"exp\":1700000300}",
            kid));
    assert_string_equal(
        es256_part(*state, jwt, 1),
        "{\"sub\":\"sub-1\",\"username\":\"alice\",\"custom:tenant\":\"acme \xc3\xbc\","
        "\"email\":\"alice@example.com\",\"email_verified\":\"true\","
        "\"updated_at\":\"1600000000\",\"exp\":1700000300,\"iss\":\"" ISSUER "\"}");
    assert_int_equal(
        cog_signing_keys_pem(scene->conf.signing_keys, *state, NOW, kid, &pem), COG_OK);
    assert_true(es256_is_signed(*state, jwt, pem, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(says_who_it_is_for_and_how_long),
        cmocka_unit_test_with_pool(has_claims_as_the_token_had_them),
        cmocka_unit_test_with_pool(is_signed_by_the_key_that_it_names),
        cmocka_unit_test_with_pool(is_signed_once_and_anew_ahead_of_its_end),
        cmocka_unit_test_with_pool(is_another_for_all_that_differs),
        cmocka_unit_test_with_pool(is_remembered_for_each_of_many_audiences),
        cmocka_unit_test_with_pool(ends_with_the_session_at_the_latest),
        cmocka_unit_test_with_pool(
            remembers_nothing_for_longer_than_another_place_allows),
        cmocka_unit_test_with_pool(ends_with_the_token_of_a_bearer),
        cmocka_unit_test_with_pool(speaks_as_pomerium),
        cmocka_unit_test_with_pool(speaks_as_a_load_balancer),
    };

    return cmocka_run_group_tests_name("flow/assertion", tests, NULL, NULL);
}
