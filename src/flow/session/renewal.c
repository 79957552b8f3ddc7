#include "flow/session/renewal.h"

#include <apr_strings.h>

#include "base/log.h"
#include "base/text.h"
#include "flow/audit.h"
#include "flow/meter.h"
#include "flow/provider/provider.h"
#include "flow/revocation/session_revocation.h"
#include "flow/session/lease.h"
#include "flow/session/refresh.h"
#include "flow/session/session_lookup.h"
#include "flow/session/session_lifecycle.h"
#include "flow/session/stored_session.h"

#define LEASE_KEY   "cognito:lease:"
#define FIRST_PAUSE apr_time_from_msec(5)
#define LAST_PAUSE  apr_time_from_msec(100)
#define WRITE_TRIES 40 /* of that pause */
#define WAIT_SEC    1  /* for another's renewal, while the old claims are good enough */

/* A renewal on its way. */
typedef struct {
    cog_flow_t *flow;
    cog_session_t **session; /* the old one, until there is a newer one */
    cog_reply_t *reply;
    const char *lease_key;
    cog_lease_t lease; /* once it is ours */
} renewal_t;

static int is_newer(const cog_session_t *found, const cog_session_t *old)
{
    return found->renewals > old->renewals;
}

/* What somebody else has renewed meanwhile. COG_E_NO_SESSION: nobody has.
 * COG_E_SESSION_EXPIRED: it was ended instead. */
static cog_err_t find_stored(const renewal_t *renewal)
{
    cog_flow_t *flow = renewal->flow;
    cog_session_t *found;
    cog_err_t err = cog_stored_session_get(flow, flow->place->client,
                                           (*renewal->session)->id, &found);

    COG_REQUIRE(err != COG_E_NO_SESSION, COG_E_SESSION_EXPIRED);
    COG_TRY(err);
    COG_REQUIRE(is_newer(found, *renewal->session), COG_E_NO_SESSION);
    *renewal->session = found;
    return COG_OK;
}

/* The browser gets the newer cookies, too: the answer that brought them may be lost. */
static cog_err_t find_in_cookies(const renewal_t *renewal)
{
    cog_flow_t *flow = renewal->flow;
    cog_session_tokens_t tokens;
    cog_session_t *found;

    COG_TRY(cog_stored_renewal_get(flow, flow->place->client, *renewal->session, &found,
                                   &tokens));
    COG_REQUIRE(is_newer(found, *renewal->session), COG_E_NO_SESSION);
    COG_TRY(cog_session_write(flow, found, &tokens, renewal->reply));
    *renewal->session = found;
    return COG_OK;
}

static cog_err_t find_newer(const renewal_t *renewal)
{
    COG_REQUIRE(!cog_session_is_revoked(renewal->flow, *renewal->session),
                COG_E_SESSION_EXPIRED);
    return (*renewal->session)->is_stored ? find_stored(renewal)
                                          : find_in_cookies(renewal);
}

/* CognitoGrace */
static int may_live_on(const renewal_t *renewal)
{
    const cog_flow_t *flow = renewal->flow;

    return (*renewal->session)->expires + flow->conf->grace_sec > cog_flow_now(flow);
}

/* Go on with what there is, for as long as that is allowed. */
static cog_err_t keep_old(const renewal_t *renewal, cog_err_t why)
{
    const cog_flow_t *flow = renewal->flow;
    const cog_session_t *session = *renewal->session;
    int may_live = may_live_on(renewal);

    COG_LOG(flow->ports->log, DEBUG, 3070, "session %s is not renewed now (%s): %s",
            cog_session_id_text(flow->pool, session), cog_err_name(why),
            may_live ? "it lives on for a while" : "its claims are too old");
    if (may_live) {
        return COG_OK;
    }
    return cog_err_is_no_answer(why) ? why : COG_E_IDP_UNREACHABLE;
}

