/* Whole numbers in decimal digits, as texts from anywhere hold them. */
#ifndef COG_BASE_NUMBER_H
#define COG_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* Read the digits that `text` begins with, up to `limit` of them, which is at most 18: no
 * number is too large then. Returns how many there are, zeros in front included. Where
 * there is none, or one too many, that is 0, and so is the number. What stands behind
 * them is for the caller to judge. */
size_t cog_number_read(const char *text, size_t limit, int64_t *number);

#endif
