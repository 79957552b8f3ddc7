#include "test/unit/net/redis/cluster_peer.h"

#include <apr_strings.h>
#include <stdatomic.h>

#include "net/redis/slot.h"

static atomic_int named_port; /* of the node that others name */
static const char *_Atomic named_host;

int cluster_say_redirect(talk_t *talk, const heard_t *heard, const char *kind)
{
    char line[320];

    apr_snprintf(line, sizeof(line), "-%s %d %s:%d\r\n", kind,
                 cog_slot_of(heard->words[1]), named_host, atomic_load(&named_port));
    return talk_say(talk, line);
}

int cluster_say_map(talk_t *talk)
{
    char text[120];

    apr_snprintf(text, sizeof(text),
                 "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$0\r\n\r\n:%d\r\n",
                 peer_port(talk->peer));
    return talk_say(talk, text);
}

void cluster_send_on(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "AUTH") ? talk_say(talk, "+OK\r\n")
                                     : cluster_say_redirect(talk, &heard, "MOVED"))) {
    }
}

void cluster_send_to_ask(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) && cluster_say_redirect(talk, &heard, "ASK")) {
    }
}

void cluster_answer_as_owner(talk_t *talk)
{
    heard_t heard;

    while (talk_hear(talk, &heard) &&
           (heard_is(&heard, "CLUSTER") ? cluster_say_map(talk)
                                        : redis_answer(talk, &heard))) {
    }
}

void cluster_name(const char *host, const peer_t *peer)
{
    named_host = host;
    atomic_store(&named_port, peer_port(peer));
}
