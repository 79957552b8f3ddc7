"""The error log is part of every result: what is in it and was not announced fails the test."""
import os
import re

LINE = re.compile(r"^\[[^\]]+\] \[(?P<module>[\w-]*):(?P<level>\w+)\] \[pid (?P<pid>\d+)[^\]]*\]"
                  r"(?: \[remote [^\]]+\])?(?: \[client [^\]]+\])? ?(?P<text>.*)$")
BAD = {"emerg", "alert", "crit", "error", "warn"}
# a dead child is bad at any level, and so is whatever httpd did not write itself
DEATH = re.compile(r"AH0005[12]|exit signal|Sanitizer|runtime error:|WARNING: ThreadSan|"
                   r"==\d+==|[Aa]ssertion [^A-Za-z].* failed|stack smashing|corrupted|double free")
# httpd's own habits on a small machine; and the emulator is http, which every start tells
HARMLESS = re.compile(
    r"AH00045|AH10159|AH00161|AH00484|COG4021: .* http://127\.0\.0\.1:\d+/|"
    # the machine's packages: httpd is more recent than OpenSSL, which a machine that had
    # OpenSSL before httpd keeps
    r"\[ssl:warn\] .* AH01882: Init: this version of mod_ssl was compiled against a newer library ")
TAG = re.compile(r"\b(COG\d{4}|AH\d{5})\b")


class Entry:
    """One line of the error log."""

    def __init__(self, line):
        match = LINE.match(line)
        self.line = line
        self.module = match["module"] if match else ""
        self.level = match["level"] if match else "alien"
        self.text = match["text"] if match else line
        self.tags = set(TAG.findall(self.text))

    def is_bad(self):
        if DEATH.search(self.line):
            return True
        return (self.level in BAD or self.level == "alien") and not HARMLESS.search(self.line)

    def __repr__(self):
        return self.line


class ErrorLog:
    """A growing file, read from where the last reader stopped."""

    def __init__(self, path):
        self.path = path
        self.offset = 0

    def read_new(self):
        """The entries since the last call."""
        if not os.path.exists(self.path):
            return []
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            data = file.read()
        end = data.rfind(b"\n") + 1
        self.offset += end
        return entries(data[:end])

    def peek(self):
        """The entries since the last read_new(), which stay new."""
        offset = self.offset
        found = self.read_new()
        self.offset = offset
        return found


def entries(data):
    text = data.decode("utf-8", "backslashreplace")
    return [Entry(line) for line in text.split("\n") if line.strip()]


class Expectations:
    """What a test says of the error log. `expect`: must come, and is then no fault;
    `allow`: may come."""

    def __init__(self, read):
        self.read = read  # all entries since the test began
        self.expected = []
        self.allowed = []

    def expect(self, *patterns):
        self.expected += patterns

    def allow(self, *patterns):
        self.allowed += patterns

    def find(self, pattern):
        """The lines so far that match."""
        return [e for e in self.read() if re.search(pattern, e.line)]

    def verdict(self, found):
        """Problems: what came unannounced, and what was announced and did not come."""
        known = self.expected + self.allowed
        for entry in found:
            if DEATH.search(entry.line) or (entry.is_bad() and not matches(entry, known)):
                yield f"in the error log: {entry.line}"
        for pattern in self.expected:
            if not any(re.search(pattern, e.line) for e in found):
                yield f"not in the error log: {pattern}"


def matches(entry, patterns):
    return any(re.search(p, entry.line) for p in patterns)
