"""What a login costs: calls to the user pool over TLS, connections, instructions, time."""
import counting
from contenders import ONE_PROCESS, PAGE, POOL, cognito_conf, people, visits_to_cognito
from harness import pool as pools
from harness.server import Server

LOGINS = 50  # and as many again for the difference


def measure():
    emulator, by_id = pools.start(people(), tls=True)
    pool = by_id[POOL]
    conf = cognito_conf(pool, "CognitoCAFile {root}/ca.pem").copy("ca.pem", emulator.ca_file)
    conf.files.update(PAGE)
    server = Server(conf.add(*ONE_PROCESS)).start()
    try:
        report(count_calls(server, pool), count_instructions(server, pool))
    finally:
        server.kill()
        server.remove()
        emulator.stop()


def count_calls(server, pool):
    """{what: how often in a login}, and milliseconds of CPU time."""
    visit = visits_to_cognito(pool)
    visit(server, 1)
    pool.clear_requests()
    before = counting.cpu_time(server)
    visit(server, LOGINS)
    used = counting.cpu_time(server) - before
    counts = {kind: len(pool.requests(kind)) for kind in ("token", "userinfo", "discovery", "jwks")}
    traced = counting.traced_calls(server, lambda: visit(server, LOGINS), "connect")
    return {**counts, "connect": traced, "ms": 1000 * used}


def count_instructions(server, pool):
    """[in all, in libcrypto] of a login: with its redirect, its callback and the page."""
    counting.start_under_valgrind(server)
    visit = visits_to_cognito(pool)
    profiles = []
    try:
        for number in (1, LOGINS, 2 * LOGINS):
            visit(server, number)
            profiles.append(counting.dump(server, len(profiles) + 1))
    finally:
        server.process.kill()
        server.process.wait()
    one = profiles[1].per_request(profiles[2], LOGINS)
    return one.total, sum(cost for (file, _), cost in one.own.items() if "crypto" in file)


def report(calls, instructions):
    each = {name: count / LOGINS for name, count in calls.items()}
    print("\na login, with its redirect, its callback and the page, over TLS to the user pool")
    print(f"    {each['token']:.2f} token requests, {each['userinfo']:.2f} of userInfo, "
          f"{each['discovery'] + each['jwks']:.2f} of metadata, "
          f"{each['connect']:.2f} new connections")
    print(f"    {instructions[0]:.0f} instructions, {instructions[1]:.0f} of them in OpenSSL; "
          f"{each['ms']:.2f} ms of CPU time, httpd's own and the kernel's included")
