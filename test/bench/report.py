"""Tables, and how they differ from the last ones that were kept in baseline.json."""
import collections
import json
import pathlib

BASELINE = pathlib.Path(__file__).with_name("baseline.json")
TOP = 30  # functions

OUR_HOOKS = ["cog_scrub_request", "cog_own_urls_answer", "cog_authn_force", "cog_authn_check",
             "cog_authz_check", "cog_export_finish", "cog_reply_foresee_includes",
             "cog_memo_finish"]
OUR_WORK = ["cog_session_open", "cog_cookie_strip", "cog_unseal", "cog_base64url_decode",
            "cog_session_decode", "cog_export_variables", "cog_place_make", "cog_jws_parse",
            "cog_json_parse", "cog_jws_verify",
            "cog_bearer_token_read", "cog_claims_select", "cog_session_encode",
            "cog_token_cache_find", "cog_token_cache_keep"]


class Report:
    """Collects {contender: {figure: number}} and prints it beside the baseline."""

    def __init__(self):
        self.figures = collections.defaultdict(dict)
        self.before = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}

    def note(self, name, **figures):
        self.figures[name].update({key: round(value, 2) for key, value in figures.items()})

    def change(self, name, figure):
        """In words: "" where nothing is known, or nothing has changed."""
        then = self.before.get(name, {}).get(figure)
        now = self.figures[name][figure]
        if not then or abs(now / then - 1) < 0.005:
            return ""
        return f"{100 * (now / then - 1):+.0f} %"

    def throughput(self):
        self.head("", "requests/s", "of plain", "CPU µs", "of plain", "since")
        for name, row in self.rows("rate"):
            print(f"{name:34}{row['rate']:12.0f}{row['of_plain']:12.2f}{row['cpu_us']:12.1f}"
                  f"{row['cpu_of_plain']:12.2f}{self.change(name, 'cpu_of_plain'):>12}")

    def sizes(self):
        self.head("bytes", "session", "Cookie line", "answer head", "Set-Cookie")
        for name, row in self.rows("cookie"):
            print(f"{name:34}{row['session']:12.0f}{row['cookie']:12.0f}{row['answer']:12.0f}"
                  f"{'yes' if row['sets_cookie'] else 'no':>12}")

    def instructions(self):
        self.head("for a request", "instructions", "own part", "since", "malloc", "lock",
                  "random", "JSON")
        for name, row in self.rows("instructions"):
            print(f"{name:34}{row['instructions']:12.0f}{row['own']:12.0f}"
                  f"{self.change(name, 'own'):>12}" +
                  "".join(f"{row[key]:12.1f}" for key in ("malloc", "lock", "random", "JSON")))

    def head(self, first, *columns):
        print(f"\n{first:34}" + "".join(f"{column:>12}" for column in columns))

    def rows(self, figure):
        return [(name, row) for name, row in self.figures.items() if figure in row]

    def keep(self):
        """What was not measured this time stays."""
        for name, figures in self.figures.items():
            self.before.setdefault(name, {}).update(figures)
        BASELINE.write_text(json.dumps(self.before, indent=1, sort_keys=True) + "\n")


def print_system_calls(name, calls, plain):
    beyond = {key: calls.get(key, 0) - plain.get(key, 0) for key in calls.keys() | plain.keys()}
    words = [f"{count:+.0f} {key}" for key, count in sorted(beyond.items()) if abs(count) > 0.5]
    print(f"{name:34}{sum(calls.values()):12.0f}  {', '.join(words) or 'those of plain httpd'}")


def print_functions(name, profile, plain):
    """Where the own part goes: by library, by hook, by function."""
    rows = profile.beyond(plain)
    by_file = collections.Counter()
    for cost, _, file, _ in rows:
        by_file[file] += cost
    print(f"\nWhere the own part of {name} goes: instructions beyond plain httpd's\n")
    for file, cost in by_file.most_common(7):
        print(f"{cost:9.0f}  {file}")
    print("\nwith all that they call")
    for function in OUR_HOOKS + [""] + OUR_WORK:
        print(f"{profile.below(function):9.0f}  {function}" if function else "")
    print("\nalone, with the number of calls")
    for cost, calls, file, function in rows[:TOP]:
        print(f"{cost:9.0f}{calls:8.1f}  {function}  ({file})")
