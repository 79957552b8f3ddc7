#include "net/redis/redis_refusal.h"

#include <apr_lib.h>
#include <string.h>

#include "base/text.h"

#define MAX_WORD     24
#define ASK_CLUSTER  "see what CLUSTER INFO and CLUSTER NODES say at the server"
#define NAME_PRIMARY "name the primary in CognitoStore, not a replica"

/* clang-format off */
/* The first that fits counts. `is_of_command`: others may be answered all the same. */
static const struct {
    const char *begins;
    const char *meaning;
    const char *remedy;
    int is_of_command;
} refusals[] = {
    {"NOAUTH", "it wants a password",
     "name the user and the source of the password in CognitoStore", 0},
    {"WRONGPASS", "it refuses user or password",
     "compare user and password in CognitoStore with the server's", 0},
    {"ERR invalid password", "it refuses the password",
     "compare the password in CognitoStore with the server's requirepass", 0},
    {"ERR AUTH", "it has no password, but CognitoStore names one",
     "set requirepass at the server, or a user with a password", 0},
    {"ERR Client sent AUTH", "it has no password, but CognitoStore names one",
     "set requirepass at the server", 0},
    {"ERR wrong number of arguments for 'auth'", "it knows no users",
     "leave the user out of CognitoStore, or install Redis 6 or newer", 0},
    {"NOPERM", "its ACL forbids what is needed",
     "give the user +get +set +del +select, in a cluster +asking +cluster|slots, too, and "
     "~* or ~cognito:*", 1},
    {"DENIED", "it is in protected mode",
     "give the server a password, and name it in CognitoStore", 0},
    {"ERR max number of clients", "it has too many clients",
     "raise maxclients at the server, or look for clients that leave connections open", 0},
    {"ERR DB index", "it has no such database",
     "correct the number of the database in CognitoStore", 0},
    {"ERR invalid DB index", "it has no such database",
     "correct the number of the database in CognitoStore", 0},
    {"ERR SELECT", "it is part of a cluster, which has database 0 alone",
     "leave the number of the database out of CognitoStore", 0},
    {"CLUSTERDOWN", "it is part of a cluster that is down", ASK_CLUSTER, 0},
    {"TRYAGAIN", "it is part of a cluster that moves the key at this moment",
     "none is needed, unless it lasts", 1},
    {"ERR This instance has cluster support disabled", "it is not part of a cluster",
     "see who it is that names it as a node of the cluster", 0},
    {"ERR unknown command", "it does not know a command",
     "do not rename AUTH, SELECT, GET, SET or DEL at the server", 0},
    {"LOADING", "it still reads its data", "wait until it has started", 0},
    {"BUSY", "it runs a script", "find the script, see SCRIPT KILL", 0},
    {"MASTERDOWN", "it is a replica without its primary", NAME_PRIMARY, 0},
    {"READONLY", "it is a replica", NAME_PRIMARY, 1},
    {"OOM", "its memory is full",
     "raise maxmemory at the server, or set maxmemory-policy volatile-ttl", 1},
    {"MISCONF", "it cannot write to its disk", "look into the server's log", 1},
    {"NOREPLICAS", "it has too few replicas", "look after the replicas", 1},
};
/* clang-format on */

/* The code that every error begins with: capital letters. */
static void copy_word(const char *line, char word[MAX_WORD])
{
    size_t len = 0;

    while (len < MAX_WORD - 1 && apr_isupper(line[len])) {
        word[len] = line[len];
        ++len;
    }
    word[line[len] == ' ' || line[len] == '\0' ? len : 0] = '\0';
}

cog_err_t cog_redis_refusal(const char *line, cog_fault_t *fault)
{
    char word[MAX_WORD];

    copy_word(line, word);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); ++i) {
        if (cog_text_begins(line, refusals[i].begins)) {
            cog_fault_set(fault, refusals[i].remedy, "%s (%s)", refusals[i].meaning,
                          word);
            fault->is_of_command = refusals[i].is_of_command;
            return COG_E_STORE;
        }
    }
    return cog_fault_set(fault, "look into the server's log",
                         "it answered with an error (%s)", word);
}