/* Nobody else shall try with this refresh token again. */
static cog_err_t end(const renewal_t *renewal, const char *why)
{
    cog_flow_t *flow = renewal->flow;
    const cog_session_t *session = *renewal->session;

    cog_flow_count(flow, COG_EVENT_ENDED_BY_RENEWAL);
    cog_flow_audit_logout(flow, "renewal", flow->place->client, session);
    COG_LOG(flow->ports->log, INFO, 3071, "session %s of sub %s ends: %s",
            cog_session_id_text(flow->pool, session),
            cog_text_for_log(flow->pool, session->subject, 255), why);
    cog_session_end(flow, flow->place->client, session, renewal->reply);
    return COG_E_SESSION_EXPIRED;
}

/* The old refresh token may be good for nothing by now: a store that restarts is worth
 * some seconds. */
static cog_err_t write_patiently(const renewal_t *renewal, cog_session_t *renewed,
                                 const cog_session_tokens_t *kept)
{
    cog_flow_t *flow = renewal->flow;
    const cog_clock_t *clock = &flow->ports->clock;
    cog_err_t err = cog_session_write(flow, renewed, kept, renewal->reply);

    for (int i = 0; i < WRITE_TRIES && err == COG_E_STORE; ++i) {
        clock->pause(clock->context, LAST_PAUSE);
        err = cog_session_write(flow, renewed, kept, renewal->reply);
    }
    return err;
}

/* It took so long that somebody else has done it meanwhile: theirs is the one that
 * counts.
 */
static int is_overtaken(const renewal_t *renewal)
{
    return cog_lease_has_ended(renewal->flow, &renewal->lease) &&
           find_newer(renewal) == COG_OK;
}

/* Others look for what is in the store, so it has to be there before the lease ends. */
static cog_err_t publish(const renewal_t *renewal, const cog_refreshed_t *refreshed)
{
    cog_flow_t *flow = renewal->flow;
    cog_session_t *renewed = refreshed->session;
    const cog_session_tokens_t *tokens = &refreshed->tokens;

    COG_REQUIRE(!cog_session_is_revoked(flow, renewed), COG_E_SESSION_EXPIRED);
    if (is_overtaken(renewal)) {
        return COG_OK;
    }
    if (!renewed->is_stored) {
        (void)cog_stored_renewal_put(flow, flow->place->client, renewed, tokens);
    }
    COG_TRY(write_patiently(renewal, renewed, tokens));
    *renewal->session = renewed;
    COG_LOG(flow->ports->log, DEBUG, 3072,
            "session %s is renewed, the %" APR_INT64_T_FMT ". time",
            cog_session_id_text(flow->pool, renewed), renewed->renewals);
    return COG_OK;
}

static cog_err_t renew_with(const renewal_t *renewal, const cog_session_tokens_t *held)
{
    cog_flow_t *flow = renewal->flow;
    cog_refreshed_t refreshed;

    COG_TRY(cog_session_refresh(flow, *renewal->session, held, &refreshed));
    COG_TRY(publish(renewal, &refreshed));
    COG_TRY(refreshed.problem);
    if (*renewal->session == refreshed.session) {
        cog_flow_count(flow, COG_EVENT_SESSION_RENEWED);
        cog_flow_audit_session(flow, "refresh", refreshed.session, refreshed.claims);
    }
    return COG_OK;
}

static cog_err_t read_tokens(const renewal_t *renewal, cog_session_tokens_t *held)
{
    cog_flow_t *flow = renewal->flow;

    COG_TRY(cog_session_tokens(flow, flow->place->client, *renewal->session, held));
    COG_REQUIRE(cog_secret_is_set(held->refresh_token), COG_E_NO_SESSION);
    return COG_OK;
}

/* Whoever had the lease before may have spent the refresh token, and left another one in
 * the store, without a renewed session. */
static cog_err_t renew_now(const renewal_t *renewal)
{
    cog_session_tokens_t held;
    cog_err_t err = read_tokens(renewal, &held);

    COG_REQUIRE(err == COG_OK || err == COG_E_STORE, COG_E_SESSION_EXPIRED);
    COG_TRY(err);
    return renew_with(renewal, &held);
}

static cog_err_t give_up(const renewal_t *renewal, cog_err_t why)
{
    cog_lease_fail(renewal->flow, &renewal->lease);
    return keep_old(renewal, why);
}

