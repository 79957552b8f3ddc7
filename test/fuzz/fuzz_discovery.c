/* Reaches: cog_discovery_parse, cog_json_parse, cog_url_parse. The input is a discovery
 * document. What is taken from it is https, and what is refused has a printable reason.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_pools.h>

#include "base/text.h"
#include "base/url.h"
#include "oidc/endpoints.h"

#define ISSUER "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123dEf"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition)
{
    if (!condition) {
        abort();
    }
}

static void check_endpoint(apr_pool_t *pool, const char *text)
{
    cog_url_t url;

    if (text) {
        must(cog_url_parse(pool, text, &url) == COG_OK);
        must(strcmp(url.scheme, "https") == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *pool;
    cog_endpoints_t found;
    const char *reason = NULL;

    if (pool == NULL) {
        apr_initialize();
        apr_pool_create(&pool, NULL);
    }
    if (cog_discovery_parse(pool, (cog_span_t){data, size}, ISSUER, &found, &reason) ==
        COG_OK) {
        must(reason == NULL && cog_endpoints_are_complete(&found));
        check_endpoint(pool, found.authorize);
        check_endpoint(pool, found.token);
        check_endpoint(pool, found.userinfo);
        check_endpoint(pool, found.revoke);
        check_endpoint(pool, found.logout);
        check_endpoint(pool, found.jwks);
    }
    else {
        must(reason != NULL && !cog_text_has_control(reason));
    }
    apr_pool_clear(pool);
    return 0;
}
