/* Renewal: when, by whom, and what becomes of the session. */
#include "test/flow/world.h"

#include <apr_strings.h>

#include "base/json.h"

static const char *claim_of(const cog_reply_t *reply, const char *name)
{
    assert_int_equal(reply->kind, COG_REPLY_GRANT);
    return cog_session_claim(reply->session, name);
}

static world_t *signed_in(apr_pool_t *pool, int is_stored)
{
    world_t *world = world_make(pool);

    world->conf.has_stored_sessions = is_stored;
    world->place.limits = (cog_session_limits_t){10 * 3600, 12 * 3600, 10 * 3600};
    world->conf.longest = world->place.limits;
    world_sign_in(world, "/");
    return world;
}

/* From three quarters of the token's life on, plus up to a tenth. */
static void renews_ahead_of_the_end(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);

        world->now += 2699;
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 0);
        world->now += 361;
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
    }
}

static void takes_over_the_new_claims(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);

        assert_null(claim_of(world_get(world, "/"), "cognito:groups"));
        world->claims = ",'cognito:groups':['admins']";
        world->now += 3600;
        assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
        assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
        world->claims = "";
        world->now += 3600;
        assert_null(claim_of(world_get(world, "/"), "cognito:groups"));
    }
}

static void keeps_id_and_time_of_the_login(void **state)
{
    world_t *world = signed_in(*state, 0);
    const cog_session_t *before = world_get(world, "/")->session;
    const cog_session_t *after;

    world->now += 3600;
    after = world_get(world, "/")->session;
    assert_memory_equal(before->id, after->id, sizeof(before->id));
    assert_int_equal(before->created, after->created);
    assert_int_equal(before->auth_time, after->auth_time);
    assert_int_equal(after->renewals, 1);
}

/* What is idle ends, and its tokens do not lie in the store until its absolute end. */
static void leaves_no_tokens_in_the_store_for_long(void **state)
{
    world_t *world = signed_in(*state, 1);

    world->place.limits = (cog_session_limits_t){1800, 12 * 3600, 1800};
    world->conf.longest = world->place.limits;
    world->cookies = apr_table_make(world->pool, 4);
    fake_store_clear(world->store);
    world_sign_in(world, "/");
    /* the claims, the grace, the idle limit */
    world->now += 3600 + 900 + 1800;
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 1);
    world->now += 120;
    assert_int_equal(fake_store_count(world->store, "cognito:tokens:"), 0);
}

/* ... but for as long as the session may be renewed. */
static void keeps_the_tokens_for_as_long_as_the_session(void **state)
{
    world_t *world = signed_in(*state, 1);

    world->place.limits = (cog_session_limits_t){1800, 12 * 3600, 1800};
    world->conf.longest = world->place.limits;
    for (int i = 0; i < 11 * 6; ++i) {
        world->now += 600;
        world->is_unreachable = i % 12 >= 5 && i % 12 <= 7;
        assert_true(world_is_granted(world));
    }
    assert_in_range(world->renewals, 8, 20);
}

/* S05: renewals do not make a session live for ever. */
static void ends_at_the_absolute_limit_all_the_same(void **state)
{
    world_t *world = signed_in(*state, 0);

    for (int hour = 0; hour < 11; ++hour) {
        world->now += 3600;
        assert_true(world_is_granted(world));
    }
    assert_int_equal(world->renewals, 11);
    world->now += 3600;
    assert_false(world_is_granted(world));
}

/* A09: an absent refresh token keeps the old one, another one takes its place. */
static void follows_the_rotation_of_refresh_tokens(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);

        for (int i = 1; i <= 6; ++i) {
            world->rotates = i % 2;
            world->now += 3600;
            assert_true(world_is_granted(world));
            assert_int_equal(world->renewals, i);
        }
    }
}

