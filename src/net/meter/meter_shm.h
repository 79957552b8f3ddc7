/* The meter port (flow/meter.h) in memory that the processes of one host share. Counting
 * is one addition to a word that few others write to, without lock or system call. The
 * memory is of one layout and free of pointers: who starts httpd may keep it over
 * graceful restarts. */
#ifndef COG_NET_METER_SHM_H
#define COG_NET_METER_SHM_H

#include <apr_pools.h>

#include "flow/ports.h"
#include "net/meter/problem_list.h"

#define COG_METER_MINUTES 60
#define COG_METER_POOLS   32
#define COG_METER_STORES  8
#define COG_METER_NAME    256
#define COG_METER_LINE    64 /* bytes: a line of the processor's cache */

/* Upper limits of the classes of durations, in milliseconds; a last one has none. */
#define COG_DURATIONS(X) X(10) X(25) X(50) X(100) X(250) X(500) X(1000) X(2500) X(5000)

enum {
#define COG_DURATION_ONE(limit) +1
    COG_DURATION_CLASSES = 1 COG_DURATIONS(COG_DURATION_ONE)
#undef COG_DURATION_ONE
};

extern const int cog_meter_duration_limits[COG_DURATION_CLASSES - 1];

typedef struct cog_meter_shm_t cog_meter_shm_t;

apr_size_t cog_meter_shm_room(void);

/* Make a meter in zeroed memory of that many bytes, at a multiple of COG_METER_LINE. */
cog_err_t cog_meter_shm_format(void *memory, apr_time_t now, cog_meter_shm_t **meter);

/* One that was left by a configuration before; COG_E_MISCONFIGURED when it is of another
 * version of the module. */
cog_err_t cog_meter_shm_open(void *memory, cog_meter_shm_t **meter);

/* The port for one caller, and what it needs as long as it is used. */
typedef struct {
    cog_meter_t port;
    cog_meter_shm_t *meter;
    struct cog_meter_stripe_t *stripe;
} cog_meter_user_t;

/* Of callers with different numbers few count in the same place. */
void cog_meter_shm_use(cog_meter_shm_t *meter, unsigned long number,
                       cog_meter_user_t *user);

/* ---- what the configuration knows of; before the processes fork ---- */

void cog_meter_shm_forget_names(cog_meter_shm_t *meter);

/* Keys of this issuer will be told of. */
void cog_meter_shm_know_issuer(cog_meter_shm_t *meter, const char *issuer);

/* A store of this name, with what goes through it counted. `store` lives as long as
 * `pool`; so does `metered`. */
void cog_meter_shm_wrap_store(apr_pool_t *pool, cog_meter_shm_t *meter, const char *name,
                              const cog_store_t *store, cog_store_t *metered);

/* ---- what is known ---- */

typedef struct {
    uint64_t results[COG_CALL_RESULTS];
    uint64_t classes[COG_DURATION_CLASSES]; /* how many took that long */
    uint64_t duration;                      /* of all, in microseconds */
} cog_call_figures_t;

typedef struct {
    uint32_t events[COG_EVENT_RARE];
    struct {
        uint32_t count;
        uint32_t failed;
        uint64_t duration; /* of all, in microseconds */
    } calls[COG_CALL_COUNT];
} cog_minute_figures_t;

typedef struct {
    char issuer[COG_METER_NAME];
    apr_time_t keys_at;   /* when its keys were fetched last; the times are 0 for never */
    apr_time_t failed_at; /* when that failed last */
    cog_err_t error;      /* of that failure */
    int is_out;           /* its token endpoint is left alone for a while */
} cog_pool_figures_t;

typedef struct {
    char name[COG_METER_NAME];
    uint64_t calls;
    uint64_t failed;
    unsigned failed_in_a_row;
    apr_time_t failed_at; /* the last time, 0: never */
} cog_store_figures_t;

typedef struct {
    apr_time_t since; /* when the counting began */
    uint64_t counts[COG_EVENT_COUNT];
    cog_call_figures_t calls[COG_CALL_COUNT];
    cog_minute_figures_t minutes[COG_METER_MINUTES]; /* the present one first */
    cog_pool_figures_t pools[COG_METER_POOLS];
    int pool_count;
    cog_store_figures_t stores[COG_METER_STORES];
    int store_count;
    cog_problem_entry_t problems[COG_PROBLEM_COUNT]; /* the last one first */
    int problem_count;
} cog_figures_t;

void cog_meter_shm_read(cog_meter_shm_t *meter, apr_time_t now, cog_figures_t *figures);

#endif
