"""Waiting is polling with a deadline."""
import os
import time

# sanitizers and valgrind make httpd slow: TEST_PATIENCE=10 multiplies every deadline
IS_SLOW = bool(os.environ.get("HTTPD_PRELOAD") or os.environ.get("HTTPD_WRAPPER"))
PATIENCE = float(os.environ.get("TEST_PATIENCE", "5" if IS_SLOW else "1"))


def timed(call):
    """(what call() gave, how many seconds it took)"""
    began = time.monotonic()
    return call(), time.monotonic() - began


def within(seconds, attempt, tries=5):
    """What attempt() gave when it was quick enough; its result is one of timed(). A machine that
    was busy elsewhere gets more tries; what takes its time by itself fails all of them."""
    taken = []
    while len(taken) < tries:
        result, lasted = attempt()
        if lasted < seconds * PATIENCE:
            return result
        taken.append(round(lasted, 2))
    raise AssertionError(f"never less than {seconds * PATIENCE}: {taken}")


def wait_for(condition, what, seconds=5.0, step=0.01):
    """The first true value of condition(); a test failure that says `what` after `seconds`. They
    do not judge how quick something is: a machine that is busy elsewhere gets three times more."""
    seconds *= 3 * PATIENCE
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(step)
