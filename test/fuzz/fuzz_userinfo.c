/* Reaches: cog_userinfo_merge. The input is the body of userInfo's answer. Whatever it
 * says, the ID token's claims stay, and none about the token or Cognito's own comes in.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>

#include "base/json.h"
#include "base/text.h"
#include "oidc/userinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static int has(const json_t *claims, const char *name, const char *value)
{
    const char *text = cog_json_string(claims, name);

    return text && strcmp(text, value) == 0;
}

static void check_names(json_t *claims)
{
    const char *name;
    json_t *value;

    json_object_foreach(claims, name, value)
    {
        must(!cog_text_begins(name, "cognito:"));
        must(strcmp(name, "exp") != 0 && strcmp(name, "auth_time") != 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    json_t *claims = json_pack("{s:s, s:s}", "sub", "u-1", "email", "a@id.test");
    cog_err_t err;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    err = cog_userinfo_merge(pool, 200, (cog_span_t){data, size}, claims);
    must(has(claims, "sub", "u-1") && has(claims, "email", "a@id.test"));
    must(err == COG_OK || json_object_size(claims) == 2);
    check_names(claims);
    json_decref(claims);
    apr_pool_clear(pool);
    return 0;
}
