#include "flow/login/login_cookies.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "session/cookie.h"

typedef struct {
    const char *name;
    int64_t created; /* 0: unreadable or late */
    size_t size;
} held_t;

static cog_err_t open_cookie(const cog_flow_t *flow, const char *name,
                             cog_login_state_t **login, size_t *size)
{
    cog_span_t value;

    COG_REQUIRE(cog_cookie_find(flow->request->cookies, name, &value),
                COG_E_STATE_MISMATCH);
    *size = value.len;
    return cog_login_state_unseal(flow->pool, flow->conf->keyring, value, name, login);
}

static int is_late(const cog_flow_t *flow, const cog_login_state_t *login)
{
    return login->created < cog_flow_now(flow) - COG_LOGIN_SEC;
}

/* Youngest first, what is unreadable last. */
static int compare_age(const void *a, const void *b)
{
    const held_t *x = a;
    const held_t *y = b;

    return (x->created < y->created) - (x->created > y->created);
}

static apr_array_header_t *held_logins(const cog_flow_t *flow)
{
    const char *prefix =
        apr_pstrcat(flow->pool, flow->conf->cookies.prefix, "login_", NULL);
    apr_array_header_t *names =
        cog_cookie_names(flow->pool, flow->request->cookies, prefix);
    apr_array_header_t *held = apr_array_make(flow->pool, names->nelts, sizeof(held_t));

    for (int i = 0; i < names->nelts; ++i) {
        held_t *one = apr_array_push(held);
        cog_login_state_t *login;

        one->name = APR_ARRAY_IDX(names, i, const char *);
        one->size = 0;
        one->created = 0;
        if (open_cookie(flow, one->name, &login, &one->size) == COG_OK &&
            !is_late(flow, login)) {
            one->created = login->created;
        }
    }
    qsort(held->elts, (size_t)held->nelts, sizeof(held_t), compare_age);
    return held;
}

/* Keep the youngest as far as there is room beside a new one of `taken` bytes. */
static void make_room(const cog_flow_t *flow, size_t taken, cog_reply_t *reply)
{
    apr_array_header_t *held = held_logins(flow);
    int kept = 1;

    for (int i = 0; i < held->nelts; ++i) {
        const held_t *one = &APR_ARRAY_IDX(held, i, held_t);

        taken += strlen(one->name) + one->size;
        if (one->created == 0 || kept >= COG_LOGIN_MAX || taken > COG_LOGIN_COOKIE_ROOM) {
            APR_ARRAY_PUSH(cog_reply_cookies(flow, reply), const char *) =
                cog_cookie_expire(flow->pool, &flow->conf->cookies, one->name);
            continue;
        }
        ++kept;
    }
}

cog_err_t cog_login_cookie_set(cog_flow_t *flow, const cog_login_state_t *login,
                               cog_reply_t *reply)
{
    const cog_cookie_style_t *style = &flow->conf->cookies;
    const char *name = cog_login_cookie_name(flow->pool, style->prefix, login);
    cog_sealer_t sealer = cog_flow_sealer(flow);
    const char *value;

    COG_TRY(cog_login_state_seal(flow->pool, &sealer, login, name, &value));
    make_room(flow, strlen(name) + strlen(value), reply);
    APR_ARRAY_PUSH(cog_reply_cookies(flow, reply), const char *) =
        cog_cookie_write(flow->pool, style, name, value, COG_LOGIN_SEC);
    return COG_OK;
}

cog_err_t cog_login_cookie_find(cog_flow_t *flow, const cog_login_state_t *state,
                                cog_login_state_t **login)
{
    const char *name =
        cog_login_cookie_name(flow->pool, flow->conf->cookies.prefix, state);
    cog_login_state_t *found;
    size_t size;

    COG_TRY(open_cookie(flow, name, &found, &size));
    COG_REQUIRE(cog_login_state_is_same(found, state), COG_E_STATE_MISMATCH);
    *login = found;
    return COG_OK;
}

void cog_login_cookie_forget(cog_flow_t *flow, const cog_login_state_t *login,
                             cog_reply_t *reply)
{
    const cog_cookie_style_t *style = &flow->conf->cookies;
    const char *name = cog_login_cookie_name(flow->pool, style->prefix, login);

    APR_ARRAY_PUSH(cog_reply_cookies(flow, reply), const char *) =
        cog_cookie_expire(flow->pool, style, name);
}
