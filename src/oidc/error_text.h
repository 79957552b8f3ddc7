/* Cognito's error answers to the callback: what they mean and what helps. */
#ifndef COG_OIDC_ERROR_TEXT_H
#define COG_OIDC_ERROR_TEXT_H

typedef struct {
    const char *cause;  /* plain words for the user */
    const char *action; /* what the user can do */
    const char *remedy; /* what the admin can do, for the log */
    int may_retry_once; /* a single new login is known to succeed */
} cog_cause_t;

/* Never NULL, and no member is. Both texts are foreign and may be NULL; they are only
 * compared, never shown. */
const cog_cause_t *cog_error_text_find(const char *error, const char *description);

#endif
