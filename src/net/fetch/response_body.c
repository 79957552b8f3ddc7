#include "net/fetch/response_body.h"

#include <string.h>

#include "base/secret.h"
#include "flow/ports.h"

#define FIRST_ROOM 8192

/* Make room for `more` bytes and a NUL. */
static void reserve(cog_response_body_t *body, size_t more)
{
    size_t needed = body->len + more + 1;
    size_t room = body->room ? body->room : FIRST_ROOM;
    char *bytes;

    if (needed <= body->room) {
        return;
    }
    while (room < needed) {
        room *= 2;
    }
    bytes = apr_palloc(body->pool, room);
    cog_secret_wipe_with(body->pool, bytes, room);
    if (body->bytes) {
        memcpy(bytes, body->bytes, body->len);
        cog_secret_wipe(body->bytes, body->len);
    }
    body->bytes = bytes;
    body->room = room;
}

cog_err_t cog_response_body_append(cog_response_body_t *body, const char *bytes,
                                   size_t len)
{
    COG_REQUIRE(len <= COG_FETCH_MAX_BODY - body->len, COG_E_TOO_LARGE);
    reserve(body, len);
    memcpy(body->bytes + body->len, bytes, len);
    body->len += len;
    return COG_OK;
}

cog_span_t cog_response_body_end(cog_response_body_t *body)
{
    reserve(body, 0);
    body->bytes[body->len] = '\0';
    return (cog_span_t){(const unsigned char *)body->bytes, body->len};
}
