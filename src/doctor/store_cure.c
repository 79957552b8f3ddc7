#include "doctor/store_cure.h"

#include <apr_strings.h>
#include <string.h>

#include "doctor/remedy.h"

#define LOOK "{cli} ping\n"

/* clang-format off */
/* The first whose `problem` holds the text counts. Words are those of words_of(). */
static const struct {
    const char *problem;
    const char *cure;
} redis_cures[] = {
    {"Connection refused",
     "systemctl enable --now redis-server\n"
     "# on {host}; Fedora, RHEL: redis. `port` and `bind` of its redis.conf have to fit {place}"},
    {"name was not resolved",
     "getent hosts {host}\n# says nothing: correct the name in CognitoStore, or the DNS of this host"},
    {"in time",
     LOOK "# waits, too: look for a firewall or a security group in front of {place}"},
    {"refuses user or password",
     LOOK "# asks for the password, and says PONG to the right one: that one belongs into {file}"},
    {"refuses the password",
     LOOK "# asks for the password, and says PONG to the right one: that one belongs into {file}"},
    {"it wants a password",
     "CognitoStore {scheme}{user}:file:/etc/cognito/redis@{place}\n"
     "# with the password in that file: chmod 600"},
    {"it has no password",
     "CognitoStore {scheme}{place}\n# or give it one: requirepass in its redis.conf"},
    {"it knows no users",
     "CognitoStore {scheme}:{source}@{place}"},
    {"its ACL forbids",
     "ACL SETUSER {user_or_default} +get +set +del +select ~*\n# in redis-cli, as its administrator; in a cluster +asking +cluster|slots, too"},
    {"its certificate is refused",
     "openssl s_client -connect {place} -servername {host} </dev/null | "
     "openssl x509 -noout -issuer -ext subjectAltName\n"
     "# shows who has signed it, and for which names. A CA of your own: ca=PATH behind the URL in CognitoStore"},
    {"does this port speak TLS",
     "CognitoStore redis://{login}{place}\n# or let it speak TLS: tls-port in its redis.conf"},
    {"TLS failed",
     "openssl s_client -connect {place} -servername {host} </dev/null\n# shows what it speaks"},
    {"if it wants TLS",
     "CognitoStore rediss://{login}{place}\n# if it speaks TLS; else see its log"},
    {"it has no such database",
     "CognitoStore {scheme}{login}{place}"},
    {"its memory is full",
     "CONFIG SET maxmemory-policy volatile-ttl\n# in redis-cli, as its administrator; or a larger maxmemory"},
    {"", LOOK "# what does it say?"},
};

static const struct {
    const char *problem;
    const char *cure;
} memcached_cures[] = {
    {"Connection refused",
     "systemctl enable --now memcached\n# on {host}; its options -l and -p have to fit {place}"},
    {"name was not resolved",
     "getent hosts {host}\n# says nothing: correct the name in CognitoStore, or the DNS of this host"},
    {"", "printf 'version\\r\\nquit\\r\\n' | nc -w 2 {host} {port}\n# what does it say?"},
};
/* clang-format on */

static const char *template_of(const cog_store_peer_t *peer, const char *problem)
{
    size_t i = 0;

    if (peer->is_memcached) {
        while (!strstr(problem, memcached_cures[i].problem)) {
            ++i;
        }
        return memcached_cures[i].cure;
    }
    while (!strstr(problem, redis_cures[i].problem)) {
        ++i;
    }
    return redis_cures[i].cure;
}

/* As an administrator would ask it, who types the password. */
static const char *command_line(apr_pool_t *pool, const cog_store_peer_t *peer)
{
    return apr_pstrcat(pool, "redis-cli -h ", cog_remedy_quote(pool, peer->host),
                       apr_psprintf(pool, " -p %d", peer->port),
                       peer->has_tls ? " --tls" : "", peer->ca_file ? " --cacert " : "",
                       peer->ca_file ? cog_remedy_quote(pool, peer->ca_file) : "",
                       peer->user ? " --user " : "",
                       peer->user ? cog_remedy_quote(pool, peer->user) : "",
                       peer->source ? " --askpass" : "", NULL);
}

static const char *or_else(const char *text, const char *other)
{
    return text ? text : other;
}

static apr_table_t *words_of(apr_pool_t *pool, const cog_store_peer_t *peer)
{
    apr_table_t *words = apr_table_make(pool, 16);

    apr_table_set(words, "host", peer->host);
    apr_table_set(words, "port", apr_itoa(pool, peer->port));
    apr_table_set(words, "place", peer->place);
    apr_table_set(words, "scheme", peer->has_tls ? "rediss://" : "redis://");
    apr_table_set(words, "user", or_else(peer->user, ""));
    apr_table_set(words, "user_or_default", or_else(peer->user, "default"));
    apr_table_set(words, "source", or_else(peer->source, "file:PATH"));
    apr_table_set(words, "login",
                  peer->source ? apr_pstrcat(pool, or_else(peer->user, ""), ":",
                                             peer->source, "@", NULL)
                               : "");
    apr_table_set(words, "file",
                  or_else(peer->password_file, or_else(peer->source, "CognitoStore")));
    apr_table_set(words, "cli", command_line(pool, peer));
    return words;
}

const char *cog_store_cure(apr_pool_t *pool, const cog_store_peer_t *peer,
                           const char *problem)
{
    return cog_remedy_fill(pool, template_of(peer, problem), words_of(pool, peer));
}

const char *cog_store_cure_plain(apr_pool_t *pool, const cog_store_peer_t *peer)
{
    const char *line =
        "CognitoStore rediss://{login}{place}\n"
        "# when the server speaks TLS; ca=PATH behind it for a CA of your own";

    if (peer->is_memcached) {
        line = "CognitoStore rediss://HOST\n# memcached speaks no TLS here: Redis does";
    }
    return cog_remedy_fill(pool, line, words_of(pool, peer));
}
