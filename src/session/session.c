#include "session/session.h"

#include <string.h>

#include "base/base64.h"
#include "base/claim.h"
#include "crypto/digest.h"

/* clocks of several hosts agree only so far */
#define MAX_AHEAD_SEC 300

static int is_plausible(int64_t time, int64_t now)
{
    return time <= now + MAX_AHEAD_SEC;
}

cog_err_t cog_session_check(const cog_session_t *session,
                            const cog_session_limits_t *limits, int64_t now)
{
    /* a session's own numbers stand alone: no arithmetic on them, so no overflow */
    COG_REQUIRE(is_plausible(session->created, now), COG_E_SESSION_EXPIRED);
    COG_REQUIRE(is_plausible(session->seen, now), COG_E_SESSION_EXPIRED);
    COG_REQUIRE(session->created > now - limits->max_sec, COG_E_SESSION_EXPIRED);
    COG_REQUIRE(session->seen > now - limits->idle_sec, COG_E_SESSION_EXPIRED);
    return COG_OK;
}

int cog_session_wants_touch(const cog_session_t *session,
                            const cog_session_limits_t *limits, int64_t now)
{
    return session->seen < now - limits->least_idle_sec / 4;
}

int cog_session_wants_renewal(const cog_session_t *session, int64_t now)
{
    return session->renew_at > 0 && session->renew_at <= now;
}

int cog_session_needs_renewal(const cog_session_t *session, int64_t now)
{
    return session->expires > 0 && session->expires <= now;
}

const char *cog_session_claim(const cog_session_t *session, const char *name)
{
    return cog_claims_get(session->claims, name);
}

const char *cog_session_id_text(apr_pool_t *pool, const cog_session_t *session)
{
    return cog_base64url_encode(pool, (cog_span_t){session->id, sizeof(session->id)});
}

void cog_session_owner(const cog_session_t *session, unsigned char *owner)
{
    unsigned char digest[COG_SHA256_LEN];

    cog_digest_sha256(cog_secret_of(session->subject), digest);
    memcpy(owner, digest, COG_SESSION_OWNER_LEN);
}
