#include "test/unit/children.h"

#include "test/unit/unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void work_and_stand_still(child_work_t work, void *context, int end)
{
    int result = work(context);

    if (write(end, &result, sizeof(result)) != sizeof(result)) {
        kill(getpid(), SIGKILL);
    }
    for (;;) {
        pause();
    }
}

static pid_t start(child_work_t work, void *context, int *result)
{
    int ends[2];
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        work_and_stand_still(work, context, ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], result, sizeof(*result)), sizeof(*result));
    close(ends[0]);
    return child;
}

int child_result(child_work_t work, void *context)
{
    int result;

    child_kill(start(work, context, &result));
    return result;
}

pid_t child_hold(child_work_t work, void *context)
{
    int result;
    pid_t child = start(work, context, &result);

    assert_int_equal(result, 0);
    return child;
}

void child_kill(pid_t child)
{
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}
