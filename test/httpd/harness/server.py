"""A private httpd: its own folder, its own port, stopped by its own pid."""
import datetime
import glob
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .errorlog import DEATH, ErrorLog
from .ports import Port
from .waiting import PATIENCE, wait_for

HTTPD = os.environ.get("HTTPD", "/usr/sbin/apache2")
TICK = 1 / os.sysconf("SC_CLK_TCK")


class StartFailed(Exception):
    """httpd did not come up; str() is what it said."""


class Server:
    """Reached at 127.0.0.1:port. `allowed`: patterns of what its start and stop may log."""

    def __init__(self, conf, port=None, allowed=()):
        self.conf = conf
        self.allowed = list(allowed)
        self.port = port or Port()
        self.root = make_root()
        self.log = ErrorLog(os.path.join(self.root, "error.log"))
        self.process = None
        self.write()

    def write(self, conf=None):
        """Writes the configuration, at first or anew before a restart."""
        self.conf = conf or self.conf
        for name, text in {"htdocs/index.html": "the start page\n", **self.conf.files}.items():
            write_file(self.path(name), text, name in self.conf.private)
        write_file(self.path("httpd.conf"), self.conf.render(self.root, self.port))

    def path(self, name):
        return os.path.join(self.root, name)

    def command(self, *options):
        wrapper = shlex.split(os.environ.get("HTTPD_WRAPPER", ""))
        return ["setpriv", "--pdeathsig", "TERM", *wrapper, HTTPD, "-d", self.root, "-f", self.path("httpd.conf"), *options]

    def start(self):
        before = self.generations()
        with open(self.path("startup.txt"), "ab") as output:
            self.process = subprocess.Popen(
                self.command("-DFOREGROUND"), stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, env=environment(self.root),
                start_new_session=True)  # prefork signals its whole process group
        try:
            wait_for(self.is_up, "httpd to listen", seconds=15)
            wait_for(lambda: self.generations() > before, "httpd to be ready", seconds=15)
        except (StartFailed, AssertionError):
            self.kill()
            raise
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise StartFailed(self.what_it_said())
        if not os.path.exists(self.path("pid")):
            return False
        try:
            socket.create_connection(("127.0.0.1", int(self.port)), timeout=5).close()
        except OSError:
            return False
        return True

    def what_it_said(self):
        return read_text(self.path("startup.txt")) + read_text(self.path("error.log"))

    def check(self):
        """`httpd -t`: (exit code, what it said)."""
        done = subprocess.run(self.command("-t"), env=environment(self.root), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60 * PATIENCE)
        return done.returncode, done.stdout

    def graceful(self):
        """Restarts without losing a request; returns when only the new generation listens.
        Kept connections may still be served by the old one."""
        before = len(self.generations())
        self.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: len(self.generations()) > before, "the graceful restart", seconds=15)
        born, listener = self.generations()[-1], listening_socket(self.port)
        old = [pid for pid in self.children() if started(pid) < born - 2 * TICK]
        wait_for(lambda: not any(holds(pid, listener) for pid in old),
                 "the old generation to stop listening", seconds=15)

    def generations(self):
        """When each generation of children was called into life, in seconds since 1970."""
        lines = re.findall(r"^\[(.*?)\].*resuming normal operations",
                           read_text(self.path("error.log")), re.MULTILINE)
        return [datetime.datetime.strptime(x, "%a %b %d %H:%M:%S.%f %Y").timestamp()
                for x in lines]

    def children(self):
        """Pids of the processes that serve requests."""
        parent = self.process.pid
        return {p for p in all_pids() if parent_of(p) == parent}

    def stop(self):
        """Ends the server and says what has gone wrong at the end: a list of problems."""
        if self.process is None:
            return []
        problems = []
        if self.process.poll() is not None:
            problems.append(f"httpd had ended by itself, exit code {self.process.returncode}")
        else:
            self.settle()
            self.process.terminate()
            try:
                code = self.process.wait(timeout=20 * PATIENCE)
                if code != 0:
                    problems.append(f"httpd's exit code is {code}")
            except subprocess.TimeoutExpired:
                problems.append("httpd did not stop")
                self.kill()
        self.process = None
        return problems

    def settle(self):
        """Waits until the children have come up. A child of httpd that gets SIGTERM while it
        still initialises runs its cleanups inside the signal handler, in the middle of
        whatever it was doing, and may corrupt its heap."""
        seen = []

        def is_quiet():
            seen.append({pid: activity_of(pid) for pid in self.children()})
            return len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]

        try:
            wait_for(is_quiet, "children that are up", seconds=5, step=0.03)
        except AssertionError:
            pass  # they are busy, so they are up

    def kill(self):
        if self.process and self.process.poll() is None:
            for pid in self.children() | {self.process.pid}:
                os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def reports(self):
        """What the sanitizers wrote, and what came where httpd had no log yet."""
        found = [f"{os.path.basename(p)}:\n{read_text(p)}"
                 for p in sorted(glob.glob(self.path("san/*")))]
        found += [line for line in read_text(self.path("startup.txt")).splitlines()
                  if DEATH.search(line)]
        return found

    def logged(self):
        """Everything that the server ever wrote to a log."""
        return {name: read_text(self.path(name))
                for name in ("error.log", "access.log", "startup.txt")}

    def remove(self):
        self.port.close()
        shutil.rmtree(self.root, ignore_errors=True)


def make_root():
    """Below the temporary folder, where httpd's children may read (they run as www-data)."""
    root = tempfile.mkdtemp(prefix="httpd-test-")
    os.chmod(root, 0o755)
    os.mkdir(os.path.join(root, "san"))
    os.chmod(os.path.join(root, "san"), 0o777)
    return root


def environment(root):
    """Nothing of the developer's environment but what the sanitizer runs ask for."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    if os.environ.get("HTTPD_PRELOAD"):
        env["LD_PRELOAD"] = os.environ["HTTPD_PRELOAD"]
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
        if os.environ.get(name):
            env[name] = f"{os.environ[name]}:log_path={root}/san/{name[:4].lower()}"
    for name in ("GCOV_PREFIX", "GCOV_PREFIX_STRIP", "LD_LIBRARY_PATH"):
        if os.environ.get(name):
            env[name] = os.environ[name]
    return env


def write_file(path, text, is_private=False):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    mode = "wb" if isinstance(text, bytes) else "w"
    with open(path, mode) as file:
        file.write(text)
    is_script = text[:2] in ("#!", b"#!")
    os.chmod(path, 0o600 if is_private else 0o755 if is_script else 0o644)


def read_text(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        return file.read()


def listening_socket(port):
    """What /proc/PID/fd shows of the socket that listens on the port."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    inode = next(row[9] for row in rows
                 if row[3] == "0A" and int(row[1].partition(":")[2], 16) == int(port))
    return f"socket:[{inode}]"


def started(pid):
    """When a process began, in seconds since 1970, to one clock tick; now if it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
    except OSError:
        return time.time()
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks * TICK


def holds(pid, link):
    try:
        folder = f"/proc/{pid}/fd"
        return any(os.readlink(os.path.join(folder, fd)) == link for fd in os.listdir(folder))
    except OSError:  # it has ended, or closed one meanwhile
        return os.path.exists(f"/proc/{pid}")


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def activity_of(pid):
    """Processor time and number of threads."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return fields[11], fields[12], fields[17]
    except (OSError, IndexError):
        return None


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0
