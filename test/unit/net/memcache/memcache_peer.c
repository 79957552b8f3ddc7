#include "test/unit/net/memcache/memcache_peer.h"

#include <apr_hash.h>
#include <apr_strings.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *bytes;
    size_t len;
} held_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static apr_pool_t *memory;
static apr_hash_t *all;

static apr_status_t forget(void *data)
{
    pthread_mutex_lock(&lock);
    apr_pool_destroy(data);
    memory = NULL;
    pthread_mutex_unlock(&lock);
    return APR_SUCCESS;
}

/* Its memory is its own, for the peers are threads. */
void memcache_forget(apr_pool_t *pool)
{
    pthread_mutex_lock(&lock);
    if (!memory) {
        apr_pool_create(&memory, NULL);
        apr_pool_cleanup_register(pool, memory, forget, apr_pool_cleanup_null);
    }
    all = apr_hash_make(memory);
    pthread_mutex_unlock(&lock);
}

/* FALSE while it is not whole. */
static int split(said_t *said)
{
    char *end = memmem(said->bytes, said->len, "\r\n", 2);
    char *value = end ? end + 2 : NULL;

    said->value = NULL;
    if (!end) {
        return 0;
    }
    *end = '\0';
    if (sscanf(said->bytes, "%15s %255s 0 %ld %zu", said->verb, said->key, &said->expiry,
               &said->value_len) == 4) {
        said->value = value;
    }
    *end = '\r';
    if (!said->value) {
        return value == said->bytes + said->len;
    }
    return said->len >= (size_t)(value - said->bytes) + said->value_len + 2;
}

int memcache_hear(talk_t *talk, said_t *said)
{
    said->len = 0;
    do {
        ssize_t got =
            talk_receive(talk, said->bytes + said->len, sizeof(said->bytes) - said->len);

        if (got <= 0) {
            return 0;
        }
        said->len += (size_t)got;
    } while (!split(said));
    talk_keep(talk, said->bytes,
              (size_t)((char *)memmem(said->bytes, said->len, "\r\n", 2) - said->bytes));
    return 1;
}

static int answer_get(talk_t *talk, const said_t *said, const held_t *held)
{
    char *text;
    int len;
    int is_said;

    if (!held) {
        return talk_say(talk, "END\r\n");
    }
    text = malloc(held->len + 400);
    len = sprintf(text, "VALUE %s 0 %zu\r\n", said->key, held->len);
    memcpy(text + len, held->bytes, held->len);
    memcpy(text + (size_t)len + held->len, "\r\nEND\r\n", 7);
    is_said = talk_say_bytes(talk, text, (size_t)len + held->len + 7);
    free(text);
    return is_said;
}

static void hold(const said_t *said)
{
    held_t *held = apr_palloc(memory, sizeof(*held));

    held->bytes = apr_pmemdup(memory, said->value, said->value_len);
    held->len = said->value_len;
    apr_hash_set(all, apr_pstrdup(memory, said->key), APR_HASH_KEY_STRING, held);
}

static const char *change(const said_t *said, const held_t *held)
{
    if (strcmp(said->verb, "delete") == 0) {
        apr_hash_set(all, said->key, APR_HASH_KEY_STRING, NULL);
        return held ? "DELETED\r\n" : "NOT_FOUND\r\n";
    }
    if (!said->value) {
        return "ERROR\r\n";
    }
    if (strcmp(said->verb, "add") == 0 && held) {
        return "NOT_STORED\r\n";
    }
    hold(said);
    return "STORED\r\n";
}

int memcache_answer(talk_t *talk, const said_t *said)
{
    const char *answer = NULL;
    const held_t *held;

    pthread_mutex_lock(&lock);
    held = memory ? apr_hash_get(all, said->key, APR_HASH_KEY_STRING) : NULL;
    if (memory && strcmp(said->verb, "get") != 0) {
        answer = change(said, held);
    }
    pthread_mutex_unlock(&lock);
    return answer ? talk_say(talk, answer) : answer_get(talk, said, held);
}

void memcache_answer_all(talk_t *talk)
{
    said_t *said = malloc(sizeof(*said));

    while (memcache_hear(talk, said) && memcache_answer(talk, said)) {
    }
    free(said);
}
