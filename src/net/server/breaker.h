/* A circuit breaker: who has failed several times in a row is left alone for a while, and
 * then asked by one caller at a time until it works again. Pure; not thread-safe. */
#ifndef COG_NET_BREAKER_H
#define COG_NET_BREAKER_H

#include <apr_time.h>

#define COG_BREAKER_FAILURES 3
#define COG_BREAKER_PAUSE    apr_time_from_sec(1)

/* All zero: closed, so everybody may ask. `now` is monotonic time everywhere. */
typedef struct {
    int failures; /* in a row */
    int is_open;
    apr_time_t next_probe; /* when the next one may ask, while it is open */
} cog_breaker_t;

/* May this caller ask? While open, one may after each pause. */
int cog_breaker_allows(cog_breaker_t *breaker, apr_time_t now);

/* A caller has failed. TRUE when that has opened it. */
int cog_breaker_failed(cog_breaker_t *breaker, apr_time_t now);

/* A caller had an answer. TRUE when that has closed it. */
int cog_breaker_worked(cog_breaker_t *breaker);

#endif
