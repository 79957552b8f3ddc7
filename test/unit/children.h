/* Processes that a test starts. They end by a signal: what a child has inherited is not
 * its own to release, and instruments that look for leaks at an exit would count it. */
#ifndef COG_TEST_CHILDREN_H
#define COG_TEST_CHILDREN_H

#include <sys/types.h>

typedef int (*child_work_t)(void *context);

/* Do the work in a child: what it returns. */
int child_result(child_work_t work, void *context);

/* A child that has done its work and stands still. */
pid_t child_hold(child_work_t work, void *context);

/* The end of one that stands still. */
void child_kill(pid_t child);

#endif
