#include "flow/form_fields.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/query.h"
#include "flow/flow_private.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

static cog_err_t check_type(const cog_flow_t *flow)
{
    const cog_request_t *request = flow->request;
    const char *type = request->header(request, "Content-Type");
    size_t len = strlen(FORM_TYPE);

    COG_REQUIRE(type && strncasecmp(type, FORM_TYPE, len) == 0, COG_E_FORM);
    COG_REQUIRE(strchr("; ", type[len]), COG_E_FORM); /* its NUL too */
    COG_REQUIRE(!request->header(request, "Content-Encoding"), COG_E_FORM);
    return COG_OK;
}

static int is_utf8(const char *text)
{
    json_t *value = json_string(text);
    int is_good = value != NULL;

    json_decref(value);
    return is_good;
}

/* A page of ours speaks UTF-8, and could not send anything else on as it was. */
cog_err_t cog_form_fields_read(cog_flow_t *flow, const apr_array_header_t **fields)
{
    const cog_request_t *request = flow->request;
    apr_array_header_t *found;
    cog_span_t body;

    COG_TRY(check_type(flow));
    COG_TRY(request->read_body(request, flow->pool, flow->place->form_limit, &body));
    COG_REQUIRE(strlen((const char *)body.bytes) == body.len, COG_E_FORM);
    COG_REQUIRE(cog_form_parse(flow->pool, (const char *)body.bytes, &found) == COG_OK,
                COG_E_FORM);
    COG_REQUIRE(found->nelts > 0, COG_E_FORM);
    for (int i = 0; i < found->nelts; ++i) {
        const cog_param_t *field = &APR_ARRAY_IDX(found, i, cog_param_t);

        COG_REQUIRE(is_utf8(field->name) && is_utf8(field->value), COG_E_FORM);
    }
    *fields = found;
    return COG_OK;
}
