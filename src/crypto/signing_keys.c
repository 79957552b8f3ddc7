#include "crypto/signing_keys.h"

#include <apr_strings.h>
#include <apr_thread_mutex.h>
#include <string.h>

#include "base/json.h"
#include "crypto/jwt.h"
#include "crypto/keyring_private.h"
#include "crypto/signing_key.h"

#define MONTHS 3 /* this one, the last one, the next one */
#define MAX    (MONTHS * COG_KEYRING_MAX)

struct cog_signing_keys_t {
    const cog_keyring_t *keyring; /* NULL: the keys were given */
    apr_thread_mutex_t *lock;     /* guards all that follows, keys in use too */
    apr_pool_t *pool;             /* of the keys; replaced with them */
    int64_t month;                /* of which they are */
    int count;
    cog_signing_key_t *keys[MAX]; /* the first one signs */
};

static apr_status_t end(void *data)
{
    cog_signing_keys_t *keys = data;

    if (keys->pool) {
        apr_pool_destroy(keys->pool);
    }
    return APR_SUCCESS;
}

static cog_err_t make(apr_pool_t *conf_pool, cog_signing_keys_t **keys)
{
    cog_signing_keys_t *made = apr_pcalloc(conf_pool, sizeof(*made));

    COG_REQUIRE(apr_thread_mutex_create(&made->lock, APR_THREAD_MUTEX_DEFAULT,
                                        conf_pool) == APR_SUCCESS,
                COG_E_INTERNAL);
    apr_pool_cleanup_register(conf_pool, made, end, apr_pool_cleanup_null);
    *keys = made;
    return COG_OK;
}

cog_err_t cog_signing_keys_own(apr_pool_t *conf_pool, const cog_keyring_t *keyring,
                               cog_signing_keys_t **keys)
{
    COG_TRY(make(conf_pool, keys));
    (*keys)->keyring = keyring;
    return COG_OK;
}

static int has(const cog_signing_keys_t *keys, const cog_signing_key_t *key)
{
    for (int i = 0; i < keys->count; ++i) {
        if (strcmp(cog_signing_key_id(keys->keys[i]), cog_signing_key_id(key)) == 0) {
            return 1;
        }
    }
    return 0;
}

cog_err_t cog_signing_keys_given(apr_pool_t *conf_pool, const cog_secret_t *pems,
                                 int count, cog_signing_keys_t **keys)
{
    cog_signing_keys_t *made;

    COG_REQUIRE(count >= 1 && count <= COG_SIGNING_GIVEN_MAX, COG_E_MISCONFIGURED);
    COG_TRY(make(conf_pool, &made));
    for (int i = 0; i < count; ++i) {
        cog_signing_key_t *key;

        COG_TRY(cog_signing_key_parse(conf_pool, pems[i], &key));
        COG_REQUIRE(!has(made, key), COG_E_MISCONFIGURED);
        made->keys[made->count++] = key;
    }
    *keys = made;
    return COG_OK;
}

static cog_err_t add(cog_signing_keys_t *keys, apr_pool_t *pool, const cog_keyset_t *set,
                     int64_t month)
{
    unsigned char seed[COG_SIGNING_SEED_LEN];
    const char *name = apr_psprintf(pool, "mod_auth_cognito 1 month %" APR_INT64_T_FMT,
                                    (apr_int64_t)month);
    const cog_secret_t secret = {(const char *)set->keys[COG_PURPOSE_ASSERTION],
                                 COG_KEY_LEN};
    cog_err_t err = cog_keyring_derive(secret, name, seed, sizeof(seed));

    if (err == COG_OK) {
        err = cog_signing_key_make(pool, (cog_span_t){seed, sizeof(seed)},
                                   &keys->keys[keys->count]);
    }
    cog_secret_wipe(seed, sizeof(seed));
    COG_TRY(err);
    ++keys->count;
    return COG_OK;
}

