#include "net/memcache/memcache_reply.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

#define LINE_END     "\r\n"
#define LINE_END_LEN 2
#define MAX_DIGITS   5

void cog_memcache_reader_begin(cog_memcache_reader_t *reader, apr_pool_t *pool,
                               const char *key)
{
    *reader = (cog_memcache_reader_t){.pool = pool, .key = key};
}

/* What errors say behind these words is the server's own affair. */
static const struct {
    const char *begin;
    int is_whole;
    cog_memcache_kind_t kind;
} lines[] = {
    {"STORED",                            1, COG_MEMCACHE_STORED    },
    {"NOT_STORED",                        1, COG_MEMCACHE_NOT_STORED},
    {"DELETED",                           1, COG_MEMCACHE_DELETED   },
    {"NOT_FOUND",                         1, COG_MEMCACHE_NOT_FOUND },
    {"END",                               1, COG_MEMCACHE_NOTHING   },
    {"SERVER_ERROR out of memory",        0, COG_MEMCACHE_NO_MEMORY },
    {"SERVER_ERROR object too large for", 0, COG_MEMCACHE_TOO_LARGE },
    {"SERVER_ERROR ",                     0, COG_MEMCACHE_REFUSED   },
    {"CLIENT_ERROR ",                     0, COG_MEMCACHE_REFUSED   },
    {"ERROR",                             1, COG_MEMCACHE_REFUSED   },
};

static cog_err_t read_words(cog_memcache_reader_t *reader)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); ++i) {
        if (lines[i].is_whole ? strcmp(reader->line, lines[i].begin) == 0
                              : cog_text_begins(reader->line, lines[i].begin)) {
            reader->kind = lines[i].kind;
            return COG_OK;
        }
    }
    return COG_E_STORE;
}

/* A plain decimal number and nothing else. */
static cog_err_t read_length(const char *text, size_t *len)
{
    int64_t number;
    size_t digits = cog_number_read(text, MAX_DIGITS, &number);

    COG_REQUIRE(digits > 0 && text[digits] == '\0', COG_E_STORE);
    COG_REQUIRE(*text != '0' || digits == 1, COG_E_STORE);
    COG_REQUIRE(number <= COG_MEMCACHE_MAX_VALUE, COG_E_STORE);
    *len = (size_t)number;
    return COG_OK;
}

/* VALUE key flags length */
static cog_err_t begin_value(cog_memcache_reader_t *reader)
{
    const char *at = reader->line + strlen("VALUE ");
    size_t len;

    COG_REQUIRE(reader->pool && cog_text_begins(at, reader->key), COG_E_STORE);
    at += strlen(reader->key);
    COG_REQUIRE(cog_text_begins(at, " 0 "), COG_E_STORE);
    COG_TRY(read_length(at + strlen(" 0 "), &len));
    reader->room_len = len + LINE_END_LEN;
    reader->room = apr_palloc(reader->pool, reader->room_len);
    return COG_OK;
}

/* The line is whole. */
static cog_err_t read_line(cog_memcache_reader_t *reader, int *is_complete)
{
    *is_complete = 1;
    if (reader->room) {
        reader->kind = COG_MEMCACHE_VALUE;
        reader->value = (cog_span_t){reader->room, reader->room_len - LINE_END_LEN};
        return strcmp(reader->line, "END") == 0 ? COG_OK : COG_E_STORE;
    }
    if (cog_text_begins(reader->line, "VALUE ")) {
        *is_complete = 0;
        return begin_value(reader);
    }
    return read_words(reader);
}

/* One byte of a line. */
static cog_err_t feed_line(cog_memcache_reader_t *reader, char byte, int *is_complete)
{
    COG_REQUIRE(byte != '\0' && reader->line_len < sizeof(reader->line) - 1, COG_E_STORE);
    if (byte != '\n') {
        reader->line[reader->line_len++] = byte;
        return COG_OK;
    }
    COG_REQUIRE(reader->line_len > 0 && reader->line[reader->line_len - 1] == '\r',
                COG_E_STORE);
    reader->line[reader->line_len - 1] = '\0';
    reader->line_len = 0;
    return read_line(reader, is_complete);
}

/* As much of the value as there is. */
static cog_err_t feed_value(cog_memcache_reader_t *reader, const char *bytes, size_t len,
                            size_t *taken)
{
    size_t missing = reader->room_len - reader->filled;

    *taken = len < missing ? len : missing;
    memcpy(reader->room + reader->filled, bytes, *taken);
    reader->filled += *taken;
    if (reader->filled < reader->room_len) {
        return COG_OK;
    }
    return strncmp((const char *)reader->room + reader->room_len - LINE_END_LEN, LINE_END,
                   LINE_END_LEN) == 0
               ? COG_OK
               : COG_E_STORE;
}

cog_err_t cog_memcache_reader_feed(cog_memcache_reader_t *reader, const char *bytes,
                                   size_t len, int *is_complete)
{
    *is_complete = 0;
    while (len > 0) {
        size_t taken = 1;

        COG_REQUIRE(!*is_complete, COG_E_STORE);
        if (reader->filled < reader->room_len) {
            COG_TRY(feed_value(reader, bytes, len, &taken));
        }
        else {
            COG_TRY(feed_line(reader, *bytes, is_complete));
        }
        bytes += taken;
        len -= taken;
    }
    return COG_OK;
}
