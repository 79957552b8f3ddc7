#include "session/login_state.h"

#include <apr_strings.h>
#include <string.h>

#include "base/base64.h"
#include "base/pack.h"

#define VERSION       4
#define NAME_ID_LEN   6 /* bytes of the id in the cookie's name: 8 characters */
#define NONCE_LEN     16
#define VERIFIER_LEN  32
#define MAX_STATE_LEN 350
#define MAX_ATTEMPT   2

/* The callback cannot know the client before it has opened the state. */
static cog_binding_t bind_to(cog_purpose_t purpose, const char *name)
{
    return (cog_binding_t){purpose, "", "", name};
}

cog_err_t cog_login_state_make(apr_pool_t *pool, const cog_random_t *random,
                               cog_login_state_t **login)
{
    cog_login_state_t *made = apr_pcalloc(pool, sizeof(*made));
    const char *verifier;

    made->provider = "";
    made->form = "";
    COG_TRY(random->fill(random->context, made->id, sizeof(made->id)));
    COG_TRY(cog_random_text(pool, random, NONCE_LEN, &made->nonce));
    COG_TRY(cog_random_text(pool, random, VERIFIER_LEN, &verifier));
    made->code_verifier = cog_secret_of(verifier);
    *login = made;
    return COG_OK;
}

const char *cog_login_cookie_name(apr_pool_t *pool, const char *prefix,
                                  const cog_login_state_t *login)
{
    const char *id = cog_base64url_encode(pool, (cog_span_t){login->id, NAME_ID_LEN});

    return apr_pstrcat(pool, prefix, "login_", id, NULL);
}

/* What cookie and state have in common. */
static void pack_head(cog_packer_t *packer, const cog_login_state_t *login)
{
    cog_pack_number(packer, VERSION);
    cog_pack_bytes(packer, login->id, sizeof(login->id));
    cog_pack_number(packer, (uint64_t)login->attempt);
    cog_pack_number(packer, (uint64_t)login->created);
    cog_pack_number(packer, (uint64_t)login->max_age_sec);
}

static void unpack_head(cog_unpacker_t *unpacker, cog_login_state_t *login)
{
    uint64_t version = cog_unpack_number(unpacker);
    uint64_t attempt, created, max_age;

    cog_unpack_bytes(unpacker, login->id, sizeof(login->id));
    attempt = cog_unpack_number(unpacker);
    created = cog_unpack_number(unpacker);
    max_age = cog_unpack_number(unpacker);
    unpacker->is_broken |= version != VERSION;
    unpacker->is_broken |= attempt > MAX_ATTEMPT;
    unpacker->is_broken |= created > INT64_MAX || max_age > INT64_MAX;
    if (!unpacker->is_broken) {
        login->attempt = (int)attempt;
        login->created = (int64_t)created;
        login->max_age_sec = (int64_t)max_age;
    }
}

/* What few logins have stands behind the rest, or is not there at all. */
static void pack_tail(cog_packer_t *packer, const cog_login_state_t *login)
{
    if (*login->provider || *login->form) {
        cog_pack_text(packer, login->provider);
        cog_pack_text(packer, login->form);
    }
}

static void unpack_tail(cog_unpacker_t *unpacker, cog_login_state_t *login)
{
    login->provider = "";
    login->form = "";
    if (!cog_unpack_is_complete(unpacker)) {
        login->provider = cog_unpack_text(unpacker);
        login->form = cog_unpack_text(unpacker);
    }
}

cog_err_t cog_login_state_seal(apr_pool_t *pool, const cog_sealer_t *sealer,
                               const cog_login_state_t *login, const char *cookie_name,
                               const char **value)
{
    cog_binding_t binding = bind_to(COG_PURPOSE_LOGIN, cookie_name);
    cog_packer_t packer;

    cog_pack_begin(pool, &packer, 512);
    pack_head(&packer, login);
    cog_pack_text(&packer, login->client);
    cog_pack_text(&packer, login->client_mark);
    cog_pack_text(&packer, login->nonce);
    cog_pack_text(&packer, login->code_verifier.bytes);
    cog_pack_text(&packer, login->redirect_uri);
    cog_pack_text(&packer, login->return_to);
    pack_tail(&packer, login);
    return cog_seal(pool, sealer, &binding, cog_pack_end(&packer), value);
}