/* B13: a request that still carries the cookies from before gets those of after. */
static void gives_the_new_session_to_who_comes_with_the_old(void **state)
{
    world_t *world = signed_in(*state, 0);
    const char *session = apr_table_get(world->cookies, WORLD_SESSION);
    const char *tokens = apr_table_get(world->cookies, WORLD_TOKENS);

    world->rotates = 1;
    world->claims = ",'cognito:groups':['admins']";
    world->now += 3600;
    assert_true(world_is_granted(world));
    apr_table_setn(world->cookies, WORLD_SESSION, session);
    apr_table_setn(world->cookies, WORLD_TOKENS, tokens);
    world->now += 59;
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 1);
    assert_string_not_equal(apr_table_get(world->cookies, WORLD_SESSION), session);
    world->now += 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 2);
}

static const char *lease_key(world_t *world, const cog_session_t *session)
{
    return apr_pstrcat(world->pool,
                       "cognito:lease:", cog_session_id_text(world->pool, session), NULL);
}

/* Somebody else holds the lease from now on. */
static void take_lease(world_t *world, const cog_session_t *session)
{
    cog_store_t store = fake_store_port(world->store);

    assert_int_equal(store.add(store.context, NULL, lease_key(world, session),
                               cog_span_of("taken"), 10),
                     COG_OK);
}

static void goes_on_while_another_renews_ahead(void **state)
{
    world_t *world = signed_in(*state, 0);
    const cog_session_t *session = world_get(world, "/")->session;
    int64_t begin = world->now + 3300;

    world->now = begin;
    take_lease(world, session);
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
    assert_int_equal(world->now, begin);
}

static const char *saved_session;
static const char *saved_tokens;
static int waits;

/* While the first request waits, the other one is done. */
static void let_the_other_finish(void *context)
{
    world_t *world = context;
    fake_store_t *store = world->store;

    if (++waits == 3) {
        world->while_waiting = NULL;
        fake_store_clear(store);
        assert_true(world_is_granted(world));
        apr_table_setn(world->cookies, WORLD_SESSION, saved_session);
        apr_table_setn(world->cookies, WORLD_TOKENS, saved_tokens);
    }
}

/* Claims that are older than CognitoGrace lets them be. */
#define TOO_OLD (3600 + 900)

/* F28: who comes with ended claims waits for the one that renews, and redeems nothing. */
static void waits_for_the_one_that_renews(void **state)
{
    world_t *world = signed_in(*state, 0);
    const cog_session_t *session;

    session = world_get(world, "/")->session;
    saved_session = apr_table_get(world->cookies, WORLD_SESSION);
    saved_tokens = apr_table_get(world->cookies, WORLD_TOKENS);
    waits = 0;
    world->claims = ",'cognito:groups':['admins']";
    world->now += TOO_OLD;
    take_lease(world, session);
    world->while_waiting = let_the_other_finish;
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
    assert_int_equal(waits, 3);
    assert_int_equal(world->renewals, 1);
}

/* A worker that waits serves nobody: where the old claims will do, it does not wait long.
 */
static void waits_only_a_moment_within_the_grace(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);
        const cog_session_t *session = world_get(world, "/")->session;
        int64_t begin = world->now + 3600;

        world->now = begin;
        take_lease(world, session);
        assert_true(world_is_granted(world));
        assert_in_range(world->now - begin, 1, 2);
        assert_int_equal(world->renewals, 0);
        world->now = begin + 10;
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
    }
}

static void put_the_clock_back(void *context)
{
    world_t *world = context;

    ++waits;
    world->now -= 2;
}

static void waits_no_longer_when_the_clock_is_put_back(void **state)
{
    world_t *world = signed_in(*state, 0);
    const cog_session_t *session = world_get(world, "/")->session;

    world->now += 3600 + 100;
    take_lease(world, session);
    waits = 0;
    world->while_waiting = put_the_clock_back;
    assert_true(world_is_granted(world));
    assert_in_range(waits, 2, 20);
}

/* F26: a holder that dies costs one lease time at most. */
static void takes_over_the_lease_of_a_dead_holder(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);
        const cog_session_t *session = world_get(world, "/")->session;
        int64_t begin = world->now + TOO_OLD;

        world->now = begin;
        take_lease(world, session);
        assert_true(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
        assert_in_range(world->now - begin, 1, 11);
    }
}

