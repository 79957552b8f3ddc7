"""Files that the server reads or keeps: secrets, its own key, lists of what has
ended, documents of user pools."""
import os
import re
import stat
import subprocess

import pytest

from harness.server import StartFailed
from harness.waiting import PATIENCE
from harness.written import COMPLETE, KEY, made, said, secret_file

__all__ = ["made"]


def test_a_relative_path_begins_at_the_server_root(made):
    server = made(*COMPLETE, "CognitoSecret file:conf/key", "CognitoClientSecret file:conf/client")
    os.mkdir(server.path("conf"))
    secret_file(server, "conf/key", KEY)
    secret_file(server, "conf/client", "client-secret\n")
    assert said(server) == "Syntax OK\n"


@pytest.mark.parametrize("mode, text, problem", [
    (0o644, KEY, "may be read or written by everybody: chmod 600"),
    (0o600, "", "is empty"),
    (0o600, "\n", "is empty"),
    (0o600, "a\0b", "holds a NUL byte"),
    (0o600, "x" * 65540, "is larger than 64 kB")],
    ids=["readable", "empty", "empty-line", "nul", "large"])
def test_a_file_that_is_no_good_for_a_secret_is_refused(made, mode, text, problem):
    server = made(*COMPLETE, "CognitoSecret file:key")
    secret_file(server, "key", text, mode)
    assert f"CognitoSecret: 'file:ROOT/key' {problem}" in said(server)


@pytest.mark.parametrize("text, problem", [
    ("x" * 40, "each source has to hold another private key on the curve P-256 in PEM form"),
    ("", "'file:ROOT/signing' is empty")])
def test_a_key_that_signs_is_one_on_its_curve(made, text, problem):
    server = made(*COMPLETE, "CognitoAssertionKey file:signing")
    secret_file(server, "signing", text)
    assert f"CognitoAssertionKey: {problem}" in said(server)


def test_a_secret_has_32_bytes_at_least(made):
    server = made(*COMPLETE, "CognitoSecret file:key")
    secret_file(server, "key", "x" * 31 + "\n")
    assert "is shorter than 32 bytes" in said(server)
    secret_file(server, "key", "x" * 32 + "\n")
    assert said(server) == "Syntax OK\n"


@pytest.mark.skipif("tsan" in os.environ.get("HTTPD_PRELOAD", ""),
                    reason="a shell crashes when libtsan is loaded into it")
def test_a_command_runs_at_the_start_but_not_for_the_test(made):
    server = made(*COMPLETE, "CognitoSecret 'exec:{root}/make-key argument'",
                  **{"make-key": "#!/bin/sh\necho run $1 >> $0.log\necho " + KEY})
    assert said(server) == "Syntax OK\n"
    assert not os.path.exists(server.path("make-key.log"))
    server.start()
    with open(server.path("make-key.log"), encoding="ascii") as file:
        assert file.read() == "run argument\n"


ARGUMENT = "t0psecret"


@pytest.mark.parametrize("lines, problem", [
    (["CognitoSecret exec:/bin/false"], "CognitoSecret: 'exec:/bin/false' ended with exit status 1"),
    ([f"CognitoSecret 'exec:/bin/false {ARGUMENT}'"],
     "CognitoSecret: 'exec:/bin/false ...' ended with exit status 1"),
    ([f"CognitoRevokeKey 'exec:/bin/echo {ARGUMENT}'"],
     "CognitoRevokeKey: 'exec:/bin/echo ...' is shorter than 32 bytes"),
], ids=["alone", "with an argument", "too short"])
def test_a_command_that_fails_stops_the_start_and_its_arguments_stay_unsaid(made, lines, problem):
    with pytest.raises(StartFailed) as failure:
        made(*COMPLETE, *lines).start()
    assert problem in str(failure.value)
    assert ARGUMENT not in str(failure.value)


def test_a_log_whose_program_cannot_be_started_is_named_without_its_arguments(made):
    """By us; httpd shows all that it has tried to start."""
    with pytest.raises(StartFailed, match="CognitoAuditLog: the program '/nonexistent/program ...' cannot be "
                                          "started"):
        made(*COMPLETE, f"CognitoAuditLog '|/nonexistent/program {ARGUMENT}'").start()


def test_of_a_command_that_works_the_log_tells_the_program_alone(made):
    server = made(*COMPLETE, f"CognitoProxy 'http://svc:exec:/bin/echo {ARGUMENT}@127.0.0.1:9'",
                  f"CognitoStore 'redis://:exec:/bin/echo {ARGUMENT}@127.0.0.1:9'")
    server.start()
    with open(server.path("error.log"), encoding="ascii") as file:
        log = file.read()
    assert re.search(r"COG4014.*; store redis://:exec:/bin/echo \.\.\.@127\.0\.0\.1:9/0; "
                     r"calls by proxy http://svc:exec:/bin/echo \.\.\.@127\.0\.0\.1:9,", log), log
    assert ARGUMENT not in log


OWN_KEY = "auth_cognito.key"


def read_key(server):
    with open(server.path(OWN_KEY), encoding="ascii") as file:
        return file.read()


