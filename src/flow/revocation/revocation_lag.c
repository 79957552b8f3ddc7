#include "flow/revocation/revocation_lag.h"

#include "base/log.h"

#define PATIENCE_SEC   10
#define WARN_EVERY_SEC 300

/* A clock that was put back begins anew. */
static int64_t not_after(int64_t time, int64_t now)
{
    return time < now ? time : now;
}

static void note_answer(const cog_flow_t *flow, cog_revocation_lag_t *lag, int64_t now)
{
    if (lag->warned) {
        COG_LOG(flow->ports->log, WARNING, 3313,
                "sign-outs on other hosts are heard of again, after %" APR_INT64_T_FMT
                " s; those from meanwhile, too",
                now - lag->read_at);
    }
    *lag = (cog_revocation_lag_t){now, 0};
}

static void note_silence(const cog_flow_t *flow, cog_revocation_lag_t *lag, int64_t now)
{
    lag->read_at = lag->read_at ? not_after(lag->read_at, now) : now;
    lag->warned = not_after(lag->warned, now);
    if (now - lag->read_at < PATIENCE_SEC || now - lag->warned < WARN_EVERY_SEC) {
        return;
    }
    lag->warned = now;
    COG_LOG(flow->ports->log, WARNING, 3312,
            "nothing was heard of sign-outs on other hosts for %" APR_INT64_T_FMT
            " s: copies of the cookies of sessions that have ended there are good here "
            "until the store of CognitoStore can be read again; see to it",
            now - lag->read_at);
}

void cog_revocation_lag_note(const cog_flow_t *flow, cog_revocation_lag_t *lag,
                             int has_read)
{
    int64_t now = cog_flow_now(flow);

    if (has_read) {
        note_answer(flow, lag, now);
    }
    else {
        note_silence(flow, lag, now);
    }
}
