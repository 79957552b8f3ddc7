"""Whom the doctor asks, and how: certificates, proxies, endpoints, stores."""
import subprocess

import pytest

from harness import pool as pools
from harness.doctor import check_remedy, consult

__all__ = ["consult"]


class TestTls:
    """An emulator with a CA that nobody knows."""

    @pytest.fixture(scope="class")
    def running(self):
        running, found = pools.start(tls=True)
        yield running, found["eu-west-1_AppPool01"]
        running.stop()

    def test_a_certificate_that_is_not_trusted_gets_no_secret(self, consult, running):
        answer = consult(issuer=running[1].issuer)
        answer.expect("reach", "failed", "(?i)certificate.*; asked directly, trusting the system")
        assert answer.of("secret")[0]["result"] == "skipped"
        assert running[1].requests("token") == []

    def test_nor_does_a_token_endpoint_that_is_not(self, consult, running, pool):
        answer = consult(host=[f"CognitoEndpoint token {running[1].domain}/oauth2/token"])
        answer.expect("reach", "ok")
        answer.expect("secret", "failed", "COG2102: POST .*/oauth2/token got no answer: ")
        assert running[1].requests("token") == pool.requests("token") == []

    def test_its_ca_can_be_named(self, consult, running):
        answer = consult(f"CognitoCAFile {running[0].ca_file}", issuer=running[1].issuer)
        answer.expect("reach", "ok", "directly, trusting /")
        assert answer.code == 0, answer.text

    def test_a_proxy_that_is_away(self, consult):
        answer = consult("CognitoProxy http://127.0.0.1:1", issuer="https://issuer.example.test/p")
        answer.expect("reach", "failed", "asked by the proxy http://127.0.0.1:1, trusting")


class TestEndpointsThatAreConfigured:
    """docs/recipes/appsmith.md: the issuer names the tokens, and is asked for nothing."""

    AWAY = "https://issuer.example.test/eu-west-1_AppPool01"

    def lines(self, pool, *without):
        paths = {"authorize": "oauth2/authorize", "token": "oauth2/token", "logout": "logout"}
        found = {kind: f"{pool.domain}/{path}" for kind, path in paths.items()}
        return [f"CognitoEndpoint {kind} {url}" for kind, url in {**found, "jwks": pool.jwks}.items()
                if kind not in without]

    def test_leave_out_what_httpd_does_not_ask(self, consult, pool):
        pool.clear_requests()
        answer = consult(host=self.lines(pool), issuer=self.AWAY)
        answer.expect("issuer", "skipped", f"all endpoints are configured; tokens must name {self.AWAY}")
        assert answer.code == 0, answer.text
        assert answer.report["counts"]["skipped"] == 1 and pool.requests("discovery") == []

    def test_the_issuer_is_compared_where_it_is_asked_for_keys(self, consult, pool):
        answer = consult(host=self.lines(pool, "jwks"))
        answer.expect("issuer", "ok")
        assert answer.code == 0, answer.text


class TestARealStore:
    def test_answers(self, consult, start_redis):
        redis = start_redis()
        answer = consult(host=[f"CognitoStore redis://127.0.0.1:{redis.port}"])
        answer.expect("store", "ok", "answers")
        assert answer.code == 0

    def test_wants_a_password(self, consult, start_redis):
        redis = start_redis(password="something-else")
        url = f"redis://:exec:/bin/echo something-else@127.0.0.1:{redis.port}"
        wrong = consult(host=[f"CognitoStore redis://127.0.0.1:{redis.port}"])
        found = wrong.expect("store", "failed", "COG2200")
        check_remedy(found, f"CognitoStore redis://:file:/etc/cognito/redis@127.0.0.1:{redis.port}\n")
        right = consult(host=[f'CognitoStore "{url}"'])
        right.expect("store", "ok", r"redis://:exec:/bin/echo \.\.\.@127\.0\.0\.1:\d+/0 answers")
        assert "something-else" not in right.text + right.errors
        assert "something-else" not in "".join(consult.servers[-1].ask("DUMP_COGNITO")[1:])

    def test_wants_another_password(self, consult, start_redis):
        redis = start_redis(password="something-else")
        answer = consult(host=[f"CognitoStore redis://:file:{{root}}/one@127.0.0.1:{redis.port}"])
        finding = answer.expect("store", "failed", "it refuses user or password")
        path = consult.servers[-1].path("one")
        check_remedy(finding, f"that one belongs into {path}")
        command = finding["remedy"]["httpd"].splitlines()[0]
        said = subprocess.run(command, shell=True, input="something-else\n", capture_output=True,
                              text=True, check=True, timeout=60)
        assert "PONG" in said.stdout

    def test_wants_a_ca(self, consult, start_redis):
        redis = start_redis(has_tls=True)
        url = f"rediss://127.0.0.1:{redis.port}"
        answer = consult(host=[f"CognitoStore {url}"])
        finding = answer.expect("store", "failed", "(?i)COG2200: .*certificate")
        command = finding["remedy"]["httpd"].splitlines()[0]
        said = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, timeout=60)
        assert said.stdout.startswith("issuer=") and "Subject Alternative Name" in said.stdout
        consult(host=[f"CognitoStore {url} ca={redis.ca_file}"]).expect(
            "store", "ok", "answers over TLS")

    def test_may_be_memcached(self, consult, start_memcached):
        memcached = start_memcached()
        consult(host=[f"CognitoStore memcache:127.0.0.1:{memcached.port}"]).expect(
            "store", "ok", "answers")
        both = consult(host=[f"CognitoStore memcache:127.0.0.1:{memcached.port},127.0.0.1:1"])
        assert [f["result"] for f in both.of("store")] == ["ok", "failed"]
        both.expect("store", "failed", "COG2200: memcached at 127.0.0.1:1: ")
