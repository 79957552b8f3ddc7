/* A form that came with a session that has ended: kept in the store while its user signs
 * in, and sent on by a page of ours afterwards, once. */
#ifndef COG_FLOW_KEPT_FORM_H
#define COG_FLOW_KEPT_FORM_H

#include "flow/flow.h"
#include "session/login_state.h"

/* At once for one user, whatever comes of it. */
#define COG_KEPT_FORMS_MAX 2

/* Keep the form of this request, sealed, for as long as `login` may take, and note in
 * `login` where; "" when a page of this site has sent none. It must be one that can be
 * sent on as it was (flow/login/form_fields.h), by CognitoPreservePost not too long, and
 * come from a browser that holds a cookie of a session that a login may still follow. Of
 * one that cannot be kept `login` knows that it is lost. */
void cog_form_keep(cog_flow_t *flow, cog_login_state_t *login);

/* The form that came with `login`: answer with the page that sends it on, now that
 * `session` has begun, when the same user has filled it in, and no other; else with one
 * that says that it was not sent. FALSE: there was none. */
int cog_form_resume(cog_flow_t *flow, const cog_login_state_t *login,
                    const cog_session_t *session, cog_reply_t *reply);

#endif
