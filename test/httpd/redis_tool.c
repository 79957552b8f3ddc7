/* The store over Redis, for test_16_redis.py: redis_tool host=H port=P [tls=1] [user=U]
 * [database=N] [ca=FILE] [cert=FILE] [limit=MILLISECONDS], a password in REDIS_PASSWORD.
 * Reads commands, one a line: get KEY | set KEY TTL VALUE | add KEY TTL VALUE | remove
 * KEY and answers each with its messages, `log LEVEL TEXT`, and then `RESULT MICROSECONDS
 * VALUE`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_strings.h>

#include "net/redis/redis.h"
#include "net/server/monotonic.h"

static int is_on(void *context, cog_log_level_t level)
{
    (void)context;
    (void)level;
    return 1;
}

static void write_message(void *context, cog_log_level_t level, const char *message)
{
    static const char *const names[] = {"error", "warning", "info", "debug", "trace"};

    (void)context;
    printf("log %s %s\n", names[level], message);
}

static cog_secret_t read_certificate(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "r");

    text[file ? fread(text, 1, sizeof(text) - 1, file) : 0] = '\0';
    if (file) {
        fclose(file);
    }
    return cog_secret_of(text);
}

static void set_option(cog_redis_conf_t *conf, const char *name, const char *value)
{
    if (strcmp(name, "host") == 0) {
        conf->host = value;
    }
    else if (strcmp(name, "port") == 0) {
        conf->port = atoi(value);
    }
    else if (strcmp(name, "tls") == 0) {
        conf->has_tls = 1;
    }
    else if (strcmp(name, "user") == 0) {
        conf->user = value;
    }
    else if (strcmp(name, "database") == 0) {
        conf->database = atoi(value);
    }
    else if (strcmp(name, "ca") == 0) {
        conf->ca_file = value;
    }
    else if (strcmp(name, "cert") == 0) {
        conf->certificate = read_certificate(value);
    }
    else if (strcmp(name, "limit") == 0) {
        conf->limit = apr_time_from_msec(atoi(value));
    }
}

static cog_redis_conf_t read_options(int count, char **arguments)
{
    cog_redis_conf_t conf = {.password = cog_secret_of(getenv("REDIS_PASSWORD"))};

    for (int i = 1; i < count; ++i) {
        char *value = strchr(arguments[i], '=');

        if (value) {
            *value = '\0';
            set_option(&conf, arguments[i], value + 1);
        }
    }
    return conf;
}

typedef struct {
    char verb[8];
    char key[COG_STORE_MAX_KEY + 1];
    int ttl_sec;
    const char *value;
} line_t;

static int read_line(char *text, line_t *line)
{
    int end = 0;

    text[strcspn(text, "\n")] = '\0';
    *line = (line_t){.value = ""};
    if (sscanf(text, "%7s %200s %d %n", line->verb, line->key, &line->ttl_sec, &end) >
        2) {
        line->value = text + end;
    }
    return line->key[0] != '\0';
}

static cog_err_t run(const cog_store_t *store, const cog_log_t *log, const line_t *line,
                     cog_span_t *value)
{
    const cog_span_t given = cog_span_of(line->value);

    switch (line->verb[0]) {
    case 'g':
        return store->get(store->context, log->pool, log, line->key, value);
    case 's':
        return store->set(store->context, log, line->key, given, line->ttl_sec);
    case 'a':
        return store->add(store->context, log, line->key, given, line->ttl_sec);
    case 'r':
        return store->remove(store->context, log, line->key);
    default:
        return COG_E_INTERNAL;
    }
}

static void answer(const cog_store_t *store, apr_pool_t *pool, const line_t *line)
{
    const cog_log_t log = {NULL, pool, is_on, write_message};
    cog_span_t value = {(const unsigned char *)"", 0};
    apr_time_t begin = cog_monotonic_now();
    cog_err_t err = run(store, &log, line, &value);

    printf("%s %" APR_TIME_T_FMT " %.*s\n", cog_err_name(err),
           cog_monotonic_now() - begin, (int)value.len, (const char *)value.bytes);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    static char text[COG_STORE_MAX_VALUE + 1024];
    cog_redis_conf_t conf = read_options(count, arguments);
    cog_store_t store;
    apr_pool_t *pool;
    apr_pool_t *scratch;
    line_t line;

    apr_initialize();
    atexit(apr_terminate);
    apr_pool_create(&pool, NULL);
    apr_pool_create(&scratch, pool);
    if (!conf.host || cog_redis_make(pool, &conf, &store) != COG_OK) {
        fprintf(stderr, "redis_tool: these options make no store\n");
        return 1;
    }
    while (fgets(text, sizeof(text), stdin) && read_line(text, &line)) {
        answer(&store, scratch, &line);
        apr_pool_clear(scratch);
    }
    return 0;
}
