/* A browser that sends a form when its session has ended. */
#ifndef COG_TEST_FORM_SENDER_H
#define COG_TEST_FORM_SENDER_H

#include "test/flow/world.h"

#define URLENCODED "application/x-www-form-urlencoded"
#define FORM       "note=a+b%0D%0A%C3%BC&tag=x&tag=y&empty=&submit=1"

#define MULTIPART "multipart/form-data; boundary=x"
#define PART(name, value)                                                                \
    "--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define END "--x--\r\n"

/* where forms are in the store */
#define FORM_KEY "cognito:form:"

/* A world whose places keep forms; the same where somebody has signed in at WORLD_NOW,
 * and the session has ended by now. */
world_t *world_with_forms(apr_pool_t *pool);
world_t *world_ended(apr_pool_t *pool);

/* As a page of the site sends it; URL-encoded where no header says otherwise. */
cog_reply_t *post_form(world_t *world, const char *target, const char *body);

/* Nobody should think that a form has arrived which has not. */
void assert_says_lost(const cog_reply_t *reply, const char *target);

#endif
