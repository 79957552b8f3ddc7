#include "net/redis/redis_command.h"

#include <apr_strings.h>
#include <hiredis/hiredis.h>
#include <string.h>

#include "net/redis/redis_refusal.h"

#define CHUNK       2048 /* the compiler fills it with zeros at each call */
#define ASK_MEMORY  "give the processes more memory"
#define ASK_ADDRESS "is there really a Redis server at the host and port of CognitoStore?"

void cog_redis_command_add(cog_redis_command_t *command, const char *word, size_t len)
{
    command->words[command->count] = word;
    command->lens[command->count] = len;
    ++command->count;
}

/* The bytes may hold a password. */
static cog_err_t send_command(cog_connection_t *connection,
                              const cog_redis_command_t *command,
                              cog_redis_exchange_t *exchange)
{
    const char *words[COG_REDIS_MAX_WORDS];
    char *bytes = NULL;
    cog_err_t err;
    long long len; /* an int in hiredis 0.14 */

    memcpy(words, command->words, sizeof(words));
    len = redisFormatCommandArgv(&bytes, command->count, words, command->lens);
    if (len < 0) {
        return cog_fault_set(&exchange->fault, ASK_MEMORY,
                             "the command could not be made");
    }
    err = cog_connection_write(connection, bytes, (size_t)len, &exchange->fault);
    cog_secret_wipe(bytes, (size_t)len);
    redisFreeCommand(bytes);
    exchange->is_sent = err == COG_OK;
    return err;
}

static cog_err_t read_into(cog_connection_t *connection, cog_redis_reader_t *reader,
                           cog_redis_exchange_t *exchange)
{
    char bytes[CHUNK];
    int is_complete = 0;

    while (!is_complete) {
        size_t len;

        COG_TRY(cog_connection_read(connection, bytes, sizeof(bytes), &len,
                                    &exchange->fault));
        exchange->is_answered = 1;
        if (cog_redis_reader_feed(reader, bytes, len, &is_complete) != COG_OK) {
            return cog_fault_set(&exchange->fault, ASK_ADDRESS,
                                 "its answer is broken, or none of Redis'");
        }
    }
    return COG_OK;
}

static cog_err_t read_reply(cog_connection_t *connection, cog_redis_exchange_t *exchange)
{
    cog_redis_reader_t reader;
    cog_err_t err;

    if (cog_redis_reader_begin(&reader, &exchange->reply) != COG_OK) {
        return cog_fault_set(&exchange->fault, ASK_MEMORY, "no answer could be read");
    }
    err = read_into(connection, &reader, exchange);
    cog_redis_reader_end(&reader);
    return err;
}

cog_err_t cog_redis_exchange(cog_connection_t *connection,
                             const cog_redis_command_t *command,
                             cog_redis_exchange_t *exchange)
{
    COG_TRY(send_command(connection, command, exchange));
    return read_reply(connection, exchange);
}

int cog_redis_is_ok(const cog_redis_reply_t *reply)
{
    return reply->kind == COG_REPLY_STATUS && strcmp(reply->line, "OK") == 0;
}

cog_err_t cog_redis_unexpected(cog_redis_exchange_t *exchange)
{
    if (exchange->reply.kind == COG_REPLY_ERROR) {
        return cog_redis_refusal(exchange->reply.line, &exchange->fault);
    }
    return cog_fault_set(&exchange->fault, ASK_ADDRESS,
                         "its answer does not fit what it was asked");
}

static cog_err_t expect_ok(cog_connection_t *connection,
                           const cog_redis_command_t *command, cog_fault_t *fault)
{
    cog_redis_exchange_t exchange = {.reply = {.pool = NULL}};
    cog_err_t err = cog_redis_exchange(connection, command, &exchange);

    if (err == COG_OK && !cog_redis_is_ok(&exchange.reply)) {
        err = cog_redis_unexpected(&exchange);
    }
    *fault = exchange.fault;
    return err;
}

static cog_err_t authenticate(cog_connection_t *connection, const char *user,
                              cog_secret_t password, cog_fault_t *fault)
{
    cog_redis_command_t command = {0};

    cog_redis_command_add(&command, "AUTH", 4);
    if (user) {
        cog_redis_command_add(&command, user, strlen(user));
    }
    cog_redis_command_add(&command, password.bytes, password.len);
    return expect_ok(connection, &command, fault);
}

static cog_err_t choose(cog_connection_t *connection, int database, cog_fault_t *fault)
{
    cog_redis_command_t command = {0};
    char number[16];

    apr_snprintf(number, sizeof(number), "%d", database);
    cog_redis_command_add(&command, "SELECT", 6);
    cog_redis_command_add(&command, number, strlen(number));
    return expect_ok(connection, &command, fault);
}

cog_err_t cog_redis_announce_ask(cog_connection_t *connection, cog_fault_t *fault)
{
    cog_redis_command_t command = {0};

    cog_redis_command_add(&command, "ASKING", 6);
    return expect_ok(connection, &command, fault);
}

cog_err_t cog_redis_log_in(cog_connection_t *connection, const char *user,
                           cog_secret_t password, int database, cog_fault_t *fault)
{
    cog_err_t err = COG_OK;

    if (cog_secret_is_set(password)) {
        err = authenticate(connection, user, password, fault);
    }
    if (err == COG_OK && database != 0) {
        err = choose(connection, database, fault);
    }
    /* nothing can be asked over this connection, whatever the command was */
    fault->is_of_command = 0;
    return err;
}
