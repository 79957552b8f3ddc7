"""What does not depend on how busy the machine is: instructions, calls, system calls."""
import collections
import os
import re
import signal
import subprocess

import callgrind
from harness.waiting import wait_for

# callgrind writes at the end, when httpd has given up root's rights
AS_NOBODY = ["setpriv", "--reuid", "www-data", "--regid", "www-data", "--clear-groups"]

# What a request shall not do: name -> functions. httpd's own threads take a lock or two when
# they hand a connection on, more or fewer as it comes.
WATCHED = {
    "malloc": r"malloc|calloc|realloc|memalign|posix_memalign|aligned_alloc",
    "lock": r"(__)?pthread_(mutex|rwlock)_(lock|rdlock|wrlock|trylock)",
    "random": r"getrandom|getentropy|RAND_bytes(_ex)?|RAND_priv_bytes(_ex)?",
    "JSON": r"json_(load|dump)\w+",
}


def profile_of(contender, requests):
    """One request: the difference between N of them and 2 N, in one single-process httpd."""
    start_under_valgrind(contender.server)
    contender.enter()  # a session in shared memory ended with the server that had it
    client = contender.client()
    try:
        counts = []
        for number in (10, requests, 2 * requests):  # the first ones warm up
            contender.ask(client, number)
            counts.append(dump(contender.server, len(counts) + 1))
    finally:
        contender.server.process.kill()
        contender.server.process.wait()
    return counts[1].per_request(counts[2], requests)


def start_under_valgrind(server):
    server.kill()
    wait_for(lambda: not is_listening(server), "the end of httpd before", seconds=20)
    subprocess.run(["chown", "-R", "www-data", server.root], check=True)
    os.remove(server.path("pid"))  # a new one says that httpd is up
    server.process = subprocess.Popen(
        [*AS_NOBODY, "valgrind", *callgrind.OPTIONS,
         f"--callgrind-out-file={server.path('callgrind')}", *server.command("-X")[3:]],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(server.is_up, "httpd under valgrind", seconds=60)


def dump(server, number):
    """What was counted since the last dump."""
    subprocess.run([*AS_NOBODY, "callgrind_control", "--dump", str(server.process.pid)],
                   check=True, timeout=60, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return callgrind.read(f"{server.path('callgrind')}.{number}")


def is_listening(server):
    with open("/proc/net/tcp", encoding="ascii") as table:
        local = f"0100007F:{int(server.port):04X}"
        return any(row.split()[1] == local and row.split()[3] == "0A"
                   for row in table.readlines()[1:])


def watched(profile):
    return {name: profile.calls_of(pattern) for name, pattern in WATCHED.items()}


def system_calls(contender, requests):
    """{name: calls a request} on one connection. Threads that wait for each other and looks
    whether there is more to read are not counted: they are up to the machine."""
    out = contender.server.path("strace")
    child, = contender.server.children()
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-p", str(child), "-o", out],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = contender.client()
    wait_for(lambda: is_traced(child), "strace", seconds=20)
    contender.ask(client, 1)
    before = count_calls(out)
    contender.ask(client, requests)
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    return {name: count / requests
            for name, count in (count_calls(out) - before).items()
            if round(count / requests) and name not in ("futex", "epoll_wait", "epoll_ctl")}


def traced_calls(server, work, name):
    """How often the server makes this system call while `work` is done."""
    out = server.path("strace")
    child, = server.children()
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-e", f"trace={name}", "-p", str(child),
                               "-o", out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: is_traced(child), "strace", seconds=20)
    work()
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    return count_calls(out)[name]


def cpu_time(server):
    """Seconds that the process which serves has used."""
    child, = server.children()
    with open(f"/proc/{child}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_traced(pid):
    """All threads of a process?"""
    def tracer_of(thread):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii") as file:
            return int(re.search(r"TracerPid:\s+(\d+)", file.read())[1])
    return all(tracer_of(thread) for thread in os.listdir(f"/proc/{pid}/task"))


def count_calls(path):
    with open(path, encoding="ascii", errors="replace") as lines:
        return collections.Counter(re.findall(r"^\d+ +(\w+)\((?!.*EAGAIN)", lines.read(), re.M))
