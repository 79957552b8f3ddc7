#include "flow/hearing.h"

#include "base/log.h"
#include "flow/flow_private.h"

#define PATIENCE_SEC   10
#define WARN_EVERY_SEC 300

/* A clock that was put back begins anew. */
static int64_t not_after(int64_t time, int64_t now)
{
    return time < now ? time : now;
}

static void note_answer(const cog_flow_t *flow, cog_hearing_t *hearing, int64_t now)
{
    if (hearing->warned) {
        COG_LOG(flow->ports->log, WARNING, 3313,
                "sign-outs on other hosts are heard of again, after %" APR_INT64_T_FMT
                " s; those from meanwhile, too",
                now - hearing->heard);
    }
    *hearing = (cog_hearing_t){now, 0};
}

static void note_silence(const cog_flow_t *flow, cog_hearing_t *hearing, int64_t now)
{
    hearing->heard = hearing->heard ? not_after(hearing->heard, now) : now;
    hearing->warned = not_after(hearing->warned, now);
    if (now - hearing->heard < PATIENCE_SEC || now - hearing->warned < WARN_EVERY_SEC) {
        return;
    }
    hearing->warned = now;
    COG_LOG(flow->ports->log, WARNING, 3312,
            "nothing was heard of sign-outs on other hosts for %" APR_INT64_T_FMT
            " s: copies of the cookies of sessions that have ended there are good here "
            "until the store of CognitoStore can be read again; see to it",
            now - hearing->heard);
}

void cog_hearing_note(const cog_flow_t *flow, cog_hearing_t *hearing, int has_heard)
{
    int64_t now = cog_flow_now(flow);

    if (has_heard) {
        note_answer(flow, hearing, now);
    }
    else {
        note_silence(flow, hearing, now);
    }
}
