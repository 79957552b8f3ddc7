#include "flow/logout/logout_return.h"

#include <apr_cstr.h>
#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "session/cookie.h"

#define RETURN_SEC (15 * 60)

static cog_binding_t return_binding(const cog_flow_t *flow)
{
    return (cog_binding_t){COG_PURPOSE_RETURN, "",
                           APR_ARRAY_IDX(flow->conf->origins, 0, const char *),
                           flow->conf->return_cookie};
}

const char *cog_logout_return_choose(cog_flow_t *flow, const char *wanted)
{
    const apr_array_header_t *allowed = flow->conf->logout_returns;
    const char *fallback =
        allowed->nelts > 0 ? APR_ARRAY_IDX(allowed, 0, const char *) : "";

    if (!wanted || !*wanted) {
        return fallback;
    }
    if (apr_cstr_match_list(wanted, allowed)) {
        return wanted;
    }
    if (strcmp(cog_flow_return_to(flow, wanted), wanted) == 0) {
        return wanted;
    }
    COG_LOG(flow->ports->log, INFO, 3062,
            "return_to %s is neither a path of this site nor in CognitoLogoutReturn",
            cog_text_for_log(flow->pool, wanted, 256));
    return fallback;
}

cog_err_t cog_logout_return_set(cog_flow_t *flow, const char *target, cog_reply_t *reply)
{
    cog_sealer_t sealer = cog_flow_sealer(flow);
    cog_binding_t binding = return_binding(flow);
    const char *sealed;
    cog_packer_t packer;

    cog_pack_begin(flow->pool, &packer, strlen(target) + 16);
    cog_pack_number(&packer, (uint64_t)cog_flow_now(flow));
    cog_pack_text(&packer, target);
    COG_TRY(cog_seal(flow->pool, &sealer, &binding, cog_pack_end(&packer), &sealed));
    APR_ARRAY_PUSH(cog_reply_cookies(flow, reply), const char *) = cog_cookie_write(
        flow->pool, &flow->conf->cookies, flow->conf->return_cookie, sealed, RETURN_SEC);
    return COG_OK;
}

static const char *remembered(const cog_flow_t *flow)
{
    cog_binding_t binding = return_binding(flow);
    cog_unpacker_t unpacker;
    const char *target;
    cog_span_t sealed;
    cog_span_t record;
    int64_t made;

    if (!cog_cookie_find(flow->request->cookies, flow->conf->return_cookie, &sealed) ||
        cog_unseal(flow->pool, flow->conf->keyring, &binding, sealed, &record) !=
            COG_OK) {
        return NULL;
    }
    cog_unpack_begin(&unpacker, record);
    made = (int64_t)cog_unpack_number(&unpacker);
    target = cog_unpack_text(&unpacker);
    if (!cog_unpack_is_complete(&unpacker) || made < cog_flow_now(flow) - RETURN_SEC) {
        return NULL;
    }
    return target;
}

const char *cog_logout_return_take(cog_flow_t *flow, cog_reply_t *reply)
{
    const char *target = remembered(flow);

    if (flow->request->cookies) {
        APR_ARRAY_PUSH(cog_reply_cookies(flow, reply), const char *) = cog_cookie_expire(
            flow->pool, &flow->conf->cookies, flow->conf->return_cookie);
    }
    return target ? target : cog_logout_return_choose(flow, NULL);
}
