"""Puts the parts together: pools, apps, listeners; start and stop."""

from __future__ import annotations

import shutil
import tempfile

from . import control_app, domain_app, idp_app, issuer_app
from .gateway import Service
from .model import Config, Domain
from .pool import Pool
from .request_log import RequestLog
from .tls import TlsContexts
from .wire import Listener


class Emulator:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.log = RequestLog()
        self.pools = {p.id: Pool(p) for p in config.pools}
        self.listeners: dict[str, Listener] = {}
        self._folder: str | None = None
        self.tls: TlsContexts | None = None

    def start(self) -> dict:
        """Binds every port, then serves. Gives what `ready()` gives."""
        if self.config.tls is not None:
            self._folder = tempfile.mkdtemp(prefix="cognito-emulator-")
            self.tls = TlsContexts(self.config.tls, self._folder, self.hosts())
        try:
            self._listen()
        except OSError:
            self.stop()
            raise
        for listener in self.listeners.values():
            listener.start()
        return self.ready()

    def stop(self) -> None:
        for pool in self.pools.values():
            pool.faults.clear()
        for listener in self.listeners.values():
            listener.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def hosts(self) -> list[str]:
        found = [d for p in self.config.pools for d in (p.domain, p.prefix_domain) if d is not None]
        names = [self.config.listen.host, *(d.host for d in found), "localhost", "127.0.0.1"]
        return list(dict.fromkeys(names))

    def ready(self) -> dict:
        """What a client needs to know: the line that is printed."""
        return {
            "control": self.url("control", "127.0.0.1"),
            "ca_file": self.tls.ca_file if self.tls else None,
            "pools": {
                pool.id: {
                    "issuer": pool.issuer_url,
                    "discovery": f"{pool.served_at}/.well-known/openid-configuration",
                    "jwks": f"{pool.served_at}/.well-known/jwks.json",
                    "not_served_at": pool.not_served_at,
                    "domain": pool.domain_url or None,
                    "idp": f"{pool.idp_url}/{pool.id}",
                    **({"prefix_domain": pool.prefix_domain_url} if pool.prefix_domain_url else {}),
                }
                for pool in self.pools.values()
            },
        }

    def url(self, name: str, host: str | None = None) -> str:
        listener = self.listeners[name]
        scheme, usual_port = ("https", 443) if listener.tls else ("http", 80)
        port = "" if listener.port == usual_port else f":{listener.port}"
        return f"{scheme}://{host or self.config.listen.host}{port}"

    def _listen(self) -> None:
        listen = self.config.listen
        for form, port in (("original", listen.issuer), ("updated", listen.updated_issuer)):
            app = issuer_app.create(self.pools, form)
            self._bind(f"{form}-issuer", listen, port, app, issuer_app.endpoint_of)
        self._bind("idp", listen, listen.idp, idp_app.create(self.pools), idp_app.endpoint_of)
        for pool in self.pools.values():
            self._listen_for(pool)
        control = Service("control", control_app.create(self), None, {}, None)
        self.listeners["control"] = Listener("127.0.0.1", listen.control, control, None)

    def _listen_for(self, pool: Pool) -> None:
        other = "updated" if pool.config.issuer == "original" else "original"
        served_at = f"{self.url(pool.config.issuer + '-issuer')}/{pool.id}"
        pool.listen_at(served_at, f"{self.url(other + '-issuer')}/{pool.id}")
        pool.idp_url = self.url("idp")
        if pool.config.domain is not None:
            pool.domain_url = self._listen_as_domain(pool, f"domain:{pool.id}", pool.config.domain)
        if pool.config.prefix_domain is not None:
            other = pool.config.prefix_domain
            pool.prefix_domain_url = self._listen_as_domain(pool, f"domain:{pool.id}:prefix", other)

    def _listen_as_domain(self, pool: Pool, name: str, domain: Domain) -> str:
        app = domain_app.create(pool)
        self._bind(name, domain, domain.port, app, classifier(pool.id))
        app.config["DOMAIN_URL"] = self.url(name, domain.host)
        return app.config["DOMAIN_URL"]

    def _bind(self, name: str, place, port: int, app, classify) -> None:
        kind = name.partition(":")[0]
        service = Service(kind, app, classify, self.pools, self.log)
        context = None
        if self.tls is not None:
            context = self.tls.get(self.config.tls.certificate, self.config.tls.max_version)
        address = place.address or bind_address(place.host)
        self.listeners[name] = Listener(address, port, service, context)


def classifier(pool_id: str):
    return lambda path: (pool_id, domain_app.PATHS.get(path, "other"))


def bind_address(host: str) -> str:
    """Addresses are bound as given; any name is taken for loopback."""
    return host if host.replace(".", "").isdigit() else "127.0.0.1"