/* The user pool was asked, or would have been. */
static cog_err_t conclude(const renewal_t *renewal, cog_err_t err)
{
    const cog_flow_t *flow = renewal->flow;

    if (err == COG_E_IDP_GRANT || err == COG_E_TOKEN_SUBJECT) {
        err = end(renewal, cog_err_text(err));
    }
    if (err == COG_OK || err == COG_E_SESSION_EXPIRED) {
        cog_lease_release(flow, &renewal->lease);
        return err;
    }
    COG_LOG(flow->ports->log, WARNING, 3073, "session %s could not be renewed: %s",
            cog_session_id_text(flow->pool, *renewal->session), cog_err_text(err));
    return give_up(renewal, err);
}

/* With the lease in hand. Whoever had it before may have been done just before. While the
 * user pool answers nobody, others find out for how long. */
static cog_err_t renew(const renewal_t *renewal)
{
    const cog_flow_t *flow = renewal->flow;
    cog_outage_t *outage = cog_provider_outage(flow->place->client->provider);
    cog_err_t err = find_newer(renewal);

    if (err != COG_E_NO_SESSION) {
        return conclude(renewal, err);
    }
    if (!cog_outage_may_ask(outage, cog_flow_now(flow))) {
        return give_up(renewal, COG_E_IDP_BUSY);
    }
    return conclude(renewal, renew_now(renewal));
}

/* One look: has somebody done it, or is it ours to do? COG_E_EXISTS: wait. */
static cog_err_t try_once(renewal_t *renewal)
{
    cog_err_t err = find_newer(renewal);

    COG_REQUIRE(err != COG_OK && err != COG_E_SESSION_EXPIRED, err);
    if (err == COG_E_NO_SESSION) {
        err = cog_lease_take(renewal->flow, renewal->lease_key, &renewal->lease);
    }
    if (err == COG_OK) {
        return renew(renewal);
    }
    return err == COG_E_EXISTS ? err : keep_old(renewal, err);
}

/* A worker that waits serves nobody else. */
static apr_interval_time_t patience(const renewal_t *renewal)
{
    return apr_time_from_sec(may_live_on(renewal) ? WAIT_SEC
                                                  : renewal->flow->conf->lease_sec + 1);
}

static cog_err_t renew_or_wait(renewal_t *renewal)
{
    const cog_flow_t *flow = renewal->flow;
    const cog_clock_t *clock = &flow->ports->clock;
    apr_interval_time_t limit = patience(renewal);
    apr_time_t end = cog_flow_time(flow) + limit;
    apr_interval_time_t waited = 0; /* a clock that is put back makes it no longer */
    apr_interval_time_t pause = FIRST_PAUSE;
    cog_err_t err = try_once(renewal);

    while (err == COG_E_EXISTS &&
           cog_session_needs_renewal(*renewal->session, cog_flow_now(flow)) &&
           waited < limit && cog_flow_time(flow) < end) {
        clock->pause(clock->context, pause);
        waited += pause;
        pause = pause * 2 < LAST_PAUSE ? pause * 2 : LAST_PAUSE;
        err = try_once(renewal);
    }
    return err == COG_E_EXISTS ? keep_old(renewal, err) : err;
}

static cog_err_t renew_if_possible(cog_flow_t *flow, cog_session_t **session,
                                   cog_reply_t *reply)
{
    renewal_t renewal = {.flow = flow, .session = session, .reply = reply};
    cog_session_tokens_t held;
    cog_err_t err;

    err = read_tokens(&renewal, &held);
    if (err == COG_E_STORE) {
        return keep_old(&renewal, err);
    }
    if (err != COG_OK) {
        return cog_session_needs_renewal(*session, cog_flow_now(flow))
                   ? end(&renewal, "it has no refresh token")
                   : COG_OK;
    }
    renewal.lease_key = apr_pstrcat(flow->pool, LEASE_KEY,
                                    cog_session_id_text(flow->pool, *session), NULL);
    return renew_or_wait(&renewal);
}

cog_err_t cog_session_renew(cog_flow_t *flow, cog_session_t **session, cog_reply_t *reply)
{
    return flow->conf->has_renewal &&
                   cog_session_wants_renewal(*session, cog_flow_now(flow))
               ? renew_if_possible(flow, session, reply)
               : COG_OK;
}
