/* A form that came with a session that has ended: kept in the store while its user signs
 * in, and sent on by a page of ours afterwards, once. */
#ifndef COG_FLOW_KEPT_FORM_H
#define COG_FLOW_KEPT_FORM_H

#include "flow/flow.h"
#include "session/login_state.h"

/* At once for one user, whatever comes of it. */
#define COG_KEPT_FORMS_MAX 2

/* Keep the form of this request, sealed, for as long as `login` may take, and note in
 * `login` where; "" when there is none to keep. It must be urlencoded, of a page of this
 * site, by CognitoPreservePost not too long, and come from a browser that holds a cookie
 * of a session that a login may still follow. */
void cog_form_keep(cog_flow_t *flow, cog_login_state_t *login);

/* The form that `login` has kept: answer with the page that sends it on, now that
 * `session` has begun, when the same user has filled it in, and no other. FALSE: there is
 * none, or not any more. */
int cog_form_resume(cog_flow_t *flow, const cog_login_state_t *login,
                    const cog_session_t *session, cog_reply_t *reply);

#endif
