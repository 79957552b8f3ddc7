#include "test/unit/unit.h"

#include "net/redis/redis_refusal.h"

/* clang-format off */
/* F21: what servers of all ages say, what the admin reads of it, and whether other
 * commands may work all the same. */
static const struct {
    const char *line;
    const char *cause;
    int is_of_command;
} cases[] = {
    {"NOAUTH Authentication required.", "it wants a password (NOAUTH)", 0},
    {"WRONGPASS invalid username-password pair or user is disabled.",
     "it refuses user or password (WRONGPASS)", 0},
    {"ERR invalid password", "it refuses the password (ERR)", 0},
    {"ERR AUTH <password> called without any password configured for the default user",
     "it has no password, but CognitoStore names one (ERR)", 0},
    {"ERR Client sent AUTH, but no password is set",
     "it has no password, but CognitoStore names one (ERR)", 0},
    {"ERR wrong number of arguments for 'auth' command", "it knows no users (ERR)", 0},
    {"NOPERM this user has no permissions to run the 'set' command",
     "its ACL forbids what is needed (NOPERM)", 1},
    {"DENIED Redis is running in protected mode", "it is in protected mode (DENIED)", 0},
    {"ERR max number of clients reached", "it has too many clients (ERR)", 0},
    {"ERR DB index is out of range", "it has no such database (ERR)", 0},
    {"ERR invalid DB index", "it has no such database (ERR)", 0},
    {"ERR SELECT is not allowed in cluster mode",
     "it is part of a cluster, which has database 0 alone (ERR)", 0},
    {"CLUSTERDOWN Hash slot not served", "it is part of a cluster that is down (CLUSTERDOWN)", 0},
    {"TRYAGAIN Multiple keys request during rehashing of slot",
     "it is part of a cluster that moves the key at this moment (TRYAGAIN)", 1},
    {"ERR This instance has cluster support disabled", "it is not part of a cluster (ERR)", 0},
    {"LOADING Redis is loading the dataset in memory", "it still reads its data (LOADING)", 0},
    {"BUSY Redis is busy running a script.", "it runs a script (BUSY)", 0},
    {"MASTERDOWN Link with MASTER is down", "it is a replica without its primary (MASTERDOWN)", 0},
    {"READONLY You can't write against a read only replica.", "it is a replica (READONLY)", 1},
    {"OOM command not allowed when used memory > 'maxmemory'.", "its memory is full (OOM)", 1},
    {"MISCONF Redis is configured to save RDB snapshots", "it cannot write to its disk (MISCONF)", 1},
    {"NOREPLICAS Not enough good replicas to write.", "it has too few replicas (NOREPLICAS)", 1},
    {"SOMETHING new", "it answered with an error (SOMETHING)", 0},
    {"ALONE", "it answered with an error (ALONE)", 0},
    {"no code", "it answered with an error ()", 0},
    {"", "it answered with an error ()", 0},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF x", "it answered with an error ()", 0},
    {"S3CR3T x", "it answered with an error ()", 0},
};
/* clang-format on */

static void says_what_an_error_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); ++i) {
        cog_fault_t fault;

        assert_result(cases[i].line, cog_redis_refusal(cases[i].line, &fault),
                      COG_E_STORE);
        assert_string_equal(fault.cause, cases[i].cause);
        assert_int_equal(fault.is_of_command, cases[i].is_of_command);
        assert_false(fault.is_gone);
        assert_non_null(fault.remedy);
    }
}

static void repeats_nothing_that_the_server_repeats(void **state)
{
    cog_fault_t fault;

    (void)state;
    cog_redis_refusal("ERR unknown command `AUTH`, with args beginning with: `s3cr3t`",
                      &fault);
    assert_string_equal(fault.cause, "it does not know a command (ERR)");
    cog_redis_refusal("ERR what is `s3cr3t`?\x1b[2J", &fault);
    assert_string_equal(fault.cause, "it answered with an error (ERR)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_an_error_means),
        cmocka_unit_test(repeats_nothing_that_the_server_repeats),
    };

    return cmocka_run_group_tests_name("net/redis_refusal", tests, NULL, NULL);
}
