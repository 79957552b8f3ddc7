#include "httpd/backend_presets.h"

#include "oidc/claim_names.h"

/* clang-format off */
static const cog_sent_header_t own_headers[] = {
    {COG_CLAIM_HEADER, COG_SENT_ALL, NULL},
    {NULL, 0, NULL},
};
static const char *const own_patterns[] = {"x_cognito", "x_cognito_*", NULL};
/* clang-format on */

static const cog_backend_t own = {"cognito", own_headers, own_patterns};

const cog_backend_t *cog_backend_own(void)
{
    return &own;
}