/* The user pool answers so late that the lease has ended, and somebody else has it. */
static void lose_the_lease(world_t *world)
{
    world->now += 10;
    take_lease(world, world->kept);
}

/* The lease of somebody else is neither released nor overwritten: there would be a third
 * one at it. */
static void leaves_a_lease_that_it_has_lost_to_its_holder(void **state)
{
    for (int is_good = 0; is_good < 2; ++is_good) {
        world_t *world = signed_in(*state, 0);
        cog_store_t store = fake_store_port(world->store);
        cog_span_t value;

        world->kept = world_get(world, "/")->session;
        world->on_renewal = lose_the_lease;
        world->claims = is_good ? "" : ",'sub':'sub-1'";
        world->now += 3600;
        assert_true(world_is_granted(world));
        assert_int_equal(world_log_count(world, "COG3073"), !is_good);
        assert_int_equal(store.get(store.context, world->pool, NULL,
                                   lease_key(world, world->kept), &value),
                         COG_OK);
        assert_memory_equal(value.bytes, "taken", 5);
    }
}

/* ... nor is what they have renewed meanwhile. */
static void lose_the_race(world_t *world)
{
    world->on_renewal = NULL;
    world->now += 10;
    world->claims = ",'cognito:groups':['winners']";
    assert_true(world_is_granted(world));
}

static void puts_nothing_in_place_of_what_another_has_renewed(void **state)
{
    world_t *world = signed_in(*state, 1);

    world->claims = ",'cognito:groups':['losers']";
    world->on_renewal = lose_the_race;
    world->now += 3600;
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "winners");
    assert_int_equal(world->events[COG_EVENT_SESSION_RENEWED], 1);
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "winners");
    assert_int_equal(world->renewals, 2);
}

/* A09: the one before has stored the rotated token, but not the session. */
static void rotate_in_the_store(void *context)
{
    world_t *world = context;
    cog_session_tokens_t tokens = {.refresh_token = cog_secret_of("rotated")};

    if (++waits == 3) {
        cog_store_t store = fake_store_port(world->store);

        world->refresh_token = "rotated";
        assert_int_equal(world_put_tokens(world, world->kept, &tokens), COG_OK);
        assert_int_equal(store.remove(store.context, NULL, lease_key(world, world->kept)),
                         COG_OK);
    }
}

static void redeems_the_token_that_is_there_when_it_has_the_lease(void **state)
{
    world_t *world = signed_in(*state, 1);

    world->kept = world_get(world, "/")->session;
    world->now += TOO_OLD;
    take_lease(world, world->kept);
    waits = 0;
    world->while_waiting = rotate_in_the_store;
    assert_true(world_is_granted(world));
    assert_int_equal(waits, 3);
    assert_int_equal(world->renewals, 1);
}

static void ends_when_the_user_pool_says_so(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);
        const char *session = apr_table_get(world->cookies, WORLD_SESSION);
        const char *tokens = apr_table_get(world->cookies, WORLD_TOKENS);

        world->renewed_body = "{'error':'invalid_grant'}";
        world->renewed_status = 400;
        world->now += 3100;
        assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
        assert_null(apr_table_get(world->cookies, WORLD_SESSION));
        assert_null(apr_table_get(world->cookies, WORLD_TOKENS));
        assert_int_equal(fake_store_count(world->store, "cognito:"), 0);
        /* nor does a copy of the cookies lead to another call */
        apr_table_setn(world->cookies, WORLD_SESSION, session);
        if (tokens) {
            apr_table_setn(world->cookies, WORLD_TOKENS, tokens);
        }
        assert_false(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
    }
}

static void answers_scripts_with_401_when_it_ends(void **state)
{
    world_t *world = signed_in(*state, 0);

    world->renewed_body = "{'error':'invalid_grant'}";
    world->renewed_status = 400;
    world->now += 3600;
    world_header(world, "Sec-Fetch-Mode", "cors");
    assert_int_equal(world_get(world, "/")->status, 401);
}

