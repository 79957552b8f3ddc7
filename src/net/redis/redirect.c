#include "net/redis/redirect.h"

#include <apr_lib.h>
#include <string.h>

#include "base/text.h"
#include "net/redis/slot.h"

#define MAX_DIGITS 5

/* The number at `at`, and what follows it; -1 when there is none. */
static int read_number(const char *at, const char **end)
{
    int number = 0;
    int digits = 0;

    while (digits < MAX_DIGITS && apr_isdigit(at[digits])) {
        number = number * 10 + (at[digits++] - '0');
    }
    *end = at + digits;
    return digits > 0 ? number : -1;
}

/* slot host:port, where the host may hold colons. */
static cog_err_t read_target(const char *text, const char *speaker,
                             cog_redirect_t *redirect)
{
    const char *host;
    const char *end;
    const char *colon;
    int port;

    redirect->slot = read_number(text, &host);
    COG_REQUIRE(redirect->slot >= 0 && redirect->slot < COG_SLOTS, COG_E_STORE);
    COG_REQUIRE(*host++ == ' ', COG_E_STORE);
    colon = strrchr(host, ':');
    COG_REQUIRE(colon, COG_E_STORE);
    port = read_number(colon + 1, &end);
    COG_REQUIRE(*end == '\0', COG_E_STORE);
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
