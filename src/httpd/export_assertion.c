#include "httpd/export_assertion.h"

#include "base/claim.h"
#include "httpd/memo.h"
#include "httpd/place.h"
#include "httpd/request.h"
#include "oidc/claim_patterns.h"
#include "oidc/groups.h"

static apr_array_header_t *wanted(request_rec *r, const cog_export_t *export,
                                  const cog_session_t *session)
{
    const apr_array_header_t *all =
        cog_groups_select(r->pool, session->claims, export->groups);
    apr_array_header_t *wanted = apr_array_make(r->pool, all->nelts, sizeof(cog_claim_t));

    for (int i = 0; i < all->nelts; ++i) {
        const cog_claim_t *claim = &APR_ARRAY_IDX(all, i, cog_claim_t);

        if (cog_claims_are_wanted(export->claims, claim->name)) {
            APR_ARRAY_PUSH(wanted, cog_claim_t) = *claim;
        }
    }
    return wanted;
}

cog_err_t cog_export_assertion(request_rec *r, const cog_export_t *export,
                               cog_assertion_form_t form, cog_secret_t *jwt)
{
    const cog_place_t *place = cog_place_make(r, r->per_dir_config);
    const cog_memo_t *memo = cog_memo_of(r);
    const cog_identity_t *identity = cog_memo_identity(memo, place);
    cog_assertion_options_t options = {.form = form,
                                       .audience = export->assertion.audience,
                                       .signer = export->assertion.signer,
                                       .ttl_sec = export->assertion.ttl_sec};

    COG_REQUIRE(identity, COG_E_NO_SESSION);
    options.claims = wanted(r, export, identity->session);
    return cog_assertion_make(cog_request_flow(memo, cog_site_of(r->server), place),
                              &options, identity->session, identity->bearer, jwt);
}
