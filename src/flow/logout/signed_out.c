/* Back from the user pool's sign-out: on to where the sealed cookie says. */
#include "base/language.h"
#include "flow/handlers.h"
#include "flow/logout/logout_return.h"

static void show_page(cog_reply_t *reply)
{
    reply->kind = COG_REPLY_PAGE;
    reply->status = 200;
    reply->page.title = COG_SAY("You are signed out");
    reply->page.cause = COG_SAY("Your session at this site has ended.");
    reply->page.action = COG_SAY("On a shared computer, close the browser as well.");
    reply->page.link = "/";
    reply->page.link_text = COG_SAY("Sign in again");
}

cog_err_t cog_flow_signed_out(cog_flow_t *flow, cog_reply_t *reply)
{
    const char *target;

    COG_TRY(cog_reply_require_get(flow, reply));
    target = cog_logout_return_take(flow, reply);
    if (*target == '/') {
        cog_reply_send_back(flow, target, reply);
    }
    else if (*target) {
        cog_reply_redirect(reply, 303, target);
    }
    else {
        show_page(reply);
    }
    return COG_OK;
}
