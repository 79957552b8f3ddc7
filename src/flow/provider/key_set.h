/* The key set of an issuer (RFC 7517, 5), which verifies its tokens. */
#ifndef COG_FLOW_KEY_SET_H
#define COG_FLOW_KEY_SET_H

#include <jansson.h>

#include "crypto/jws.h"
#include "flow/provider/single_flight.h"

/* Load the key set at `url` into `snapshot`. COG_E_JWKS when it is none, COG_E_IDP_BUSY
 * when its server has no time for it, else as of cog_document_get(). */
cog_err_t cog_key_set_load(cog_flow_t *flow, const char *url,
                           const cog_document_freshness_t *freshness,
                           cog_snapshot_t *snapshot);

/* Verify a token with the key that it names. COG_E_TOKEN_KEY when the set, which was
 * loaded into a snapshot, has none of that name. */
cog_err_t cog_key_set_verify(const cog_snapshot_t *set, const cog_jws_t *jws,
                             json_t **claims);

#endif
