"""Waiting is polling with a deadline."""
import os
import time

# sanitizers and valgrind make httpd slow: TEST_PATIENCE=10 multiplies every deadline
IS_SLOW = bool(os.environ.get("HTTPD_PRELOAD") or os.environ.get("HTTPD_WRAPPER"))
PATIENCE = float(os.environ.get("TEST_PATIENCE", "5" if IS_SLOW else "1"))


def wait_for(condition, what, seconds=5.0, step=0.01):
    """The first true value of condition(); a test failure that says `what` after `seconds`."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds * PATIENCE:.0f} s in vain for {what}")
        time.sleep(step)
