/* Durations as the administrator writes them: 30s, 15m, 12h, 7d. */
#ifndef COG_BASE_DURATION_H
#define COG_BASE_DURATION_H

#include <stdint.h>

/* Parse one to seven digits and a unit, which is never left out; zero is no duration.
 * Returns NULL, or what is wrong and what would be right, as the rest of a sentence. */
const char *cog_duration_parse(const char *text, int64_t *seconds);

#endif
