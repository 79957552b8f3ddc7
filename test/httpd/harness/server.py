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

from .conf import MPM
from .errorlog import DEATH, ErrorLog
from .ports import Port
from .processes import (TICK, all_pids, holds, is_asleep, listening_socket, parent_of, started,
                        threads)
from .waiting import PATIENCE, wait_for

HTTPD = os.environ.get("HTTPD", "/usr/sbin/apache2")


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
        self.earlier = 0  # generations of children that were before this start
        self.write()

    def write(self, conf=None):
        """Writes the configuration, at first or anew before a restart."""
        self.conf = conf or self.conf
        for name, text in {"htdocs/index.html": "the start page\n", **self.conf.files}.items():
            write_file(self.path(name), text, name in self.conf.private)
        write_file(self.path("httpd.conf"), self.conf.render(self.root, self.port))

    def environment(self):
        return {**environment(self.root), **self.conf.environment}

    def path(self, name):
        return os.path.join(self.root, name)

    def command(self, *options):
        wrapper = shlex.split(os.environ.get("HTTPD_WRAPPER", ""))
        return ["setpriv", "--pdeathsig", "TERM", *wrapper, HTTPD, "-d", self.root, "-f", self.path("httpd.conf"), *options]

    def start(self):
        self.earlier = len(self.generations())
        with open(self.path("startup.txt"), "ab") as output:
            self.process = subprocess.Popen(
                self.command("-DFOREGROUND"), stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, env=self.environment(),
                start_new_session=True)  # prefork signals its whole process group
        try:
            wait_for(self.is_up, "httpd to listen", seconds=15)
            wait_for(lambda: len(self.generations()) > self.earlier, "httpd to be ready",
                     seconds=15)
            wait_for(self.may_run_scripts, "the daemon of mod_cgid to be ready", seconds=15)
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

    def may_run_scripts(self):
        """mod_cgid makes its socket as root and gives it to the children's user a moment later."""
        if not any("ScriptSock" in line for line in self.conf.lines) or os.getuid() != 0:
            return True
        sockets = glob.glob(self.path("cgisock*"))
        return any(os.stat(path).st_uid != 0 for path in sockets)

    def what_it_said(self):
        return read_text(self.path("startup.txt")) + read_text(self.path("error.log"))

    def check(self):
        """`httpd -t`: (exit code, what it said)."""
        done = subprocess.run(self.command("-t"), env=self.environment(), check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60 * PATIENCE)
        return done.returncode, done.stdout

    def ask(self, *defines, wrapper=()):
        """`httpd -t -D …`: (exit code, standard output, standard error)."""
        done = subprocess.run([*wrapper, *self.command("-t", *(f"-D{name}" for name in defines))],
                              env=self.environment(), check=False, capture_output=True,
                              text=True, timeout=60 * PATIENCE)
        return done.returncode, done.stdout, done.stderr

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
        """Waits until all children that httpd starts are up and wait for work. A child that
        gets SIGTERM while it still initialises exits inside its signal handler, in the middle
        of whatever it was doing (child_main() of each MPM before apr_setup_signal_thread();
        just_die()). When that was malloc(), the destructors of libraries, those of libcurl's
        first of all, find a broken heap and the child dies."""
        seen = []

        def is_settled():
            seen.append(self.has_its_children() and all(map(is_asleep, self.children())))
            return seen[-3:] == [True] * 3

        try:
            wait_for(is_settled, "children that are up", seconds=5, step=0.03)
        except AssertionError:
            pass  # who has work has come up

    def has_its_children(self):
        """At a start they are there before httpd says that it is up; at a graceful restart
        they come one by one, as the old ones go."""
        generations = self.generations()[self.earlier:]
        if len(generations) == 1:
            return True
        up = {pid for pid in self.serving() if started(pid) >= generations[-1] - 2 * TICK}
        return len(up) >= int(re.findall(r"^StartServers (\d+)$", read_text(self.path("httpd.conf")),
                                         re.MULTILINE)[-1])

    def serving(self):
        """The children that have come up; no helpers of httpd (mod_cgid's daemon)."""
        return {pid for pid in self.children() if MPM == "prefork" or threads(pid) > 2}

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
