/* What the token endpoint says of an app client: a code that does not exist shows it. */
#ifndef COG_DOCTOR_TOKEN_ANSWER_H
#define COG_DOCTOR_TOKEN_ANSWER_H

#include "doctor/probe.h"

/* Ask with this secret, or with none. COG_E_IDP_GRANT: the client is known, and the
 * secret is its own. COG_E_IDP_CLIENT: unknown, or with another secret; nobody is told
 * which. COG_E_IDP_REDIRECT_URI: known, but not allowed the code grant. Else there is no
 * verdict; `probe->reason` says why there is no answer (COG_E_IDP_UNREACHABLE). */
cog_err_t cog_token_answer(cog_probe_t *probe, cog_secret_t secret);

/* The same with all secrets of the client and without any: the answer to the first that
 * is believed, else to the last. */
cog_err_t cog_token_answer_to_any(cog_probe_t *probe);

/* Only who is known gets such an answer. */
int cog_token_answer_is_known(cog_err_t answer);

#endif
