#include "test/unit/net/fetch/fetch_caller.h"

#include <apr_signal.h>
#include <apr_time.h>
#include <signal.h>

#define BLOCK 16384

void remake_caller(caller_t *caller)
{
    assert_int_equal(cog_fetch_curl_make(caller->pool, &caller->conf, &caller->fetcher),
                     COG_OK);
}

caller_t *make_caller(apr_pool_t *pool)
{
    caller_t *caller = apr_pcalloc(pool, sizeof(*caller));

    caller->pool = pool;
    caller->log = kept_log_make(pool);
    caller->conf.connect_limit = apr_time_from_sec(15);
    caller->conf.total_limit = apr_time_from_sec(15);
    remake_caller(caller);
    return caller;
}

caller_t *make_caller_with(apr_pool_t *pool, const char *proxy, const char *authorities)
{
    caller_t *caller = make_caller(pool);

    if (proxy) {
        const cog_proxy_t asked = {.url = proxy, .name = proxy};

        caller->conf.proxy = apr_pmemdup(pool, &asked, sizeof(asked));
    }
    caller->conf.ca_file = authorities;
    remake_caller(caller);
    return caller;
}

cog_err_t fetch_send(caller_t *caller, const cog_fetch_request_t *request)
{
    apr_time_t begin = apr_time_now();
    cog_err_t err = caller->fetcher.fetch(caller->fetcher.context, caller->pool,
                                          &caller->log->log, request, &caller->response);

    caller->took = apr_time_now() - begin;
    return err;
}

cog_err_t fetch_get(caller_t *caller, const char *url)
{
    cog_fetch_request_t request = {.url = url, .accept = "application/json"};

    return fetch_send(caller, &request);
}

cog_err_t fetch_get_within(caller_t *caller, const char *url, apr_interval_time_t limit)
{
    cog_fetch_request_t request = {.url = url, .limit = limit};

    return fetch_send(caller, &request);
}

cog_err_t fetch_post(caller_t *caller, const char *url, const char *form)
{
    cog_fetch_request_t request = {
        .url = url,
        .form = cog_secret_of(form),
        .authorization = cog_secret_of("Basic c2VjcmV0"),
        .accept = "application/json",
    };

    return fetch_send(caller, &request);
}

const char *local_url(const caller_t *caller, const peer_t *peer, const char *path)
{
    return peer_url(caller->pool, peer, "127.0.0.1", path);
}

void assert_body(const caller_t *caller, const char *expected)
{
    assert_int_equal(caller->response.body.len, strlen(expected));
    assert_string_equal((const char *)caller->response.body.bytes, expected);
}

void answer_all(talk_t *talk)
{
    while (talk_read(talk) && talk_answer(talk, "{}")) {
    }
}

void say_blocks(talk_t *talk, long len)
{
    char block[BLOCK];

    memset(block, 'x', sizeof(block));
    for (; len > 0; len -= BLOCK) {
        if (!talk_say_bytes(talk, block, len < BLOCK ? (size_t)len : BLOCK)) {
            return;
        }
    }
}

void answer_endless_headers(talk_t *talk)
{
    talk_read(talk);
    talk_say(talk, "HTTP/1.1 200 OK\r\n");
    while (talk_say(talk, "X-Header: 0123456789012345678901234567890123456789\r\n")) {
    }
}

void hang(talk_t *talk)
{
    talk_wait(talk);
}

int fetch_setup(void **state)
{
    apr_signal(SIGPIPE, SIG_IGN);
    if (pool_setup(state) != 0) {
        return -1;
    }
    cog_fetch_global_init(*state);
    return 0;
}

int fetch_teardown(void **state)
{
    return pool_teardown(state);
}
