#include "httpd/store_value.h"

#include <apr_strings.h>
#include <string.h>

#include "base/text.h"
#include "net/store_shm.h"

#define MEGABYTE   (1024 * 1024)
#define MAX_DIGITS 12
#define MAX_SIZE   ((apr_int64_t)65536 * MEGABYTE)

static apr_int64_t unit_bytes(const char *text)
{
    static const char *const units[] = {"", "K", "M", "G"};
    apr_int64_t bytes = 1;

    for (size_t i = 0; i < sizeof(units) / sizeof(*units); ++i) {
        if (strcasecmp(text, units[i]) == 0) {
            return bytes;
        }
        bytes *= 1024;
    }
    return 0;
}

/* 0 when it is no size. */
static apr_int64_t bytes_of(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    apr_int64_t number = 0;

    for (size_t i = 0; i < digits && i < MAX_DIGITS; ++i) {
        number = number * 10 + (text[i] - '0');
    }
    return digits > MAX_DIGITS ? 0 : number * unit_bytes(text + digits);
}

static const char *parse_shmcb(apr_pool_t *pool, const char *text,
                               cog_store_value_t *value)
{
    apr_int64_t size = *text ? bytes_of(text + 1) : (apr_int64_t)COG_STORE_SHM_DEFAULT;

    if (size == 0) {
        return "has no size that is a number of bytes; write shmcb, or shmcb:64M";
    }
    if (size < (apr_int64_t)COG_STORE_SHM_MIN) {
        return "is too small: 1M is the least; write shmcb, or shmcb:64M";
    }
    if (size > MAX_SIZE) {
        return "is too large: 64G is the most; write shmcb, or shmcb:64M";
    }
    value->size = (apr_size_t)(size / MEGABYTE * MEGABYTE);
    value->name = apr_psprintf(pool, "shmcb:%" APR_INT64_T_FMT "M", size / MEGABYTE);
    return NULL;
}

const char *cog_store_value_parse(apr_pool_t *pool, const char *text,
                                  cog_store_value_t *value)
{
    size_t len = strcspn(text, ":");

    if (len == 5 && strncasecmp(text, "shmcb", len) == 0) {
        return parse_shmcb(pool, text + len, value);
    }
    return "is not a store; write shmcb, or shmcb:64M";
}
