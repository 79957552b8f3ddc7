/* Reaches: cog_session_decode, cog_session_encode, cog_session_check, cog_session_claim.
 * The input is the plaintext of a session's cookie. What decodes is a session that is
 * written and read again as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>

#include "base/claim.h"
#include "session/session_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static void check_claims(const cog_session_t *a, const cog_session_t *b)
{
    must(a->claims->nelts == b->claims->nelts);
    for (int i = 0; i < a->claims->nelts; ++i) {
        const cog_claim_t *claim_a = &APR_ARRAY_IDX(a->claims, i, cog_claim_t);
        const cog_claim_t *claim_b = &APR_ARRAY_IDX(b->claims, i, cog_claim_t);

        must(strcmp(claim_a->name, claim_b->name) == 0);
        must(strcmp(claim_a->value, claim_b->value) == 0);
        must(claim_a->kind == claim_b->kind);
        must(cog_session_claim(a, claim_b->name) == claim_a->value);
    }
}

static void check_same(const cog_session_t *a, const cog_session_t *b)
{
    must(a->created == b->created && a->seen == b->seen);
    must(a->auth_time == b->auth_time && a->renewals == b->renewals);
    must(a->renew_at == b->renew_at && a->expires == b->expires);
    must(memcmp(a->id, b->id, COG_SESSION_ID_LEN) == 0);
    must(strcmp(a->subject, b->subject) == 0);
    check_claims(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const cog_session_limits_t limits = {3600, 43200, 3600};
    static apr_pool_t *pool;
    cog_session_t *session, *again;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    if (cog_session_decode(pool, (cog_span_t){data, size}, &session) == COG_OK) {
        (void)cog_session_check(session, &limits, 1795000000);
        (void)cog_session_wants_touch(session, &limits, 1795000000);
        must(cog_session_decode(pool, cog_session_encode(pool, session), &again) ==
             COG_OK);
        check_same(session, again);
    }
    apr_pool_clear(pool);
    return 0;
}