/* F29 */
static void lives_on_for_the_grace_when_the_user_pool_fails(void **state)
{
    static const struct {
        int status;
        const char *body;
    } failures[] = {
        {500, "oops"                                                           },
        {429, "{'error':'slow_down'}"                                          },
        {400, "{'__type':'TooManyRequestsException','message':'Rate exceeded'}"},
        {400, "{'error':'invalid_client'}"                                     },
        {200, "{'id_token':1}"                                                 },
        {200, "<html>"                                                         },
        {302, ""                                                               },
    };

    for (size_t i = 0; i < COUNT(failures); ++i) {
        world_t *world = signed_in(*state, i % 2 == 1);

        world->renewed_body = failures[i].body;
        world->renewed_status = failures[i].status;
        world->now += 3600 + 899;
        assert_true(world_is_granted(world));
        world->now += 1;
        assert_int_equal(world_get(world, "/")->status, 503);
        assert_int_equal(world_get(world, "/")->error, COG_E_IDP_UNREACHABLE);
        /* it is still there when the user pool is back */
        world->renewed_body = NULL;
        world->now += 11;
        assert_true(world_is_granted(world));
    }
}

static void open_new_browser(world_t *world)
{
    world->cookies = apr_table_make(world->pool, 4);
    world_sign_in(world, "/");
}

/* F40: while nobody answers, one session in some seconds asks, and the others go on. */
static void does_not_let_every_session_wait_for_nobody(void **state)
{
    world_t *world = signed_in(*state, 0);
    apr_table_t *browsers[10];
    size_t before;

    for (size_t i = 0; i < COUNT(browsers); ++i) {
        open_new_browser(world);
        browsers[i] = world->cookies;
    }
    world->now += 3600;
    before = (size_t)world->fetched->nelts;
    world->is_unreachable = 1;
    for (size_t i = 0; i < COUNT(browsers); ++i) {
        world->cookies = browsers[i];
        assert_true(world_is_granted(world));
    }
    assert_int_equal((size_t)world->fetched->nelts - before, 1);
    /* nor does the log warn of those for whom nobody was asked */
    assert_int_equal(world_log_count(world, "COG3073"), 1);
    world->is_unreachable = 0;
    world->now += 11;
    for (size_t i = 0; i < COUNT(browsers); ++i) {
        world->cookies = browsers[i];
        assert_true(world_is_granted(world));
    }
    assert_int_equal(world->renewals, COUNT(browsers));
}

static void backs_off_after_a_failure(void **state)
{
    world_t *world = signed_in(*state, 0);

    world->renewed_body = "oops";
    world->renewed_status = 500;
    world->now += 3600;
    for (int second = 0; second < 60; ++second) {
        assert_true(world_is_granted(world));
        ++world->now;
    }
    assert_in_range(world->renewals, 6, 12);
}

/* O13: nothing of a renewed token is believed that does not pass every check. */
static void believes_no_renewed_token_that_is_wrong(void **state)
{
    static const char *const wrong[] = {
        "'iss':'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other'",
        "'aud':'other'",
        "'token_use':'access'",
        "'exp':1600000000",
        "'nonce':'another'",
        "'auth_time':1600000000",
        "'at_hash':'AAAAAAAAAAAAAAAAAAAAAA'",
    };

    for (size_t i = 0; i < COUNT(wrong); ++i) {
        world_t *world = signed_in(*state, 0);
        const char *claims = apr_psprintf(
            world->pool,
            "{\"iss\":\"" WORLD_ISSUER "\",\"aud\":\"" WORLD_CLIENT
            "\",\"token_use\":\"id\",\"sub\":\"sub-1\",\"exp\":%d,\"iat\":%d,"
            "\"cognito:groups\":[\"admins\"]}",
            WORLD_NOW + 9000, WORLD_NOW);
        json_t *object = json_loads(claims, 0, NULL);
        char *bad = apr_psprintf(world->pool, "{%s}", wrong[i]);
        json_t *change;

        for (char *c = bad; *c; ++c) {
            *c = *c == '\'' ? '"' : *c;
        }
        change = json_loads(bad, 0, NULL);
        assert_int_equal(json_object_update(object, change), 0);
        world->renewed_body =
            apr_psprintf(world->pool,
                         "{'id_token':'%s','access_token':'a','expires_in':3600,'token_"
                         "type':'Bearer'}",
                         jwt_maker_sign(world->pool, world->signer,
                                        cog_json_write(world->pool, object)));
        json_decref(object);
        json_decref(change);
        world->now += 3600;
        assert_null(claim_of(world_get(world, "/"), "cognito:groups"));
        world->now += 900;
        assert_int_equal(world_get(world, "/")->status, 503);
    }
}

