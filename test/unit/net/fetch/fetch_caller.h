/* A fetcher and the log of its calls, and what several servers of its tests do. */
#ifndef COG_TEST_FETCH_CALLER_H
#define COG_TEST_FETCH_CALLER_H

#include "test/unit/unit.h"

#include "net/fetch/fetch_curl.h"
#include "test/unit/kept_log.h"
#include "test/unit/net/peer.h"

#define MILLI ((apr_interval_time_t)1000)
#define SHORT (400 * MILLI)
/* longer than anything here needs, shorter than all limits that should not hold */
#define LATE apr_time_from_sec(10)

typedef struct {
    apr_pool_t *pool;
    kept_log_t *log;
    cog_fetch_conf_t conf;
    cog_fetcher_t fetcher;
    cog_fetch_response_t response; /* of the last call */
    apr_interval_time_t took;      /* likewise */
} caller_t;

/* With patient limits; through a proxy, with authorities of its own: NULL for none. */
caller_t *make_caller(apr_pool_t *pool);
caller_t *make_caller_with(apr_pool_t *pool, const char *proxy, const char *authorities);
/* After a change of `conf`. */
void remake_caller(caller_t *caller);

cog_err_t fetch_send(caller_t *caller, const cog_fetch_request_t *request);
cog_err_t fetch_get(caller_t *caller, const char *url);
cog_err_t fetch_get_within(caller_t *caller, const char *url, apr_interval_time_t limit);
/* With an Authorization header that holds c2VjcmV0. */
cog_err_t fetch_post(caller_t *caller, const char *url, const char *form);

/* http://127.0.0.1:port/path */
const char *local_url(const caller_t *caller, const peer_t *peer, const char *path);

/* The last answer's body is just this text. */
void assert_body(const caller_t *caller, const char *expected);

/* Scripts: every request is answered 200 with {}; the header of the first answer has no
 * end; nothing is ever said. */
void answer_all(talk_t *talk);
void answer_endless_headers(talk_t *talk);
void hang(talk_t *talk);

/* For scripts: so many bytes of a body. */
void say_blocks(talk_t *talk, long len);

/* The group's fixtures: what httpd does for libcurl at its start and its end. */
int fetch_setup(void **state);
int fetch_teardown(void **state);

#endif
