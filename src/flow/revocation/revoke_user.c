/* Somebody with the key of CognitoRevokeKey ends all sessions of a user: for a rule on
 * the events of the user pool that disable users or sign them out everywhere. */
#include <apr_strings.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "flow/audit.h"
#include "flow/handlers.h"
#include "flow/meter.h"
#include "flow/revocation/session_revocation.h"

#define HEADER      "Cognito-Signature"
#define MAX_BODY    4096
#define MAX_DIGITS  12
#define MAX_AGE_SEC 300 /* of a signature, and how far clocks may differ */
#define MAX_SUBJECT 255

/* Cognito-Signature: t=SECONDS,v1=SIGNATURE */
typedef struct {
    const char *time_text;
    int64_t time;
    const char *value;
} signature_t;

static cog_err_t parse_signature(apr_pool_t *pool, const char *header,
                                 signature_t *signature)
{
    size_t digits;

    COG_REQUIRE(header && cog_text_begins(header, "t="), COG_E_SIGNATURE);
    digits = cog_number_read(header + 2, MAX_DIGITS, &signature->time);
    COG_REQUIRE(digits > 0, COG_E_SIGNATURE);
    COG_REQUIRE(cog_text_begins(header + 2 + digits, ",v1="), COG_E_SIGNATURE);
    signature->time_text = apr_pstrmemdup(pool, header + 2, digits);
    signature->value = header + 2 + digits + strlen(",v1=");
    return COG_OK;
}

/* What is signed is `TIME.BODY`, so that neither serves with another. */
static int is_signed(const cog_flow_t *flow, const signature_t *signature,
                     cog_span_t body)
{
    const char *signed_text =
        apr_pstrcat(flow->pool, signature->time_text, ".",
                    apr_pstrmemdup(flow->pool, (const char *)body.bytes, body.len), NULL);

    return cog_hmac_is(flow->pool, flow->conf->revoke_key, cog_span_of(signed_text),
                       signature->value);
}

static int is_fresh(const cog_flow_t *flow, const signature_t *signature)
{
    int64_t now = cog_flow_now(flow);

    return signature->time > now - MAX_AGE_SEC && signature->time < now + MAX_AGE_SEC;
}

static cog_err_t check_signature(const cog_flow_t *flow, cog_span_t body, int64_t *time)
{
    const cog_request_t *request = flow->request;
    signature_t signature;

    COG_TRY(parse_signature(flow->pool, request->header(request, HEADER), &signature));
    COG_REQUIRE(strlen((const char *)body.bytes) == body.len, COG_E_SIGNATURE);
    COG_REQUIRE(is_signed(flow, &signature, body), COG_E_SIGNATURE);
    COG_REQUIRE(is_fresh(flow, &signature), COG_E_SIGNATURE);
    *time = signature.time;
    return COG_OK;
}

static cog_err_t read_subject(const cog_flow_t *flow, cog_span_t body,
                              const char **subject)
{
    json_t *object;

    COG_TRY(cog_json_parse(flow->pool, body, MAX_BODY, &object));
    *subject = cog_json_string(object, "sub");
    COG_REQUIRE(*subject && strlen(*subject) <= MAX_SUBJECT, COG_E_BAD_JSON);
    COG_REQUIRE(!cog_text_has_control(*subject), COG_E_BAD_JSON);
    return COG_OK;
}

/* A request that is sent again ends nothing that was begun after it was signed. */
static int64_t not_after(int64_t time, int64_t now)
{
    return time < now ? time : now;
}

cog_err_t cog_flow_revoke_user(cog_flow_t *flow, cog_reply_t *reply)
{
    const cog_request_t *request = flow->request;
    const char *subject;
    cog_span_t body;
    int64_t time;

    COG_TRY(cog_reply_require_method(flow, "POST", reply));
    COG_TRY(request->read_body(request, flow->pool, MAX_BODY, &body));
    COG_TRY(check_signature(flow, body, &time));
    COG_TRY(read_subject(flow, body, &subject));
    COG_TRY(cog_subject_revoke(flow, subject, not_after(time, cog_flow_now(flow))));
    cog_flow_count(flow, COG_EVENT_USER_ENDED);
    cog_flow_audit_user_ended(flow, subject);
    cog_reply_json(flow->pool, reply, 200,
                   cog_json_own(flow->pool, json_pack("{s:s}", "ended", subject)));
    return COG_OK;
}