/* A spent refresh token leads nowhere: the next try is with the one that came. */
static void keeps_a_rotated_refresh_token_that_came_with_nonsense(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);

        world->refresh_token = "rotated-by-nonsense";
        world->renewed_body = "{'id_token':'no.jwt.atall','access_token':'a',"
                              "'refresh_token':'rotated-by-nonsense',"
                              "'expires_in':3600,'token_type':'Bearer'}";
        world->claims = ",'cognito:groups':['admins']";
        world->now += 3600;
        assert_null(claim_of(world_get(world, "/"), "cognito:groups"));
        world->renewed_body = NULL;
        world->now += 11;
        assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
        assert_int_equal(world->renewals, 2);
    }
}

static void ends_when_the_renewed_token_is_of_another_user(void **state)
{
    world_t *world = signed_in(*state, 0);
    const char *claims =
        apr_psprintf(world->pool,
                     "{\"iss\":\"" WORLD_ISSUER "\",\"aud\":\"" WORLD_CLIENT
                     "\",\"token_use\":\"id\",\"sub\":\"sub-2\",\"exp\":%d,\"iat\":%d}",
                     WORLD_NOW + 9000, WORLD_NOW);

    world->renewed_body = apr_psprintf(
        world->pool,
        "{'id_token':'%s','access_token':'a','expires_in':3600,'token_type':'Bearer'}",
        jwt_maker_sign(world->pool, world->signer, claims));
    world->now += 3600;
    assert_int_equal(world_get(world, "/")->kind, COG_REPLY_REDIRECT);
    assert_null(apr_table_get(world->cookies, WORLD_SESSION));
}

/* O14 */
static void keeps_the_claims_when_no_id_token_comes(void **state)
{
    world_t *world;

    world = world_make(*state);
    world->claims = ",'cognito:groups':['admins']";
    world_sign_in(world, "/");
    world->renewed_body = "{'access_token':'a','expires_in':600,'token_type':'Bearer'}";
    world->now += 3500;
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 1);
    world->now += 449;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
    world->now += 61;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 2);
}

/* A06: an odd expires_in makes no storm of renewals. */
static void is_not_driven_mad_by_an_odd_life(void **state)
{
    static const char *const lives[] = {"0", "-1", "'3600'", "1e300", "null"};

    for (size_t i = 0; i < COUNT(lives); ++i) {
        world_t *world = signed_in(*state, 0);

        world->renewed_body = apr_psprintf(
            world->pool, "{'access_token':'a','expires_in':%s,'token_type':'Bearer'}",
            lives[i]);
        world->now += 3500;
        for (int n = 0; n < 40; ++n) {
            assert_true(world_is_granted(world));
            ++world->now;
        }
        assert_int_equal(world->renewals, 1);
    }
}

