"""The emulator as a process of its own."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from cognito_emulator import testing

EMULATOR = Path(__file__).resolve().parents[1]

CALLBACK = "http://localhost:1/callback"


def test_a_process_signs_a_user_in_over_http():
    with testing.start(testing.simple_config(callback_urls=[CALLBACK])) as emulator:
        pool = emulator.pool()
        url = pool.authorize_url(redirect_uri=CALLBACK, state="s")
        location = pool.sign_in(requests.Session(), url, "alice")
        assert location.startswith(f"{CALLBACK}?code=")
    assert emulator.process.returncode == 0


def test_a_process_signs_a_user_in_over_https():
    with testing.start(testing.simple_config(callback_urls=[CALLBACK]), tls=True) as emulator:
        pool = emulator.pool()
        browser = requests.Session()
        browser.trust_env = False
        browser.verify = emulator.ca_file
        url = pool.authorize_url(redirect_uri=CALLBACK, state="s")
        assert pool.sign_in(browser, url, "alice").startswith(f"{CALLBACK}?code=")


def shown(heading: str, language: str) -> str:
    """The first block of code below a heading of the README."""
    return re.search(rf"^```{language}\n(.*?)^```", part(heading), re.MULTILINE | re.DOTALL)[1]


def part(heading: str) -> str:
    text = (EMULATOR / "README.md").read_text(encoding="utf-8")
    return text.partition(f"{heading}\n")[2]


def moved(config: dict) -> dict:
    """On free ports, as other tests may have those that are written."""
    config["listen"] = {}
    config["pools"][0]["domain"]["port"] = 0
    return config


@pytest.fixture
def copied(tmp_path):
    """A copy of the folder, as somebody has it who has nothing else of the project."""
    shutil.copytree(EMULATOR / "cognito_emulator", tmp_path / "cognito_emulator")

    def start(command, name, text, stderr=None):
        (tmp_path / name).write_text(json.dumps(moved(json.loads(text))))
        process = subprocess.Popen([sys.executable, *shlex.split(command)[1:]], cwd=tmp_path,
                                   text=True, stdout=subprocess.PIPE, stderr=stderr,
                                   env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
        started.append(process)
        return json.loads(process.stdout.readline())

    started = []
    yield start
    for process in started:
        process.terminate()
        assert process.wait(60) == 0


@pytest.fixture
def example(copied):
    """As the README starts it, but for the ports."""

    def start(stderr=None):
        command = shown("# A local Cognito user pool", "sh")
        name = "cognito_emulator/example.json"
        return copied(command, name, (EMULATOR / name).read_text(), stderr)

    return start


@pytest.fixture
def terminal():
    """(our end, that of a program); ours is open for as long as the program runs."""
    ends = os.openpty()
    yield ends
    for end in ends:
        os.close(end)


def test_a_person_at_a_terminal_is_told_where_to_sign_in_and_as_whom(terminal, example):
    ours, theirs = terminal
    ready = example(stderr=theirs)
    said = ""
    while "Ctrl-C" not in said:
        said += os.read(ours, 65536).decode()
    assert "alice / Wonderland-1, bob / Builder-22" in said and ready["control"] in said
    url = re.search(r"Example single-page application *(http\S+)", said)[1]
    location = testing.Running(ready).pool().sign_in(requests.Session(), url, "alice")
    assert location.startswith("http://localhost:3000/?code=")


def test_the_first_sign_in_of_the_readme_works_in_a_copy_of_the_folder(example):
    ready = example()
    domain = ready["pools"]["eu-west-1_Emulator1"]["domain"]
    url = shown("## A first sign-in", "").strip().replace("http://127.0.0.1:9800", domain)
    pool = testing.Running(ready).pool()
    location = pool.sign_in(requests.Session(), url, "alice", "Wonderland-1")
    assert location.startswith("http://localhost:3000/?code=")
    text = (EMULATOR / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^curl -d grant_type.*?token$", text, re.MULTILINE | re.DOTALL)[0]
    command = command.replace("http://127.0.0.1:9800", domain)
    code = location.partition("code=")[2]
    answer = subprocess.run(["sh", "-c", command.replace("curl", "curl -s --noproxy '*'", 1)],
                            env={**os.environ, "CODE": code}, capture_output=True, text=True)
    assert set(json.loads(answer.stdout)) >= {"id_token", "access_token", "refresh_token"}


def test_the_smallest_pool_of_the_readme_works(copied):
    command = re.search("`(python3 .*?)`", part("## With your application"))[1]
    ready = copied(command, "pool.json", shown("## With your application", "json"))
    pool = testing.Running(ready).pool()
    url = pool.authorize_url(redirect_uri="http://localhost:3000/callback",
                             client_id="my0client0id")
    location = pool.sign_in(requests.Session(), url, "ann", "Password-1")
    assert location.startswith("http://localhost:3000/callback?code=")


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        path = tmp_path / "pool.json"
        path.write_text(json.dumps({"listen": {"issuer": port},
                                    "pools": [{"id": "eu-west-1_MyPool001"}]}))
        run = subprocess.run([sys.executable, "-m", "cognito_emulator", str(path)], cwd=EMULATOR,
                             capture_output=True, text=True)
    assert run.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in run.stderr


def test_a_file_that_is_missing_is_named():
    run = subprocess.run([sys.executable, "-m", "cognito_emulator", "nowhere.json"], cwd=EMULATOR,
                         capture_output=True, text=True)
    assert run.returncode == 2 and run.stderr == (
        "cognito_emulator: nowhere.json: No such file or directory\n")
