/* How hard is a secret to guess? */
#ifndef COG_DOCTOR_ENTROPY_H
#define COG_DOCTOR_ENTROPY_H

#include "base/secret.h"

/* Under that a key can be guessed by who has much time. */
#define COG_ENTROPY_MIN_BITS 96

/* A bound for the bits of entropy: no more than as many different bytes can make, and
 * none for repetitions. What is random has many; what has many may still be a sentence.
 */
size_t cog_entropy_bits(cog_secret_t secret);

#endif
