/* Does this host hear of what ends on the others? While it does not, cookies of sessions
 * that have ended there are good here: its administrator has to know. */
#ifndef COG_FLOW_HEARING_H
#define COG_FLOW_HEARING_H

#include "flow/flow.h"

/* In seconds since 1970. Zeros: it has not tried yet. */
typedef struct {
    int64_t heard;  /* when it last heard, or first tried */
    int64_t warned; /* when the log said that it does not; 0: it need not */
} cog_hearing_t;

/* After each try, about once a second. Some seconds without an answer are nothing; then
 * there is a warning every five minutes, and a line when it hears again. */
void cog_hearing_note(const cog_flow_t *flow, cog_hearing_t *hearing, int has_heard);

#endif
