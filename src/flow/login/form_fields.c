#include "flow/login/form_fields.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/multipart.h"
#include "base/query.h"

#define FORM_TYPE "application/x-www-form-urlencoded"

static int is_urlencoded(const char *type)
{
    size_t len = strlen(FORM_TYPE);

    return strncasecmp(type, FORM_TYPE, len) == 0 &&
           strchr("; ", type[len]) != NULL; /* its NUL too */
}

static cog_err_t read_text(const cog_flow_t *flow, const char **text)
{
    const cog_request_t *request = flow->request;
    cog_span_t body;

    COG_REQUIRE(!request->header(request, "Content-Encoding"), COG_E_FORM);
    COG_TRY(request->read_body(request, flow->pool, flow->place->form_limit, &body));
    *text = (const char *)body.bytes;
    COG_REQUIRE(strlen(*text) == body.len, COG_E_FORM);
    return COG_OK;
}

static cog_err_t parse(const cog_flow_t *flow, const char *type,
                       apr_array_header_t **fields)
{
    const char *boundary = cog_multipart_boundary(flow->pool, type);
    const char *text;

    COG_REQUIRE(boundary || is_urlencoded(type), COG_E_FORM);
    COG_TRY(read_text(flow, &text));
    COG_REQUIRE((boundary ? cog_multipart_parse(flow->pool, text, boundary, fields)
                          : cog_form_parse(flow->pool, text, fields)) == COG_OK,
                COG_E_FORM);
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
cog_err_t cog_form_fields_read(cog_flow_t *flow, cog_form_fields_t *form)
{
    const char *type = flow->request->header(flow->request, "Content-Type");
    apr_array_header_t *fields;

    COG_REQUIRE(type, COG_E_FORM);
    COG_TRY(parse(flow, type, &fields));
    COG_REQUIRE(fields->nelts > 0, COG_E_FORM);
    for (int i = 0; i < fields->nelts; ++i) {
        const cog_param_t *field = &APR_ARRAY_IDX(fields, i, cog_param_t);

        COG_REQUIRE(is_utf8(field->name) && (!field->value || is_utf8(field->value)),
                    COG_E_FORM);
    }
    form->fields = fields;
    form->is_multipart = !is_urlencoded(type);
    return COG_OK;
}
