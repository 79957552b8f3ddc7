"""What every test asserts besides its own: logs clean, children alive, no secret anywhere."""
import re

from .errorlog import Expectations

SHORTEST_SECRET = 12
WORD = re.compile(r"[\w.~+/=%-]{12,}", re.ASCII)
MANY = 500


class Secrets:
    """Strings that no log and no backend may ever hold: added by hand, or by sources that
    are asked when it is time to look."""

    def __init__(self):
        self.known = set()
        self.sources = []

    def add(self, *values):
        self.known |= {v for v in values if v and len(v) >= SHORTEST_SECRET}

    def watch(self, source):
        self.sources.append(source)

    def ask(self):
        for source in self.sources:
            self.add(*source())

    def settle(self):
        """Asks all sources a last time: they are about to end."""
        self.ask()
        self.sources.clear()

    def found_in(self, text):
        self.ask()
        known = self.known if len(self.known) < MANY else begins_in(text, self.known)
        return sorted(s for s in known if s in text)


def begins_in(text, secrets):
    """Those of thousands of secrets that may be in a long text: all whose first characters are,
    and all that do not begin as words do."""
    starts = {word[at:at + SHORTEST_SECRET] for word in set(WORD.findall(text))
              for at in range(len(word) - SHORTEST_SECRET + 1)}
    return [s for s in secrets
            if s[:SHORTEST_SECRET] in starts or not WORD.match(s[:SHORTEST_SECRET])]


class Oracle:
    """Watches the servers and backends of a class, test by test. Every method that judges
    returns a list of problems."""

    def __init__(self):
        self.servers = []
        self.secrets = Secrets()

    def add(self, server):
        """A server has started; its start is judged at once."""
        self.servers.append(server)
        return self.judge(server.log.read_new(), server.allowed)

    def new_entries(self):
        """What the running test has caused so far."""
        return [e for s in self.servers for e in s.log.peek()]

    def end_test(self, log):
        found = [e for s in self.servers for e in s.log.read_new()]
        text = "\n".join(e.line for e in found)
        return [*log.verdict(found), *self.leaks("the error log", text)]

    def end_server(self, server):
        """Stops it, and reads all that it left behind."""
        problems = server.stop()
        self.servers.remove(server)
        problems += self.judge(server.log.read_new(), server.allowed)
        problems += [f"a report: {r}" for r in server.reports()]
        for name, text in server.logged().items():
            problems += self.leaks(name, text)
        return problems

    def end_backend(self, backend):
        return self.leaks("what the backend saw", backend.text())

    def judge(self, entries, allowed):
        log = Expectations(lambda: entries)
        log.allow(*allowed)
        return list(log.verdict(entries))

    def leaks(self, where, text):
        return [f"a secret in {where}: {s[:60]}" for s in self.secrets.found_in(text)]
