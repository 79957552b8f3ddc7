/* The ports of the world: arrays and counters. */
#include "test/flow/world_private.h"

#include <apr_strings.h>

int world_shall_fail(void *context)
{
    world_t *world = context;

    return ++world->calls == world->fail_at;
}

static cog_err_t fill(void *context, unsigned char *bytes, size_t len)
{
    world_t *world = context;

    if (world_shall_fail(world)) {
        return COG_E_NO_RANDOM;
    }
    for (size_t i = 0; i < len; ++i) {
        bytes[i] = (unsigned char)(++world->random_count * 2654435761U >> 16);
    }
    return COG_OK;
}

static apr_time_t now(void *context)
{
    return apr_time_from_sec(((world_t *)context)->now);
}

/* A wait of any length takes a second: tests have no time, and clocks show seconds. */
static void wait_a_second(void *context, apr_interval_time_t duration)
{
    world_t *world = context;

    assert_true(duration > 0 && duration <= apr_time_from_msec(100));
    ++world->now;
    if (world->while_waiting) {
        world->while_waiting(world);
    }
}

static int is_on(void *context, cog_log_level_t level)
{
    const world_t *world = context;

    return level <= world->log_level;
}

static void write_log(void *context, cog_log_level_t level, const char *message)
{
    world_t *world = context;

    APR_ARRAY_PUSH(world->messages, const char *) =
        apr_psprintf(world->pool, "%d %s", (int)level, message);
}

static void count(void *context, cog_event_t event, apr_time_t at)
{
    world_t *world = context;

    assert_true(event >= 0 && event < COG_EVENT_COUNT);
    assert_int_equal(at != 0, event < COG_EVENT_RARE);
    ++world->events[event];
}

static void note_call(void *context, const cog_call_t *call)
{
    world_t *world = context;

    ++world->call_results[call->kind][call->result];
}

static void note_keys(void *context, const char *issuer, cog_err_t err, apr_time_t at)
{
    (void)context;
    (void)err;
    assert_string_equal(issuer, WORLD_ISSUER);
    assert_true(at > 0);
}

static void note_outage(void *context, const char *issuer, int is_out, apr_time_t at)
{
    world_t *world = context;

    assert_string_equal(issuer, WORLD_ISSUER);
    assert_true(at > 0);
    world->is_told_out = is_out;
}

static void note_problem(void *context, const cog_problem_t *problem)
{
    world_t *world = context;

    world->problem = *problem;
}

static void write_audit(void *context, const cog_audit_t *entry)
{
    world_t *world = context;

    APR_ARRAY_PUSH(world->audits, cog_audit_t) = *entry;
}

cog_ports_t *world_ports(world_t *world)
{
    cog_auditor_t *auditor = apr_pcalloc(world->pool, sizeof(*auditor));
    cog_ports_t *ports = apr_pcalloc(world->pool, sizeof(*ports));
    cog_meter_t *meter = apr_pcalloc(world->pool, sizeof(*meter));
    cog_random_t *random = apr_pcalloc(world->pool, sizeof(*random));
    cog_log_t *log = apr_pcalloc(world->pool, sizeof(*log));

    *random = (cog_random_t){world, fill};
    *log = (cog_log_t){world, world->pool, is_on, write_log};
    *auditor = (cog_auditor_t){world, write_audit, world->is_audit_kept};
    *meter = (cog_meter_t){world, count, note_call, note_keys, note_outage, note_problem};
    *ports = (cog_ports_t){
        {world, now, wait_a_second},
        random,
        {world,     world_fetch   },
        fake_store_port(world->store),
        fake_store_port(world->documents),
        log,
        meter,
        auditor
    };
    return ports;
}
