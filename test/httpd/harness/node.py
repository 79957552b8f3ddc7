"""Programs of test/httpd/backends, which do with other people's packages what a product does
with them. The packages are those of test/judges."""
import json
import os
import subprocess
import sys

from .conf import TOP

sys.path.append(os.path.join(TOP, "test", "judges"))

from tools import installed_packages, need  # noqa: E402


class Node:
    """One program. It gets its settings as JSON, and first says where it listens; it ends when
    its standard input is closed."""

    def __init__(self, name, settings):
        script = os.path.join(TOP, "test", "httpd", "backends", name)
        self.process = subprocess.Popen([need("node", "nodejs"), script, json.dumps(settings)],
                                        cwd=installed_packages(), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line, f"{name} did not start"
        self.url = f"http://127.0.0.1:{json.loads(line)['port']}"

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
