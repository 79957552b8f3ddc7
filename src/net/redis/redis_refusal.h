/* A Redis server's errors in plain words. */
#ifndef COG_NET_REDIS_REFUSAL_H
#define COG_NET_REDIS_REFUSAL_H

#include "net/server/fault.h"

/* What the line behind the `-` means. It shows its first word at most, for the rest may
 * repeat a password. Returns COG_E_STORE. */
cog_err_t cog_redis_refusal(const char *line, cog_fault_t *fault);

#endif
