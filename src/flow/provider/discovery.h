/* The discovery document of a user pool (OpenID Connect Discovery 1.0, 4). */
#ifndef COG_FLOW_DISCOVERY_H
#define COG_FLOW_DISCOVERY_H

#include "flow/provider/single_flight.h"

/* For cog_single_flight_make(), with the user pool's cog_provider_conf_t as `context`:
 * the value that is loaded is a cog_endpoints_t. */
cog_err_t cog_discovery_load(cog_flow_t *flow, const void *context,
                             const cog_document_freshness_t *freshness,
                             cog_snapshot_t *snapshot);

#endif
