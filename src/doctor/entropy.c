#include "doctor/entropy.h"

/* The length of what is repeated over and over; all of it when nothing is. */
static size_t period_of(cog_secret_t secret)
{
    size_t period = 1;

    for (size_t i = 1; i < secret.len; ++i) {
        if (secret.bytes[i] != secret.bytes[i % period]) {
            period = i + 1;
        }
    }
    return period;
}

static size_t count_different(cog_secret_t secret)
{
    char is_there[256] = {0};
    size_t count = 0;

    for (size_t i = 0; i < secret.len; ++i) {
        char *there = &is_there[(unsigned char)secret.bytes[i]];

        count += !*there;
        *there = 1;
    }
    cog_secret_wipe(is_there, sizeof(is_there));
    return count;
}

size_t cog_entropy_bits(cog_secret_t secret)
{
    size_t different = count_different(secret);
    size_t bits = 0;

    while (different >> (bits + 1)) {
        ++bits;
    }
    return bits * (secret.len ? period_of(secret) : 0);
}
