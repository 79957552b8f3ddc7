"""Reads what callgrind has counted (https://valgrind.org/docs/manual/cl-format.html)."""
import collections
import os
import re

# names and places in full, one line for each function
OPTIONS = ["--tool=callgrind", "--compress-strings=no", "--compress-pos=no",
           "--dump-line=no"]

# one after the other, as copies, clones and levels of recursion are called
SUFFIXES = re.compile(r"('\d+|@@?[A-Z].*|\.(constprop|part|isra|cold)[.\d]*)+$")


class Profile:
    """Costs and calls by (file, function): of a run, or of one request."""

    def __init__(self):
        self.own = collections.Counter()        # instructions
        self.inclusive = collections.Counter()  # with all that was called from there
        self.calls = collections.Counter()

    @property
    def total(self):
        return sum(self.own.values())

    def per_request(self, twice, requests):
        """One request: what a run with `requests` more of them has cost beyond this one."""
        one = Profile()
        for name in ("own", "inclusive", "calls"):
            less, more = getattr(self, name), getattr(twice, name)
            getattr(one, name).update({key: (more[key] - less[key]) / requests
                                       for key in more.keys() | less.keys()})
        return one

    def beyond(self, other):
        """[(instructions, calls, file, function)] beyond those of `other`, most first."""
        rows = [(self.own[key] - other.own[key], self.calls[key] - other.calls[key], *key)
                for key in self.own.keys() | other.own.keys()]
        return sorted(rows, reverse=True)

    def calls_of(self, pattern):
        return sum(count for (_, function), count in self.calls.items()
                   if re.fullmatch(pattern, function))

    def below(self, function):
        """Instructions of a function of ours with all that it called."""
        return sum(cost for (_, name), cost in self.inclusive.items() if name == function)


class Reader:
    """Line by line: a position `ob=`, `fn=`, and its costs; a call is announced by `cob=`,
    `cfn=`, `calls=` and followed by its costs, which include all that was called."""

    def __init__(self):
        self.profile = Profile()
        self.here = ["", ""]
        self.called = ["", ""]
        self.count = None  # of the call whose costs come next

    def take(self, line):
        key, _, value = line.rstrip("\n").partition("=")
        if key == "ob":
            self.here[0] = self.called[0] = os.path.basename(value)
        elif key == "fn":
            self.here[1] = SUFFIXES.sub("", value)
            self.called[0] = self.here[0]
        elif key == "cob":
            self.called[0] = os.path.basename(value)
        elif key == "cfn":
            self.called[1] = SUFFIXES.sub("", value)
        elif key == "calls":
            self.count = int(value.split()[0])
        elif line[:1].isdigit():
            self.take_costs([int(number) for number in line.split()[1:]])

    def take_costs(self, costs):
        here, called = tuple(self.here), tuple(self.called)
        if self.count is None:
            self.profile.own[here] += costs[0]
            self.profile.inclusive[here] += costs[0]
            return
        self.profile.calls[called] += self.count
        if called != here:
            self.profile.inclusive[here] += costs[0]
        self.called[0], self.count = here[0], None


def read(path):
    reader = Reader()
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            reader.take(line)
    return reader.profile
