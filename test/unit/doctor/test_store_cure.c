/* What the doctor says to do about a store. */
#include "test/unit/unit.h"

#include "doctor/store_cure.h"

static const cog_store_peer_t peer = {.host = "cache.internal",
                                      .port = 6380,
                                      .place = "cache.internal:6380",
                                      .has_tls = 1,
                                      .ca_file = "/etc/ssl/our ca.pem",
                                      .user = "cognito",
                                      .source = "file:/etc/cognito/redis",
                                      .password_file = "/etc/cognito/redis"};

#define CLI                                                                              \
    "redis-cli -h cache.internal -p 6380 --tls --cacert '/etc/ssl/our ca.pem' --user "   \
    "cognito --askpass ping\n"

/* clang-format off */
static const struct {
    const char *problem;
    const char *begin; /* of the cure */
} rows[] = {
    {"COG2200: Redis at cache.internal:6380: Connection refused; does the server run, and listen at this address and port?", "systemctl enable --now redis-server\n# on cache.internal;"},
    {"COG2200: Redis at …: the name was not resolved in time; check", "getent hosts cache.internal\n"},
    {"COG2200: Redis at …: no connection came about in time; is", CLI "# waits, too: "},
    {"COG2200: Redis at …: it refuses user or password (WRONGPASS); compare", CLI "# asks for the password, and says PONG to the right one: that one belongs into /etc/cognito/redis"},
    {"COG2200: Redis at …: it wants a password (NOAUTH); name", "CognitoStore rediss://cognito:file:/etc/cognito/redis@cache.internal:6380\n"},
    {"COG2200: Redis at …: it has no password, but CognitoStore names one (ERR); set", "CognitoStore rediss://cache.internal:6380\n"},
    {"COG2200: Redis at …: it knows no users (ERR); leave", "CognitoStore rediss://:file:/etc/cognito/redis@cache.internal:6380"},
    {"COG2200: Redis at …: its ACL forbids what is needed (NOPERM); give", "ACL SETUSER cognito +get +set +del +select ~*\n"},
    {"COG2200: Redis at …: its certificate is refused: self-signed certificate; compare", "openssl s_client -connect cache.internal:6380 -servername cache.internal </dev/null | openssl x509 "},
    {"COG2200: Redis at …: TLS failed: wrong version number; does this port speak TLS? write", "CognitoStore redis://cognito:file:/etc/cognito/redis@cache.internal:6380\n"},
    {"COG2200: Redis at …: TLS failed: no reason is known; compare", "openssl s_client -connect cache.internal:6380 -servername cache.internal </dev/null\n"},
    {"COG2200: Redis at …: it ended the connection; look into the server's log; if it wants TLS write", "CognitoStore rediss://cognito:"},
    {"COG2200: Redis at …: it has no such database (ERR); correct", "CognitoStore rediss://cognito:file:/etc/cognito/redis@cache.internal:6380"},
    {"COG2200: Redis at …: its memory is full (OOM); raise", "CONFIG SET maxmemory-policy volatile-ttl\n"},
    {"it does not answer", CLI},
};
/* clang-format on */

static void says_what_helps(void **state)
{
    for (size_t i = 0; i < COUNT(rows); ++i) {
        const char *cure = cog_store_cure(*state, &peer, rows[i].problem);

        if (strncmp(cure, rows[i].begin, strlen(rows[i].begin)) != 0) {
            fail_msg("%s: %s", rows[i].problem, cure);
        }
        assert_null(strchr(cure, '{'));
    }
}

static void names_no_password_where_there_is_none(void **state)
{
    const cog_store_peer_t open = {.host = "::1", .port = 6379, .place = "[::1]:6379"};

    assert_string_equal(cog_store_cure(*state, &open, "it does not answer"),
                        "redis-cli -h ::1 -p 6379 ping\n# what does it say?");
    assert_string_equal(
        cog_store_cure(*state, &open, "; if it wants TLS write rediss://"),
        "CognitoStore rediss://[::1]:6379\n# if it speaks TLS; else see "
        "its log");
    assert_non_null(strstr(cog_store_cure(*state, &open, "it wants a password"),
                           "CognitoStore redis://:file:/etc/cognito/redis@[::1]:6379\n"));
    assert_non_null(strstr(cog_store_cure_plain(*state, &open),
                           "CognitoStore rediss://[::1]:6379\n"));
}

static void knows_memcached(void **state)
{
    const cog_store_peer_t server = {
        .is_memcached = 1, .host = "a.test", .port = 11211, .place = "a.test:11211"};

    assert_non_null(strstr(cog_store_cure(*state, &server, "Connection refused; does"),
                           "systemctl enable --now memcached\n# on a.test;"));
    assert_non_null(strstr(cog_store_cure(*state, &server, "it has refused a command"),
                           "| nc -w 2 a.test 11211\n"));
    assert_non_null(strstr(cog_store_cure_plain(*state, &server), "rediss://"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_with_pool(says_what_helps),
        cmocka_unit_test_with_pool(names_no_password_where_there_is_none),
        cmocka_unit_test_with_pool(knows_memcached),
    };

    return cmocka_run_group_tests_name("doctor/store_cure", tests, NULL, NULL);
}
