/* The store: does it answer, with what is configured of TLS, user and password? */
#include <apr_strings.h>
#include <unistd.h>

#include "doctor/reason.h"
#include "doctor/store_cure.h"
#include "httpd/conf/secret_words.h"
#include "httpd/doctor/doctor.h"
#include "httpd/start/stores.h"
#include "net/redis/redis.h"

#define ATTEMPTS 2
#define KEYS     32 /* some for each node of a cluster */

/* What became of asking. */
typedef struct {
    const char *problem; /* why it gives no answer; NULL: it does */
    const char *trouble; /* what it has warned of all the same; NULL: nothing */
    int nodes;           /* that have a part of the keys */
} answer_t;

/* One that is slow for once is no finding. Nobody keeps anything under such a key. */
static int is_answered(const cog_host_probe_t *self, const cog_store_t *store,
                       const cog_log_t *log, int number)
{
    const char *key = apr_psprintf(self->pool, "cognito:doctor:%d", number);
    cog_span_t found;

    for (int i = 0; i < ATTEMPTS; ++i) {
        if (store->get(store->context, self->pool, log, key, &found) != COG_E_STORE) {
            return 1;
        }
    }
    return 0;
}

static void ask_for_all(const cog_host_probe_t *self, const cog_made_store_t *made,
                        answer_t *answer)
{
    int is_redis = made->kind == COG_STORE_REDIS;
    cog_reason_t *reason = cog_reason_make(self->pool);

    for (int i = 0; !answer->problem && i < (is_redis ? KEYS : 1); ++i) {
        if (!is_answered(self, &made->store, &reason->log, i)) {
            answer->problem = reason->text ? reason->text : "it does not answer";
        }
    }
    answer->nodes = is_redis ? cog_redis_count(&made->store) : 1;
    answer->trouble = answer->nodes > 1 ? reason->text : NULL;
}

static answer_t ask(const cog_host_probe_t *self, const cog_store_value_t *value)
{
    cog_start_t *start = cog_start_make(self->pool, self->pool, 0);
    const cog_made_store_t *made;
    answer_t answer = {.problem = cog_start_store(start, value, &made), .nodes = 1};

    if (!answer.problem) {
        ask_for_all(self, made, &answer);
    }
    return answer;
}

/* Which node of a cluster it is about stands in the problem. */
static cog_store_peer_t peer_of(apr_pool_t *pool, const cog_store_value_t *value,
                                int nodes)
{
    const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, 0, cog_store_host_t);
    int is_file =
        value->login.has_password && value->login.password.kind == COG_SOURCE_FILE;

    return (cog_store_peer_t){
        .is_memcached = value->kind == COG_STORE_MEMCACHE,
        .host = nodes > 1 ? "HOST" : host->host,
        .port = host->port,
        .place = nodes > 1 ? "HOST:PORT" : cog_store_host_name(pool, host),
        .has_tls = value->has_tls,
        .ca_file = value->ca_file && *value->ca_file ? value->ca_file : NULL,
        .user = value->login.user,
        .source = value->login.has_password
                      ? cog_secret_words_source(pool, &value->login.password)
                      : NULL,
        .password_file = is_file ? value->login.password.where : NULL,
    };
}

static void check_server(cog_report_t *report, const cog_host_probe_t *self,
                         const cog_store_value_t *value)
{
    const answer_t answer = ask(self, value);
    const char *name = cog_store_value_shown(self->pool, value);
    const char *cluster =
        answer.nodes > 1
            ? apr_psprintf(self->pool, " (a cluster of %d nodes)", answer.nodes)
            : "";
    const cog_store_peer_t peer = peer_of(self->pool, value, answer.nodes);

    if (answer.problem) {
        cog_report_let(report, "cure", cog_store_cure(self->pool, &peer, answer.problem));
        cog_report_say(report, COG_FOUND_FAILED, "%s%s", answer.problem, cluster);
        return;
    }
    if (answer.trouble) {
        cog_report_let(report, "cure", cog_store_cure(self->pool, &peer, answer.trouble));
        cog_report_say(report, COG_FOUND_WARNING, "%s%s answers, but %s", name, cluster,
                       answer.trouble);
        return;
    }
    if (!value->has_tls &&
        !APR_ARRAY_IDX(value->hosts, 0, cog_store_host_t).is_loopback) {
        cog_report_let(report, "cure", cog_store_cure_plain(self->pool, &peer));
        cog_report_say(report, COG_FOUND_WARNING,
                       "%s%s answers, but without TLS: who is on the way can read its "
                       "password and undo sign-outs",
                       name, cluster);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s%s answers%s", name, cluster,
                   value->has_tls ? " over TLS" : "");
}

/* A key belongs to one of several servers: each is asked by itself. */
static void check_remote(cog_report_t *report, const cog_host_probe_t *self,
                         const cog_store_value_t *value)
{
    if (value->hosts->nelts == 1) {
        check_server(report, self, value);
        return;
    }
    for (int i = 0; i < value->hosts->nelts; ++i) {
        const cog_store_host_t *host = &APR_ARRAY_IDX(value->hosts, i, cog_store_host_t);
        cog_store_value_t one = *value;

        one.name = cog_store_host_name(self->pool, host);
        one.hosts = apr_array_make(self->pool, 1, sizeof(*host));
        APR_ARRAY_PUSH(one.hosts, cog_store_host_t) = *host;
        check_server(report, self, &one);
    }
}

static void check_file(cog_report_t *report, const cog_host_probe_t *self,
                       const cog_store_value_t *value)
{
    const char *folder = ap_make_dirstr_parent(self->pool, value->path);

    if (access(folder, R_OK | W_OK | X_OK) != 0) {
        cog_report_let(report, "cure",
                       apr_pstrcat(self->pool, "install -d -m 700 ", folder,
                                   "\n# and ask as the user who starts httpd", NULL));
        cog_report_say(report, COG_FOUND_FAILED, "%s: its folder cannot be written to",
                       value->name);
        return;
    }
    cog_report_say(report, COG_FOUND_OK, "%s", value->name);
}

void cog_check_store(cog_report_t *report, void *context)
{
    const cog_host_probe_t *self = context;
    const cog_store_value_t *value = &self->host->site->store_value;

    switch (value->kind) {
    case COG_STORE_SHMCB:
        cog_report_say(report, COG_FOUND_OK, "%s, in the memory of this host",
                       value->name);
        return;
    case COG_STORE_DBM:
        check_file(report, self, value);
        return;
    default:
        check_remote(report, self, value);
    }
}
