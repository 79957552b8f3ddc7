/* The layout of a meter's memory: for the files of net/meter/ only. */
#ifndef COG_NET_METER_PRIVATE_H
#define COG_NET_METER_PRIVATE_H

#include <stdatomic.h>
#include <stdint.h>

#include "net/meter/meter_shm.h"

#define COG_METER_STRIPES 32

typedef _Atomic uint64_t cog_counter_t;

typedef struct cog_meter_stripe_t {
    _Alignas(COG_METER_LINE) cog_counter_t counts[COG_EVENT_COUNT];
} cog_meter_stripe_t;

typedef struct {
    cog_counter_t results[COG_CALL_RESULTS];
    cog_counter_t classes[COG_DURATION_CLASSES];
    cog_counter_t duration;
} cog_meter_call_t;

typedef struct {
    _Atomic int64_t minute; /* since 1970: of which one the rest tells; 0: of none */
    atomic_uint events[COG_EVENT_RARE];
    struct {
        atomic_uint count;
        atomic_uint failed;
        cog_counter_t duration;
    } calls[COG_CALL_COUNT];
} cog_meter_minute_t;

/* The names change only while httpd starts. */
typedef struct {
    char issuer[COG_METER_NAME];
    atomic_int is_known; /* to the present configuration */
    _Atomic apr_time_t keys_at;
    _Atomic apr_time_t failed_at;
    atomic_int error;
    _Atomic apr_time_t out_at; /* 0: not out */
} cog_meter_pool_t;

typedef struct {
    char name[COG_METER_NAME];
    atomic_int is_known;
    cog_counter_t calls;
    cog_counter_t failed;
    atomic_uint failed_in_a_row;
    _Atomic apr_time_t failed_at;
} cog_meter_store_t;

struct cog_meter_shm_t {
    char layout[64];
    apr_time_t since;
    cog_meter_call_t calls[COG_CALL_COUNT];
    cog_meter_minute_t minutes[COG_METER_MINUTES];
    cog_meter_pool_t pools[COG_METER_POOLS];
    cog_meter_store_t stores[COG_METER_STORES];
    cog_problem_list_t problems;
    cog_meter_stripe_t stripes[COG_METER_STRIPES];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes share words without locks");

static inline void cog_counter_add(cog_counter_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

#endif