/* Nothing that the callback compares or sends on may be empty. */
static int is_whole(const cog_login_state_t *login)
{
    return *login->client_mark && *login->nonce && *login->code_verifier.bytes &&
           *login->redirect_uri && *login->return_to;
}

cog_err_t cog_login_state_unseal(apr_pool_t *pool, const cog_keyring_t *keyring,
                                 cog_span_t value, const char *cookie_name,
                                 cog_login_state_t **login)
{
    cog_binding_t binding = bind_to(COG_PURPOSE_LOGIN, cookie_name);
    cog_login_state_t *opened = apr_pcalloc(pool, sizeof(*opened));
    cog_unpacker_t unpacker;
    cog_span_t plain;

    COG_REQUIRE(cog_unseal(pool, keyring, &binding, value, &plain) == COG_OK,
                COG_E_STATE_MISMATCH);
    cog_unpack_begin(&unpacker, plain);
    unpack_head(&unpacker, opened);
    opened->client = cog_unpack_text(&unpacker);
    opened->client_mark = cog_unpack_text(&unpacker);
    opened->nonce = cog_unpack_text(&unpacker);
    opened->code_verifier = cog_secret_of(cog_unpack_text(&unpacker));
    opened->redirect_uri = cog_unpack_text(&unpacker);
    opened->return_to = cog_unpack_text(&unpacker);
    unpack_tail(&unpacker, opened);
    COG_REQUIRE(cog_unpack_is_complete(&unpacker) && is_whole(opened),
                COG_E_STATE_MISMATCH);
    *login = opened;
    return COG_OK;
}

cog_err_t cog_login_state_write(apr_pool_t *pool, const cog_sealer_t *sealer,
                                const cog_login_state_t *login, const char **state)
{
    cog_binding_t binding = bind_to(COG_PURPOSE_STATE, "state");
    const char *return_to = login->return_to;
    cog_packer_t packer;

    cog_pack_begin(pool, &packer, 256);
    pack_head(&packer, login);
    cog_pack_text(&packer, strlen(return_to) > COG_STATE_MAX_RETURN ? NULL : return_to);
    return cog_seal(pool, sealer, &binding, cog_pack_end(&packer), state);
}

cog_err_t cog_login_state_read(apr_pool_t *pool, const cog_keyring_t *keyring,
                               const char *state, cog_login_state_t **login)
{
    cog_binding_t binding = bind_to(COG_PURPOSE_STATE, "state");
    cog_login_state_t *opened = apr_pcalloc(pool, sizeof(*opened));
    cog_unpacker_t unpacker;
    cog_span_t plain;

    COG_REQUIRE(strlen(state) <= MAX_STATE_LEN, COG_E_STATE_MISMATCH);
    COG_REQUIRE(cog_unseal(pool, keyring, &binding, cog_span_of(state), &plain) == COG_OK,
                COG_E_STATE_MISMATCH);
    cog_unpack_begin(&unpacker, plain);
    unpack_head(&unpacker, opened);
    opened->return_to = cog_unpack_text(&unpacker);
    COG_REQUIRE(cog_unpack_is_complete(&unpacker), COG_E_STATE_MISMATCH);
    opened->provider = "";
    opened->form = "";
    opened->return_to = *opened->return_to ? opened->return_to : "/";
    *login = opened;
    return COG_OK;
}

int cog_login_state_is_same(const cog_login_state_t *a, const cog_login_state_t *b)
{
    cog_secret_t id_a = {(const char *)a->id, sizeof(a->id)};
    cog_secret_t id_b = {(const char *)b->id, sizeof(b->id)};

    return cog_secret_equal(id_a, id_b);
}
