/* The last problems that an admin should know of, in shared memory. What comes again
 * takes no new place: it is counted, so that a flood of one kind hides no other. */
#ifndef COG_NET_PROBLEM_LIST_H
#define COG_NET_PROBLEM_LIST_H

#include "flow/ports.h"
#include "net/shm/shared_lock.h"

#define COG_PROBLEM_COUNT 20

/* One kind of problem. Texts that are longer are cut off. */
typedef struct {
    cog_err_t err;
    int is_error;
    unsigned count; /* how often since `first`; 0: a free place */
    apr_time_t first;
    apr_time_t last;
    char incident[24]; /* of the last time, as are the others */
    char site[128];
    char remedy[320];
} cog_problem_entry_t;

/* All zeros are an empty list without its lock. */
typedef struct {
    cog_shared_lock_t lock;
    cog_problem_entry_t entries[COG_PROBLEM_COUNT];
} cog_problem_list_t;

/* Once, before anybody else sees it. COG_E_INTERNAL when the system has no such locks. */
cog_err_t cog_problem_list_make(cog_problem_list_t *list);

/* Note one; in place of the one that is over for the longest time, when all are taken.
 * A list that is in use for too long does without it. */
void cog_problem_list_add(cog_problem_list_t *list, const cog_problem_t *problem);

/* Copy them out, the last one first; returns how many. */
int cog_problem_list_read(cog_problem_list_t *list,
                          cog_problem_entry_t entries[COG_PROBLEM_COUNT]);

#endif
