"""What the doctor sees of files and folders, and that it changes none."""
import os
import stat
import subprocess

import pytest

from harness.conf import Conf
from harness.doctor import PATIENT, PROTECTED, Answer, check_remedy, consult
from harness.pool import ROTATED, SECRET
from harness.server import Server
from harness.site import site_lines

__all__ = ["consult"]


def loosen(name, mode):
    return lambda server: os.chmod(server.path(name), mode)


def write(name, text):
    def do(server):
        with open(server.path(name), "w", encoding="ascii") as file:
            file.write(text)
    return do


class TestSecrets:
    @pytest.mark.parametrize("before, text", [
        (loosen("keys", 0o620), "keys may be written by its group"),
        (loosen("keys", 0o640), "keys may be read by a group that is not httpd's"),
        (loosen("one", 0o660), "one may be written by its group"),
        (loosen("", 0o777), "keys lies in a folder that everybody may write to"),
        (write("keys", "0123456789abcdef" * 4), "keys is easy to guess"),
        (write("keys", "a" * 64), "keys is easy to guess"),
    ], ids=["written by a group", "read by a group", "a client's", "the folder", "repeated",
            "one letter"])
    def test_are_seen_where_they_are_kept_badly(self, consult, before, text):
        answer = consult(before=before)
        finding = answer.expect("secrets", "failed", text)
        assert answer.code == 1
        if os.getuid() == 0:  # who else may give a file to root?
            subprocess.run(["sh", "-ec", finding["remedy"]["httpd"]], check=True)
            assert Answer(consult.servers[0]).code == 0, "the remedy is none"

    @pytest.mark.parametrize("text", ['"abc"\n', "\ufeffabc\n", "abc \n", "abc\n\n"],
                             ids=["quotes", "byte order mark", "blank", "two line ends"])
    def test_of_clients_are_seen_to_have_what_came_with_their_file(self, consult, text):
        def spoil(server):
            with open(server.path("one"), "w", encoding="utf-8") as file:
                file.write(text)

        consult(before=spoil).expect("secret", "failed", "invalid_client.: it has other characters than")

    def test_are_seen_where_browsers_may_fetch_them(self, consult):
        def move(server):
            os.rename(server.path("one"), server.path("htdocs/one"))

        answer = consult(proof=["CognitoClientSecret file:{root}/htdocs/one"], before=move)
        answer.expect("secrets", "failed", "one lies in DocumentRoot")

    @pytest.mark.skipif(os.getuid() != 0, reason="gives a file to another group")
    def test_may_be_read_by_the_group_of_httpd(self, consult):
        def hand_over(server):
            import grp
            os.chown(server.path("one"), 0, grp.getgrnam("www-data").gr_gid)
            os.chmod(server.path("one"), stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)

        assert consult(before=hand_over).code == 0

    def test_are_never_shown(self, consult):
        for how in ({}, {"proof": ["CognitoClientSecret file:{root}/old"]},
                    {"proof": ['CognitoClientSecret "exec:/bin/cat {root}/one"']}):
            answer = consult(**how)
            said = answer.text + answer.errors + "".join(consult.servers[-1].ask("CHECK_COGNITO")[1:])
            with open(consult.servers[-1].path("keys"), encoding="ascii") as file:
                assert file.read().strip() not in said
            assert not any(secret in said for secret in (SECRET, *ROTATED))


class TestFolders:
    """For somebody who may not write to them."""

    def test_are_seen_where_they_cannot_be_written_to(self, pool):
        server = Server(Conf().add(*site_lines(pool), *PATIENT, *PROTECTED,
                                  "CognitoStore dbm:{root}/store"))
        as_nobody = ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups"]
        os.chmod(server.root, 0o555)
        try:
            answer = Answer(server, as_nobody if os.getuid() == 0 else ())
            finding = answer.expect("state", "failed", "Permission denied")
            check_remedy(finding, f"install -d -m 700 {server.root}/")
            answer.expect("store", "failed", "folder cannot be written to")
            assert answer.code == 1
        finally:
            os.chmod(server.root, 0o755)
            server.remove()


class TestARunningServer:
    def test_is_not_disturbed(self, start, pool):
        """By root, in the place where the server has its own key."""
        server = start(Conf().add(*site_lines(pool), *PATIENT, *PROTECTED))
        kept = {name: os.stat(server.path(name)) for name in ("auth_cognito.key", "pid")}
        code, text, errors = server.ask("CHECK_COGNITO")
        assert code == 0, text + errors
        assert {name: os.stat(server.path(name)).st_mtime_ns for name in kept} == \
               {name: stat.st_mtime_ns for name, stat in kept.items()}
        assert server.is_up()
