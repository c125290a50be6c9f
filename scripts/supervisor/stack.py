"""What the stack consists of and in which order it comes up."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

from scripts.supervisor import ports, redis
from scripts.supervisor.children import Child, Children, Signals, say
from scripts.supervisor.conversation import Conversation, Settings
from scripts.supervisor.errors import StartError
from scripts.supervisor.settings import addresses, public_url
from scripts.supervisor.state import State

_AFTER_CRASH_S = 5.0  # what a killed supervisor's children get to go away


@dataclass
class Stack:
    """One start, from the settings to the moment everything answers."""

    state: State
    children: Children
    signals: Signals
    env: dict[str, str]
    has_demo: bool

    def start(self) -> Settings:
        """Bring everything up and return the settings it runs with. Raises StartError, StopRequested."""
        conversation = Conversation(self.signals)
        try:
            web = self._start_web(conversation.theirs.fileno())
            conversation.theirs.close()
            settings = conversation.settings(web)
            for child in self._start_backing(settings):
                self.children.wait_ready(child)
            has_demo = self.has_demo and not settings.is_production
            logins = self.state.demo_logins if has_demo else None
            if logins is not None and not logins.exists():
                say("Making the demo data, only needed once …")
            conversation.bring_up_to_date(web, self.env, logins)
        finally:
            conversation.close()
        web.is_ready = ports.answers_http(settings.host, settings.port, "/healthz")
        self.children.wait_ready(web)
        self._start_worker()
        return settings

    def _start_backing(self, settings: Settings) -> list[Child]:
        has_sandbox = not settings.is_production
        self._require_ports(settings, has_sandbox)
        self.env |= addresses(
            self.state,
            settings.port,
            is_production=settings.is_production,
            redis_url=settings.redis_url,
        )
        if not settings.is_production:
            self.env["XINYI_PUBLIC_URL"] = public_url(settings.public_url, settings.port)
        started = [] if settings.redis_url else [self._start_redis()]
        return started + ([self._start_sandbox(settings)] if has_sandbox else [])

    def _require_ports(self, settings: Settings, has_sandbox: bool) -> None:
        deadline = time.monotonic() + (_AFTER_CRASH_S if self.state.after_crash else 0.0)
        while True:
            try:
                ports.require_free(settings.host, settings.port, "for the web server")
                if has_sandbox:
                    what = "for the WeChat sandbox, next to the web server's"
                    ports.require_free("127.0.0.1", settings.port + 1, what)
                return
            except StartError:
                if time.monotonic() > deadline:
                    raise
            self.signals.sleep(0.1)

    def _start_redis(self) -> Child:
        server = redis.find_server()
        if server is None:
            raise StartError(
                "No Redis server here: delete .venv and start again, or install redis-server, "
                "or name a running one in config.toml, [redis] url."
            )
        socket = self.state.sockets() / "redis.sock"
        # A killed supervisor's Redis writes its last bytes; two must never share the data folder.
        deadline = time.monotonic() + _AFTER_CRASH_S
        while redis.answers(socket):
            if time.monotonic() > deadline:
                raise StartError(f"Another Redis still runs on {socket}; end it first.")
            self.signals.sleep(0.05)
        argv = redis.command(server, socket, self.state.data / "redis")
        return self._start("redis", argv, is_ready=lambda: redis.answers(socket), stop_rank=3)

    def _start_sandbox(self, settings: Settings) -> Child:
        port = settings.port + 1
        callback = f"http://{ports.reachable_host(settings.host)}:{settings.port}/wechat/callback"
        places = ["--port", str(port), "--callback", callback]
        kept = ["--state", str(self.state.data / "sandbox.json")]
        # What the owner sets up in WeChat's console: the code on the screen opens the scan page.
        links = self.env["XINYI_PUBLIC_URL"].rstrip("/") + "/c/"
        rule = ["--qr-rule", links, "pages/tabs/scan/scan"]
        argv = [sys.executable, "-m", "scripts.sandbox", *places, *kept, *rule]
        return self._start("sandbox", argv, is_ready=ports.accepts("127.0.0.1", port), stop_rank=2)

    def _start_web(self, stdin: int) -> Child:
        argv = [sys.executable, "-m", "scripts.supervisor.web"]
        return self._start("web", argv, stdin=stdin, stop_rank=0, stop_within_s=12.0)

    def _start_worker(self) -> Child:
        argv = [sys.executable, "-m", "flask", "--app", "server", "worker"]
        return self._start("worker", argv, stop_rank=1, stop_within_s=10.0)

    def _start(self, name: str, argv: list[str], **how: Any) -> Child:
        # The environment is shared, not copied: what a later step adds is there when this starts again.
        child = Child(name, argv, self.env, self.state.log / f"{name}.log", **how)
        self.children.start(child)
        return child
