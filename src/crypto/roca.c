#include "crypto/roca.h"

static const unsigned primes[] = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,
                                  37,  41,  43,  47,  53,  59,  61,  67,  71,  73,
                                  79,  83,  89,  97,  101, 103, 107, 109, 113, 127,
                                  131, 137, 139, 149, 151, 157, 163, 167};

static unsigned remainder_of(cog_span_t number, unsigned prime)
{
    unsigned rest = 0;

    for (size_t i = 0; i < number.len; ++i) {
        rest = (rest * 256 + number.bytes[i]) % prime;
    }
    return rest;
}

static int is_power(unsigned rest, unsigned prime)
{
    unsigned power = 1;

    do {
        if (power == rest) {
            return 1;
        }
        power = power * (65537 % prime) % prime;
    } while (power != 1);
    return 0;
}

int cog_roca_is_likely(cog_span_t modulus)
{
    for (size_t i = 0; i < sizeof(primes) / sizeof(*primes); ++i) {
        if (!is_power(remainder_of(modulus, primes[i]), primes[i])) {
            return 0;
        }
    }
    return 1;
}
