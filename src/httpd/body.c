#include "httpd/body.h"

#include <http_protocol.h>

/* One byte more than the limit tells whether there is more. */
static cog_err_t read_all(request_rec *r, char *bytes, size_t room, size_t *len)
{
    long got = 1;

    *len = 0;
    while (*len < room && got > 0) {
        got = ap_get_client_block(r, bytes + *len, room - *len);
        COG_REQUIRE(got >= 0, COG_E_BAD_QUERY);
        *len += (size_t)got;
    }
    return COG_OK;
}

/* A body that somebody else has read is no empty one. */
static int has_come(const request_rec *r, apr_off_t announced, size_t len)
{
    return r->read_chunked ? len > 0 : len >= (size_t)announced;
}

cog_err_t cog_body_read(request_rec *r, apr_pool_t *pool, size_t limit, cog_span_t *body)
{
    char *bytes = apr_palloc(pool, limit + 2);
    size_t len = 0;
    apr_off_t announced;

    COG_REQUIRE(ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK) == OK, COG_E_BAD_QUERY);
    announced = r->remaining;
    if (ap_should_client_block(r)) {
        COG_TRY(read_all(r, bytes, limit + 1, &len));
    }
    COG_REQUIRE(len <= limit, COG_E_TOO_LARGE);
    COG_REQUIRE(has_come(r, announced, len), COG_E_BAD_QUERY);
    bytes[len] = '\0';
    *body = (cog_span_t){(const unsigned char *)bytes, len};
    return COG_OK;
}
