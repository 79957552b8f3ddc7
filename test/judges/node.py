"""A program of Node.js that answers line by line: JSON in, JSON out."""

import json
import subprocess
from pathlib import Path

from tools import need

HERE = Path(__file__).resolve().parent


class Node:
    """`script` stands beside this file, its packages are in `folder`."""

    def __init__(self, folder: Path, script: str) -> None:
        self._process = subprocess.Popen(
            [need("node", "nodejs"), str(HERE / script)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(self) -> dict:
        line = self._process.stdout.readline()
        assert line, "the judge died"
        return json.loads(line)

    def ask(self, **question) -> dict:
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self.read()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