static cog_err_t add_month(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t month)
{
    for (int i = 0; i < keys->keyring->count; ++i) {
        COG_TRY(add(keys, pool, &keys->keyring->sets[i], month));
    }
    return COG_OK;
}

static cog_err_t add_all(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t month)
{
    COG_TRY(add_month(keys, pool, month));
    COG_TRY(add_month(keys, pool, month - 1));
    return add_month(keys, pool, month + 1);
}

/* On a pool of its own: once a month another thread does this again. */
static cog_err_t replace(cog_signing_keys_t *keys, int64_t month)
{
    apr_pool_t *pool;
    cog_err_t err;

    keys->count = 0;
    end(keys);
    keys->pool = NULL;
    COG_REQUIRE(apr_pool_create_unmanaged_ex(&pool, NULL, NULL) == APR_SUCCESS,
                COG_E_INTERNAL);
    err = add_all(keys, pool, month);
    if (err != COG_OK) {
        apr_pool_destroy(pool);
        keys->count = 0;
        return err;
    }
    keys->pool = pool;
    keys->month = month;
    return COG_OK;
}

static cog_err_t see_to(cog_signing_keys_t *keys, int64_t now)
{
    int64_t month = now / COG_SIGNING_MONTH_SEC;

    return !keys->keyring || (keys->pool && keys->month == month) ? COG_OK
                                                                  : replace(keys, month);
}

static cog_err_t sign(const cog_signing_key_t *key, apr_pool_t *pool,
                      const cog_statement_t *statement, cog_secret_t *jwt)
{
    return statement->alb_header ? cog_jwt_sign_padded(pool, key, statement->alb_header,
                                                       statement->claims, jwt)
                                 : cog_jwt_sign(pool, key, statement->claims, jwt);
}

cog_err_t cog_signing_keys_sign(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                                const cog_statement_t *statement, cog_secret_t *jwt)
{
    cog_err_t err;

    apr_thread_mutex_lock(keys->lock);
    err = see_to(keys, now);
    if (err == COG_OK) {
        err = sign(keys->keys[0], pool, statement, jwt);
    }
    apr_thread_mutex_unlock(keys->lock);
    return err;
}

static json_t *set_of(const cog_signing_keys_t *keys)
{
    json_t *list = json_array();

    for (int i = 0; i < keys->count; ++i) {
        json_array_append_new(list, cog_signing_key_jwk(keys->keys[i]));
    }
    return json_pack("{s:o}", "keys", list);
}

cog_err_t cog_signing_keys_set(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                               json_t **set)
{
    json_t *found = NULL;
    cog_err_t err;

    apr_thread_mutex_lock(keys->lock);
    err = see_to(keys, now);
    if (err == COG_OK) {
        found = set_of(keys);
    }
    apr_thread_mutex_unlock(keys->lock);
    COG_TRY(err);
    *set = cog_json_own(pool, found);
    return COG_OK;
}

static const char *find_pem(const cog_signing_keys_t *keys, apr_pool_t *pool,
                            const char *id)
{
    for (int i = 0; i < keys->count; ++i) {
        if (strcmp(cog_signing_key_id(keys->keys[i]), id) == 0) {
            return apr_pstrdup(pool, cog_signing_key_pem(keys->keys[i]));
        }
    }
    return NULL;
}

cog_err_t cog_signing_keys_pem(cog_signing_keys_t *keys, apr_pool_t *pool, int64_t now,
                               const char *id, const char **pem)
{
    const char *found = NULL;
    cog_err_t err;

    apr_thread_mutex_lock(keys->lock);
    err = see_to(keys, now);
    if (err == COG_OK) {
        found = find_pem(keys, pool, id);
    }
    apr_thread_mutex_unlock(keys->lock);
    COG_TRY(err);
    COG_REQUIRE(found, COG_E_NOT_FOUND);
    *pem = found;
    return COG_OK;
}
