#include "test/unit/net/redis/redis_peer.h"

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

/* "*3\r\n" or "$5\r\n" at `at`: what follows the line; NULL while it is not whole. */
static char *read_number(char *at, const char *end, char kind, long *number)
{
    char *line_end = memmem(at, (size_t)(end - at), "\r\n", 2);

    if (!line_end) {
        return NULL;
    }
    if (*at != kind) {
        abort();
    }
    *number = atol(at + 1);
    return line_end + 2;
}

/* The length is checked before the NUL goes behind the word. */
static int split(heard_t *heard)
{
    char *end = heard->bytes + heard->len;
    long count = 0;
    char *at = read_number(heard->bytes, end, '*', &count);

    if (count > MAX_WORDS) {
        abort();
    }
    heard->count = 0;
    while (at && heard->count < count) {
        long len = 0;

        at = read_number(at, end, '$', &len);
        if (!at || end - at < len + 2) {
            return 0;
        }
        heard->words[heard->count] = at;
        heard->lens[heard->count++] = (size_t)len;
        at += len + 2;
    }
    return at != NULL;
}

static void keep(talk_t *talk, heard_t *heard)
{
    char *text = malloc(heard->len + 1);
    size_t len = 0;

    for (int i = 0; i < heard->count; ++i) {
        heard->bytes[heard->words[i] - heard->bytes + (long)heard->lens[i]] = '\0';
        memcpy(text + len, heard->words[i], heard->lens[i]);
        len += heard->lens[i];
        text[len++] = ' ';
    }
    talk_keep(talk, text, len - 1);
    free(text);
}

int talk_hear(talk_t *talk, heard_t *heard)
{
    heard->len = 0;
    do {
        ssize_t got = talk_receive(talk, heard->bytes + heard->len,
                                   sizeof(heard->bytes) - heard->len);

        if (got <= 0) {
            return 0;
        }
        heard->len += (size_t)got;
    } while (!split(heard));
    keep(talk, heard);
    return 1;
}

int heard_is(const heard_t *heard, const char *verb)
{
    return strcmp(heard->words[0], verb) == 0;
}

int talk_value(talk_t *talk, const char *bytes, size_t len)
{
    char *text = malloc(len + 32);
    size_t head = (size_t)apr_snprintf(text, 32, "$%" APR_SIZE_T_FMT "\r\n", len);
    int is_said;

    memcpy(text + head, bytes, len);
    memcpy(text + head + len, "\r\n", 2);
    is_said = talk_say_bytes(talk, text, head + len + 2);
    free(text);
    return is_said;
}

int redis_answer(talk_t *talk, const heard_t *heard)
{
    char value[256];

    if (heard_is(heard, "GET")) {
        apr_snprintf(value, sizeof(value), "value of %s", heard->words[1]);
        return talk_value(talk, value, strlen(value));
    }
    return talk_say(talk, heard_is(heard, "DEL") ? ":1\r\n" : "+OK\r\n");
}

void redis_answer_all(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && redis_answer(talk, &heard)) {
    }
}
