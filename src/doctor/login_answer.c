#include "doctor/login_answer.h"

#include <apr_strings.h>
#include <string.h>

#include "base/query.h"
#include "base/text.h"
#include "base/url.h"

#define LOG_LIMIT 200

typedef struct {
    const char *error;
    cog_login_answer_kind_t kind;
} meaning_t;

/* At the callback. */
static const meaning_t sent_back[] = {
    {"invalid_scope",       COG_LOGIN_SCOPE  },
    {"unauthorized_client", COG_LOGIN_FLOW   },
    {"invalid_request",     COG_LOGIN_REQUEST},
    {NULL,                  COG_LOGIN_UNKNOWN},
};

/* At the hosted UI's own page. */
static const meaning_t shown[] = {
    {"redirect_mismatch",   COG_LOGIN_REDIRECT_MISMATCH},
    {"invalid_request",     COG_LOGIN_NO_CLIENT        },
    {"unauthorized_client", COG_LOGIN_NO_CLIENT        },
    {NULL,                  COG_LOGIN_UNKNOWN          },
};

static cog_login_answer_kind_t meaning_of(const meaning_t *meanings, const char *error)
{
    while (meanings->error && strcmp(meanings->error, error) != 0) {
        ++meanings;
    }
    return meanings->kind;
}

/* The error in the query of `url`, NULL when there is none. */
static const char *error_of(apr_pool_t *pool, const char *url)
{
    const char *query = strchr(url, '?');
    apr_array_header_t *params;

    if (!query || cog_query_parse(pool, query + 1, &params) != COG_OK) {
        return NULL;
    }
    return cog_query_get(params, "error");
}

static int is_error_page(apr_pool_t *pool, const char *location)
{
    cog_url_t url;

    return cog_url_parse(pool, location, &url) == COG_OK &&
           strcmp(url.path, "/error") == 0;
}

static int is_callback(const char *location, const char *redirect_uri)
{
    size_t len = strlen(redirect_uri);

    return strncmp(location, redirect_uri, len) == 0 &&
           (location[len] == '?' || location[len] == '&');
}

static cog_login_answer_t read_redirect(apr_pool_t *pool, const char *location,
                                        const char *redirect_uri)
{
    const char *error = error_of(pool, location);
    const meaning_t *meanings = NULL;

    if (is_callback(location, redirect_uri)) {
        meanings = sent_back;
    }
    else if (is_error_page(pool, location)) {
        meanings = shown;
    }
    if (!meanings) {
        return (cog_login_answer_t){COG_LOGIN_OK, "the hosted UI asks who it is"};
    }
    return (cog_login_answer_t){error ? meaning_of(meanings, error) : COG_LOGIN_UNKNOWN,
                                cog_text_for_log(pool, error, LOG_LIMIT)};
}

cog_login_answer_t cog_login_answer_read(apr_pool_t *pool,
                                         const cog_fetch_response_t *response,
                                         const char *redirect_uri)
{
    if (response->status >= 300 && response->status < 400 && response->location) {
        return read_redirect(pool, response->location, redirect_uri);
    }
    return (cog_login_answer_t){COG_LOGIN_UNKNOWN,
                                apr_psprintf(pool, "status %d", response->status)};
}