/* A07 */
static void lasts_as_long_as_the_claims_without_a_refresh_token(void **state)
{
    world_t *world = world_make(*state);

    world->refresh_token = "";
    world->place.limits.idle_sec = 12 * 3600;
    world->conf.longest = world->place.limits;
    world_sign_in(world, "/");
    world->now += 3599;
    assert_true(world_is_granted(world));
    ++world->now;
    assert_false(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
}

static void renews_nothing_when_it_is_switched_off(void **state)
{
    world_t *world = world_make(*state);

    world->conf.has_renewal = 0;
    world->place.limits.idle_sec = 12 * 3600;
    world->conf.longest = world->place.limits;
    world_sign_in(world, "/");
    world->now += 11 * 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
}

/* F20: without its store a session of the cookies is not renewed, but lives on. */
static void lives_on_for_the_grace_without_the_store(void **state)
{
    world_t *world = signed_in(*state, 0);

    world->store->is_down = 1;
    world->now += 3600 + 899;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 0);
    ++world->now;
    assert_int_equal(world_get(world, "/")->status, 503);
    world->store->is_down = 0;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 1);
}

static void bring_the_store_back(void *context)
{
    world_t *world = context;

    if (++waits == 5) {
        world->store->is_down = 0;
    }
}

static void let_the_store_fail_after_the_redemption(world_t *world)
{
    world->store->is_down = 1;
    world->while_waiting = bring_the_store_back;
    waits = 0;
}

/* A refresh token that is good once is not thrown away because the store restarts. */
static void writes_patiently_what_it_has_got(void **state)
{
    world_t *world = signed_in(*state, 1);

    world->rotates = 1;
    world->on_renewal = let_the_store_fail_after_the_redemption;
    world->now += 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(waits, 5);
    world->on_renewal = NULL;
    world->now += 3600;
    assert_true(world_is_granted(world));
    assert_int_equal(world->renewals, 2);
}

/* Whichever call fails: an answer, no session of somebody else, and health afterwards. */
static void survives_the_failure_of_any_port_call(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);
        int before = world->calls;
        int calls;

        world->now += 3600;
        assert_true(world_is_granted(world));
        calls = world->calls - before;
        assert_in_range(calls, 5, 30);
        for (int n = 1; n <= calls; ++n) {
            cog_reply_t *reply;

            world = signed_in(*state, is_stored);
            world->rotates = n % 2;
            world->now += 3600;
            world->fail_at = world->calls + n;
            reply = world_get(world, "/");
            assert_true(reply->kind == COG_REPLY_GRANT || reply->status == 503);
            world->fail_at = 0;
            world->now += 11;
            reply = world_get(world, "/");
            assert_true(reply->kind == COG_REPLY_GRANT ||
                        reply->kind == COG_REPLY_REDIRECT);
            world_sign_in(world, "/");
            assert_true(world_is_granted(world));
        }
    }
}

/* Who has read a stored session before it was renewed does not put it back. */
static void is_not_undone_by_who_has_read_it_before(void **state)
{
    world_t *world = signed_in(*state, 1);
    const cog_session_t *before = world_get(world, "/")->session;

    world->claims = ",'cognito:groups':['admins']";
    world->now += 3300;
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
    assert_int_equal(world_touch(world, before), COG_OK);
    assert_string_equal(claim_of(world_get(world, "/"), "cognito:groups"), "admins");
    assert_int_equal(world->renewals, 1);
}

static void sign_out_elsewhere(world_t *world)
{
    const char *session = apr_table_get(world->cookies, WORLD_SESSION);
    const char *tokens = apr_table_get(world->cookies, WORLD_TOKENS);

    world->on_renewal = NULL;
    world_get(world, "/.cognito/logout");
    apr_table_setn(world->cookies, WORLD_SESSION, session);
    if (tokens) {
        apr_table_setn(world->cookies, WORLD_TOKENS, tokens);
    }
}

/* A sign-out while the user pool is asked wins, and nothing is left behind. */
static void brings_no_session_back_that_has_ended_meanwhile(void **state)
{
    for (int is_stored = 0; is_stored < 2; ++is_stored) {
        world_t *world = signed_in(*state, is_stored);

        world->on_renewal = sign_out_elsewhere;
        world->now += 3300;
        assert_false(world_is_granted(world));
        assert_int_equal(world->renewals, 1);
        assert_int_equal(fake_store_count(world->store, "cognito:"), 0);
        assert_false(world_is_granted(world));
    }
}

