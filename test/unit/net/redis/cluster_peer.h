/* Nodes of a cluster that send from one to another, for the scripts of a peer. */
#ifndef COG_TEST_CLUSTER_PEER_H
#define COG_TEST_CLUSTER_PEER_H

#include "test/unit/net/redis/redis_peer.h"

/* From now on this one is named by all that send elsewhere, under this host. */
void cluster_name(const char *host, const peer_t *peer);

/* Answer a command with "MOVED" or "ASK", its key's slot, and who is named. */
int cluster_say_redirect(talk_t *talk, const heard_t *heard, const char *kind);

/* Answer CLUSTER SLOTS: all are the speaker's. */
int cluster_say_map(talk_t *talk);

/* Scripts: sends all with MOVED; with ASK; has all slots, and every key as
 * redis_answer_all() says. */
void cluster_send_on(talk_t *talk);
void cluster_send_to_ask(talk_t *talk);
void cluster_answer_as_owner(talk_t *talk);

#endif
