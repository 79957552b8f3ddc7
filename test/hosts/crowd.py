"""People who use a site: each has a browser, and notices when something is not as it should be."""
import threading
import time

from harness.client import Client
from harness.site import is_login
from harness.waiting import PATIENCE

OUTAGE = (502, 503)   # what a balancer and a site without its store answer
PATIENT = 20          # seconds until somebody gives up on an outage


class Person:
    def __init__(self, site, name, routes):
        self.site = site
        self.name = name
        self.client = Client(dict(routes))
        self.requests = 0

    def ask(self, path="/secure/"):
        """The answer, when it is one: outages are waited for."""
        deadline = time.monotonic() + PATIENT * PATIENCE
        while True:
            answer = self.attempt(path)
            if answer is not None and answer.status not in OUTAGE:
                return answer
            assert time.monotonic() < deadline, f"{self.name}: an outage without end: {answer}"
            time.sleep(0.1)

    def attempt(self, path):
        try:
            return self.client.navigate(self.site.url(path))
        except OSError:  # the connection broke
            self.client.close()
            return None

    def sign_in(self):
        """An outage in the middle of it is a reason to begin anew."""
        deadline = time.monotonic() + PATIENT * PATIENCE
        while True:
            try:
                self.site.sign_in(self.client, "/secure/", user=self.name)
                return
            except (OSError, AssertionError):
                self.client.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def work(self):
        answer = self.ask()
        self.requests += 1
        assert not is_login(self.site.pool, answer), f"{self.name} has lost the session"
        assert answer.status == 200, f"{self.name}: {answer}"
        assert answer.header("X-User") == self.name, \
            f"{self.name} was taken for {answer.header('X-User')}"

    def sign_out(self):
        """And whoever has copied the cookies is out as well."""
        copied = {n: c.value for n, c in self.client.jar.all("__Host-").items()}
        answer = self.ask("/.cognito/logout")
        assert answer.status == 303, f"{self.name} could not sign out: {answer}"
        for name, value in copied.items():
            self.client.jar.put(name, value, self.site.url())
        return self

    def is_out(self):
        return is_login(self.site.pool, self.ask())


class Crowd:
    """People who do the same at the same time, some of them in each thread."""

    def __init__(self, people, threads=20):
        self.people = people
        self.shares = [people[i::threads] for i in range(threads)]
        self.problems = []

    def all(self, action, seconds=0.0):
        """Everybody does it once, and again until so many seconds are over."""
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self.share, args=(share, action, end))
                   for share in self.shares]
        for thread in threads:
            thread.start()
        return threads

    def share(self, people, action, end):
        try:
            while True:
                for person in people:
                    action(person)
                if time.monotonic() >= end:
                    return
        except Exception as problem:  # told by whoever waits for the threads
            self.problems.append(problem)

    def wait(self, threads):
        for thread in threads:
            thread.join()
        assert not self.problems, f"{len(self.problems)} problems: {self.problems[:3]}"
