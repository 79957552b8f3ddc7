#include "net/redis/redirect.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "net/redis/slot.h"

#define MAX_DIGITS 5

/* slot host:port, where the host may hold colons. */
static cog_err_t read_target(const char *text, const char *speaker,
                             cog_redirect_t *redirect)
{
    int64_t slot, port;
    size_t digits = cog_number_read(text, MAX_DIGITS, &slot);
    const char *host = text + digits + 1;
    const char *colon;

    COG_REQUIRE(digits > 0 && slot < COG_SLOTS && text[digits] == ' ', COG_E_STORE);
    colon = strrchr(host, ':');
    COG_REQUIRE(colon, COG_E_STORE);
    digits = cog_number_read(colon + 1, MAX_DIGITS, &port);
    COG_REQUIRE(digits > 0 && colon[1 + digits] == '\0', COG_E_STORE);
    redirect->slot = (int)slot;
    return cog_node_address_set(&redirect->node, host, (size_t)(colon - host), port,
                                speaker);
}

cog_err_t cog_redirect_read(const char *line, const char *speaker,
                            cog_redirect_t *redirect)
{
    redirect->kind = COG_REDIRECT_NONE;
    if (cog_text_begins(line, "MOVED ")) {
        COG_TRY(read_target(line + 6, speaker, redirect));
        redirect->kind = COG_REDIRECT_MOVED;
    }
    else if (cog_text_begins(line, "ASK ")) {
        COG_TRY(read_target(line + 4, speaker, redirect));
        redirect->kind = COG_REDIRECT_ASK;
    }
    return COG_OK;
}
