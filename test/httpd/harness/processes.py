"""What /proc tells of processes."""
import os
import signal
import time

from .waiting import wait_for

TICK = 1 / os.sysconf("SC_CLK_TCK")


def listening_socket(port):
    """What /proc/PID/fd shows of the socket that listens on the port."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    inode = next(row[9] for row in rows
                 if row[3] == "0A" and int(row[1].partition(":")[2], 16) == int(port))
    return f"socket:[{inode}]"


def started(pid):
    """When a process began, in seconds since 1970, to one clock tick; now if it has ended."""
    ticks = int(fields_of(pid)[19])
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted + ticks * TICK if ticks else time.time()


def holds(pid, link):
    try:
        folder = f"/proc/{pid}/fd"
        return any(os.readlink(os.path.join(folder, fd)) == link for fd in os.listdir(folder))
    except OSError:  # it has ended, or closed one meanwhile
        return os.path.exists(f"/proc/{pid}")


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parent_of(pid):
    """0 if it has ended."""
    return int(fields_of(pid)[1])


def threads(pid):
    return int(fields_of(pid)[17])


def is_asleep(pid):
    """Does it wait for something, or has it ended?"""
    return fields_of(pid)[0] in "SZX"


def freeze(process):
    """SIGSTOP, and when this returns no thread of it runs any more."""
    process.send_signal(signal.SIGSTOP)
    tasks = f"/proc/{process.pid}/task"
    wait_for(lambda: all(fields_of(f"{process.pid}/task/{task}")[0] == "T"
                         for task in os.listdir(tasks)), "a process to stand still")


class Peer:
    """A server beside httpd, which fails when a test wants it to. `process`: None before it
    starts."""

    process = None

    def freeze(self):
        """It takes connections, but does not answer."""
        freeze(self.process)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """It dies at once, as in a crash."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def fields_of(pid):
    """/proc/PID/stat from the state on."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return ["X", *["0"] * 40]
