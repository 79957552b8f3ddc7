/* The other side of Redis' protocol, for the scripts of a peer. */
#ifndef COG_TEST_REDIS_PEER_H
#define COG_TEST_REDIS_PEER_H

#include "test/unit/net/peer.h"

#define MAX_WORDS 8

/* One command, as it came. */
typedef struct {
    char bytes[70000];
    size_t len;
    int count;
    const char *words[MAX_WORDS]; /* each ends in NUL */
    size_t lens[MAX_WORDS];
} heard_t;

/* Read a command and keep its words, joined by blanks, as the peer's request. FALSE when
 * there is none more. */
int talk_hear(talk_t *talk, heard_t *heard);

/* Is it the command `verb`? */
int heard_is(const heard_t *heard, const char *verb);

/* Answer with a bulk string. */
int talk_value(talk_t *talk, const char *bytes, size_t len);

/* A script: a server on which every key has the value "value of KEY", nothing is ever
 * there already, and every password is right. */
void redis_answer_all(talk_t *talk);

/* Answer one command as redis_answer_all() does. */
int redis_answer(talk_t *talk, const heard_t *heard);

#endif
