/* User pools that share a callback. */
#ifndef COG_HTTPD_START_MIX_UP_H
#define COG_HTTPD_START_MIX_UP_H

#include <apr_tables.h>

/* Warn of each client of `hosts` (cog_host_t) whose callback is that of another user pool
 * too. A pool can send whom it was asked to sign in on to the other one, with the `state`
 * of its own login; then it is handed the code of the other: RFC 9700, 4.4. PKCE and
 * nonce do not help, for it may take those of another login, whose browser the code is
 * brought to in the end. Cognito does not name itself in its answers (RFC 9207), so the
 * callback alone can tell where one is from. */
void cog_mix_up_warn(apr_pool_t *scratch, const apr_array_header_t *hosts);

#endif
