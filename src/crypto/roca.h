/* RSA keys of chips that made their primes in a guessable way (CVE-2017-15361, "ROCA").
 */
#ifndef COG_CRYPTO_ROCA_H
#define COG_CRYPTO_ROCA_H

#include "base/span.h"

/* Does this modulus, high byte first, bear the fingerprint? Modulo each of the small
 * primes it is then a power of 65537. Another key does by chance once in 2^27. */
int cog_roca_is_likely(cog_span_t modulus);

#endif