/* It need not wait for what the user pool cannot give for this session. */
static void can_be_replaced_when_it_cannot_be_renewed(void **state)
{
    world_t *world = signed_in(*state, 0);

    world->renewed_body = "{'error':'unauthorized_client'}";
    world->renewed_status = 400;
    world->now += 3600;
    assert_string_equal(world_get(world, "/.cognito/login?return_to=/a")->location,
                        WORLD_ORIGIN "/a");
    world->now += 900;
    assert_int_equal(world_get(world, "/")->status, 503);
    assert_non_null(
        strstr(world_get(world, "/.cognito/login?return_to=/a")->location, WORLD_DOMAIN));
    world_sign_in(world, "/.cognito/login?return_to=/a");
    assert_true(world_is_granted(world));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(renews_ahead_of_the_end),
        cmocka_unit_test_with_pool(takes_over_the_new_claims),
        cmocka_unit_test_with_pool(keeps_id_and_time_of_the_login),
        cmocka_unit_test_with_pool(ends_at_the_absolute_limit_all_the_same),
        cmocka_unit_test_with_pool(leaves_no_tokens_in_the_store_for_long),
        cmocka_unit_test_with_pool(keeps_the_tokens_for_as_long_as_the_session),
        cmocka_unit_test_with_pool(follows_the_rotation_of_refresh_tokens),
        cmocka_unit_test_with_pool(gives_the_new_session_to_who_comes_with_the_old),
        cmocka_unit_test_with_pool(goes_on_while_another_renews_ahead),
        cmocka_unit_test_with_pool(waits_for_the_one_that_renews),
        cmocka_unit_test_with_pool(waits_only_a_moment_within_the_grace),
        cmocka_unit_test_with_pool(waits_no_longer_when_the_clock_is_put_back),
        cmocka_unit_test_with_pool(takes_over_the_lease_of_a_dead_holder),
        cmocka_unit_test_with_pool(leaves_a_lease_that_it_has_lost_to_its_holder),
        cmocka_unit_test_with_pool(puts_nothing_in_place_of_what_another_has_renewed),
        cmocka_unit_test_with_pool(redeems_the_token_that_is_there_when_it_has_the_lease),
        cmocka_unit_test_with_pool(ends_when_the_user_pool_says_so),
        cmocka_unit_test_with_pool(answers_scripts_with_401_when_it_ends),
        cmocka_unit_test_with_pool(lives_on_for_the_grace_when_the_user_pool_fails),
        cmocka_unit_test_with_pool(does_not_let_every_session_wait_for_nobody),
        cmocka_unit_test_with_pool(backs_off_after_a_failure),
        cmocka_unit_test_with_pool(believes_no_renewed_token_that_is_wrong),
        cmocka_unit_test_with_pool(keeps_a_rotated_refresh_token_that_came_with_nonsense),
        cmocka_unit_test_with_pool(ends_when_the_renewed_token_is_of_another_user),
        cmocka_unit_test_with_pool(keeps_the_claims_when_no_id_token_comes),
        cmocka_unit_test_with_pool(is_not_driven_mad_by_an_odd_life),
        cmocka_unit_test_with_pool(lasts_as_long_as_the_claims_without_a_refresh_token),
        cmocka_unit_test_with_pool(renews_nothing_when_it_is_switched_off),
        cmocka_unit_test_with_pool(lives_on_for_the_grace_without_the_store),
        cmocka_unit_test_with_pool(writes_patiently_what_it_has_got),
        cmocka_unit_test_with_pool(survives_the_failure_of_any_port_call),
        cmocka_unit_test_with_pool(is_not_undone_by_who_has_read_it_before),
        cmocka_unit_test_with_pool(brings_no_session_back_that_has_ended_meanwhile),
        cmocka_unit_test_with_pool(can_be_replaced_when_it_cannot_be_renewed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
