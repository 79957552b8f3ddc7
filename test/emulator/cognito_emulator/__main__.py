"""python3 -m cognito_emulator [pool.json]"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from . import guide
from .config import CHOICES, ConfigError, load
from .emulator import Emulator
from .model import Tls

EXAMPLE = str(Path(__file__).with_name("example.json"))


def main() -> int:
    options = read_options()
    try:
        config = load(options.config)
    except OSError as error:
        return complain(f"{options.config}: {error.strerror}", 2)
    except ConfigError as error:
        return complain(str(error), 2)
    apply_options(config, options)
    emulator = Emulator(config)
    try:
        ready = emulator.start()
    except OSError as error:
        return complain(str(error), 1)
    print(json.dumps(ready), flush=True)
    if sys.stderr.isatty():
        print(guide.text(config.pools, ready), file=sys.stderr, flush=True)
    wait_for_signal(options.until_stdin_closes)
    emulator.stop()
    return 0


def complain(text: str, code: int) -> int:
    print(f"cognito_emulator: {text}", file=sys.stderr)
    return code


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cognito_emulator", description="A local AWS Cognito.")
    what = "JSON file with pools, clients, users; see README.md. None: an example"
    parser.add_argument("config", nargs="?", default=EXAMPLE, help=what)
    parser.add_argument("--tls", action="store_true", help="https, with a throw-away CA")
    parser.add_argument("--cert", help="PEM file with the server's certificate (implies --tls)")
    parser.add_argument("--key", help="PEM file with its private key")
    parser.add_argument("--ca", help="CA file to name in the ready line")
    kinds = CHOICES["certificate"]
    parser.add_argument("--certificate", choices=kinds, help="a bad one, for tests")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when the parent goes away"
    )
    return parser.parse_args()


def apply_options(config, options) -> None:
    if options.tls or options.cert or options.certificate:
        config.tls = config.tls or Tls()
    if options.cert:
        config.tls.cert_file, config.tls.key_file = options.cert, options.key or options.cert
        config.tls.ca_file = options.ca or config.tls.ca_file
    if options.certificate:
        config.tls.certificate = options.certificate


def wait_for_signal(until_stdin_closes: bool) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if until_stdin_closes:
        threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    stop.wait()


if __name__ == "__main__":
    sys.exit(main())
