/* Where the entry of a key is: in which part of a store, on which server. */
#ifndef COG_NET_KEY_HASH_H
#define COG_NET_KEY_HASH_H

#include <stdint.h>

/* FNV-1a, all of whose bits are mixed in the end: the same in every process and on every
 * host. It is not made for keys that an attacker chooses: nobody but us does. */
static inline uint64_t cog_key_hash(const char *key)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *key; ++key) {
        hash = (hash ^ (unsigned char)*key) * 0x100000001b3;
    }
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
    hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
    return hash ^ hash >> 33;
}

#endif