class TestOwnKey:
    def test_it_is_made_at_the_first_start_and_kept(self, made):
        server = made(*COMPLETE)
        assert server.check()[0] == 0
        assert not os.path.exists(server.path(OWN_KEY))
        server.start()
        key = read_key(server)
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", key)
        assert stat.S_IMODE(os.stat(server.path(OWN_KEY)).st_mode) == 0o600
        server.graceful()
        assert read_key(server) == key
        server.stop()
        server.start()
        assert read_key(server) == key
        assert not [n for n in os.listdir(server.root) if n.startswith(OWN_KEY + ".")]

    def test_two_servers_make_two_keys(self, made):
        one, two = made(*COMPLETE).start(), made(*COMPLETE).start()
        assert read_key(one) != read_key(two)

    def test_it_is_not_made_where_a_secret_is_written(self, made):
        server = made(*COMPLETE, "CognitoSecret file:key")
        secret_file(server, "key", KEY)
        server.start()
        assert not os.path.exists(server.path(OWN_KEY))

    def test_it_is_not_made_where_nobody_signs_in(self, made):
        server = made().start()
        assert not os.path.exists(server.path(OWN_KEY))

    @pytest.mark.parametrize("mode, text, problem", [
        (0o600, "short\n", "is shorter than 32 bytes"), (0o600, "", "is empty"),
        (0o604, KEY, "may be read or written by everybody: chmod 600 ROOT/" + OWN_KEY)])
    def test_it_is_never_replaced(self, made, mode, text, problem):
        server = made(*COMPLETE)
        secret_file(server, OWN_KEY, text, mode)
        message = (f"the key that seals cookies, ROOT/{OWN_KEY}, {problem}; repair it, or remove "
                   "it, which ends all sessions, or write CognitoSecret")
        assert message in said(server)
        with pytest.raises(StartFailed):
            server.start()
        assert read_key(server) == text

    def test_a_folder_that_cannot_hold_it_stops_the_start(self, made):
        server = made(*COMPLETE)
        os.symlink("missing/folder", server.path(OWN_KEY))
        with pytest.raises(StartFailed, match="the key that seals cookies"):
            server.start()


def test_a_list_of_ended_sessions_that_cannot_be_used_stops_the_start_at_once(made):
    """While there is a terminal to say so, that is, not when the configuration is read again."""
    server = made("CognitoSecret file:key", *COMPLETE, key=KEY)
    os.mkdir(server.path("auth_cognito.ended"))
    with pytest.raises(StartFailed):
        server.start()
    with open(server.path("startup.txt"), encoding="utf-8") as said_on_terminal:
        assert re.search("list of sessions that have ended.*its folder must exist",
                         said_on_terminal.read())
    # nor does the test of a configuration ask for a folder that the start may make first
    assert server.check()[0] == 0


def make_pipe(path):
    os.remove(path)
    os.mkfifo(path)


# what others may have made or may change, and how it is told
FOREIGN_FILES = [(lambda path: os.chmod(path, 0o606), "may be written by others: chmod go-w"),
                 (lambda path: os.chmod(path, 0o660), "may be written by others: chmod go-w"),
                 (make_pipe, "is not a regular file")]
if os.getuid() == 0:
    FOREIGN_FILES.append((lambda path: os.chown(path, 12345, -1), "belongs to another user"))


@pytest.mark.parametrize("spoil, problem", FOREIGN_FILES)
def test_a_list_of_ended_sessions_that_others_may_change_is_refused(made, spoil, problem):
    server = made("CognitoSecret file:key", *COMPLETE, key=KEY).start()
    server.stop()
    spoil(server.path("auth_cognito.ended"))
    with pytest.raises(StartFailed, match=f"the list of sessions that have ended, .*, {problem}"):
        server.start()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_an_own_key_that_somebody_else_has_made_is_refused(made):
    server = made(*COMPLETE)
    secret_file(server, OWN_KEY, KEY)
    os.chown(server.path(OWN_KEY), 12345, -1)
    with pytest.raises(StartFailed, match="the key that seals cookies, .*, belongs to another user"):
        server.start()


@pytest.mark.parametrize("spoil, problem", FOREIGN_FILES)
def test_keys_of_user_pools_that_others_may_change_are_not_believed(made, spoil, problem):
    server = made("CognitoSecret file:key", *COMPLETE, key=KEY).start()
    server.stop()
    spoil(server.path("auth_cognito.documents"))
    server.allowed.append("COG4112")
    server.start()
    assert f"auth_cognito.documents {problem}" in server.what_it_said()


ASK = [["-t"], ["-S"], ["-M"], ["-L"], *(["-t", f"-DDUMP_{what}"] for what in (
    "RUN_CFG", "VHOSTS", "MODULES", "CONFIG", "COGNITO"))]


def files(server):
    """Which file is where; one that is written anew is another one."""
    return {os.path.join(folder, name): os.stat(os.path.join(folder, name)).st_ino
            for folder, _, names in os.walk(server.root) for name in names}


class TestWhoOnlyAsks:
    """`httpd -t` and its relatives: before the first start, and while a server runs."""

    @pytest.fixture
    def server(self, made):
        return made(*COMPLETE, "CognitoSession store", "CognitoStore dbm:{root}/store:3M",
                    "CognitoAuditLog {root}/audit.jsonl",
                    'CognitoClientSecret "exec:{root}/secret"',
                    secret="#!/bin/sh\ndate >> $(dirname $0)/calls\necho some-secret\n")

    def ask_all(self, server):
        for options in ASK:
            done = subprocess.run(server.command(*options), env=server.environment(), check=False,
                                  capture_output=True, text=True, timeout=60 * PATIENCE)
            assert done.returncode == 0, (options, done.stdout, done.stderr)

    def test_leaves_nothing_behind(self, server):
        before = files(server)
        self.ask_all(server)
        assert files(server) == before

    def test_takes_nothing_from_a_running_server(self, server):
        server.start()
        before, calls = files(server), os.path.getsize(server.path("calls"))
        self.ask_all(server)
        assert files(server).items() >= before.items()
        assert os.path.getsize(server.path("calls")) == calls
