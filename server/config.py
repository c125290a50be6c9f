"""config.toml and the environment → one frozen Config; every mistake is told, at start, at once."""

import os
import tomllib
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.staff import Role
from server.crypto import Vault, is_guessable

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# Who sees everybody's data of a place, or of all places.
_WANT_SECOND_FACTOR = {Role.KEEPER, Role.PLATFORM_ADMIN}
_KEYS = ("XINYI_SECRET_KEY", "XINYI_DATA_KEY", "WECHAT_SECRET", "WECHAT_PUSH_AES_KEY")


class ConfigError(Exception):
    """The settings cannot be used; `problems` names every reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


def _network(text: object) -> IPv4Network | IPv6Network:
    if not isinstance(text, str):
        raise ValueError("must be a network as text, like 203.0.113.0/24")
    return ip_network(text)


Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]


class ServerConfig(_Section):
    mode: Literal["development", "production"]
    public_url: str
    host: str
    port: Port
    workers: Count
    threads: Count
    state_dir: str
    trusted_proxies: Annotated[int, Field(ge=0)]
    max_body_bytes: Count
    log_format: Literal["json", "text"]
    log_level: Literal["debug", "info", "warning", "error"]


class DatabaseConfig(_Section):
    url: str
    pool: Count
    slow_ms: Count


class RedisConfig(_Section):
    url: str


class WeChatConfig(_Section):
    api_base: str
    miniprogram_state: Literal["developer", "trial", "formal"]
    connect_timeout: Seconds
    read_timeout: Seconds
    long_term: list[str]
    templates: dict[str, str]


class BrandConfig(_Section):
    platform: str
    carrier: str


class AuthConfig(_Section):
    token_days: Count
    console_hours: Count
    console_days: Count
    # A role misspelt would be a role without a second factor.
    second_factor_roles: list[Annotated[Role, Field(strict=False)]]
    logins_per_minute: Count
    passwords_per_minute: Count


class CheckinsConfig(_Section):
    slot_seconds: Count
    opens_before_minutes: Count
    closes_after_minutes: Count
    venue_networks: list[Network]
    screen_days: Count

    def is_venue(self, address: str) -> bool:
        """Say whether an address is of one of the venues' networks."""
        if not self.venue_networks:
            return False
        try:
            return any(ip_address(address) in network for network in self.venue_networks)
        except ValueError:
            return False


class NeedsConfig(_Section):
    per_person_per_day: Count


class FilesConfig(_Section):
    dir: str
    max_bytes: Count
    per_person_per_day: Count
    link_minutes: Count
    keep_days: Count


class JobsConfig(_Section):
    send_threads: Count
    lease_batch: Count
    lease_seconds: Count
    sends_per_second: Annotated[int, Field(ge=0)]
    poll_seconds: Seconds


class Secrets(_Section):
    """Never in a file of the project, never in a log: `repr` shows nothing."""

    secret_key: str = Field(repr=False, min_length=32)
    data_key: str = Field(repr=False)
    old_data_keys: str = Field(default="", repr=False)
    index_key: str = Field(default="", repr=False)
    wechat_appid: str
    wechat_secret: str = Field(repr=False, min_length=8)
    push_token: str = Field(repr=False, min_length=3)
    push_aes_key: str = Field(repr=False, pattern=r"^[A-Za-z0-9]{43}$")
    metrics_token: str = Field(default="", repr=False, pattern=r"^(|.{16,})$")


class Config(_Section):
    """All settings. `root` is the folder of config.toml."""

    root: Path
    server: ServerConfig
    database: DatabaseConfig
    redis: RedisConfig
    wechat: WeChatConfig
    brand: BrandConfig
    auth: AuthConfig
    checkins: CheckinsConfig
    needs: NeedsConfig
    files: FilesConfig
    jobs: JobsConfig
    secrets: Secrets

    @property
    def is_production(self) -> bool:
        return self.server.mode == "production"

    @property
    def state_dir(self) -> Path:
        return self.root / self.server.state_dir

    @property
    def database_url(self) -> str:
        return self.database.url or f"sqlite:///{self.state_dir / 'data' / 'xinyi.db'}"

    @property
    def redis_url(self) -> str:
        return self.redis.url or "redis://127.0.0.1:6379/0"

    @property
    def files_dir(self) -> Path:
        return self.state_dir / self.files.dir

    @property
    def clock_file(self) -> Path:
        return self.state_dir / "run" / "clock"


# Environment variable → where it lands. The first seven are secrets and have no place in the file.
ENVIRONMENT = {
    "XINYI_SECRET_KEY": ("secrets", "secret_key"),
    "XINYI_DATA_KEY": ("secrets", "data_key"),
    "XINYI_OLD_DATA_KEYS": ("secrets", "old_data_keys"),
    "XINYI_INDEX_KEY": ("secrets", "index_key"),
    "WECHAT_APPID": ("secrets", "wechat_appid"),
    "WECHAT_SECRET": ("secrets", "wechat_secret"),
    "WECHAT_PUSH_TOKEN": ("secrets", "push_token"),
    "WECHAT_PUSH_AES_KEY": ("secrets", "push_aes_key"),
    "XINYI_METRICS_TOKEN": ("secrets", "metrics_token"),
    "DATABASE_URL": ("database", "url"),
    "XINYI_REDIS_URL": ("redis", "url"),
    "XINYI_WECHAT_API_BASE": ("wechat", "api_base"),
    "XINYI_STATE_DIR": ("server", "state_dir"),
    "XINYI_PORT": ("server", "port"),
    "XINYI_PUBLIC_URL": ("server", "public_url"),
}


def load(environ: dict[str, str] | None = None) -> Config:
    """Return the settings of `XINYI_CONFIG` (default: config.toml beside this package) with the
    environment laid over them. Raises ConfigError with every problem found."""
    env = dict(os.environ) if environ is None else environ
    file = Path(env.get("XINYI_CONFIG") or Path(__file__).parent.parent / "config.toml").resolve()
    try:
        values: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{file}: there is no such file"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{file}: {error}"]) from None
    problems = ["[secrets]: secrets belong in the environment"] if "secrets" in values else []
    values["secrets"] = {}
    for name, (section, key) in ENVIRONMENT.items():
        if text := env.get(name):
            value: Any = int(text) if key == "port" and text.isdecimal() else text
            values.setdefault(section, {})[key] = value
    try:
        config = Config(root=file.parent, **values)
    except ValidationError as error:
        raise ConfigError(problems + [_sentence(item) for item in error.errors()]) from None
    problems += _unsafe(config) + (_unfit(config, env) if config.is_production else [])
    if problems:
        raise ConfigError(problems)
    return config


def _sentence(item: Any) -> str:
    """Return one mistake as a line that says where it is and what is wrong."""
    section, *rest = (str(part) for part in item["loc"])
    for name, place in ENVIRONMENT.items():
        if section == "secrets" and place == ("secrets", rest[0]):
            missing = item["type"] == "missing"
            return f"environment {name}: {'is not set' if missing else item['msg']}"
    where = f"[{section}] {'.'.join(rest)}".rstrip()
    told = {"extra_forbidden": "there is no such setting", "missing": "is missing"}
    return f"{where}: {told.get(item['type'], item['msg'])}"


def _unsafe(config: Config) -> list[str]:
    """Return what is well formed but cannot work."""
    problems = []
    hidden = config.secrets
    try:
        Vault(hidden.data_key, old=hidden.old_data_keys, index=hidden.index_key)
    except ValueError as error:  # also binascii's
        problems.append(f"environment XINYI_DATA_KEY: must be 32 bytes in base64 ({error})")
    if config.database.pool < config.server.threads:
        problems.append("[database] pool: must be at least [server] threads")
    if config.jobs.lease_seconds <= config.wechat.connect_timeout + config.wechat.read_timeout:
        problems.append("[jobs] lease_seconds: must be longer than both of [wechat]'s timeouts")
    problems += [
        f"[wechat] long_term: there is no template {kind!r}"
        for kind in config.wechat.long_term
        if kind not in config.wechat.templates
    ]
    base = urlsplit(config.wechat.api_base)
    if base.scheme != "https" and base.hostname not in _LOOPBACK:
        problems.append("[wechat] api_base: only https, unless it is on this machine")
    return problems


def _unfit(config: Config, env: dict[str, str]) -> list[str]:
    """Return what production refuses: all of the reviewer's bench, and what protects nobody."""
    problems = []
    sandboxed = urlsplit(config.wechat.api_base).hostname in _LOOPBACK
    if config.secrets.wechat_appid.startswith("wxsandbox") or sandboxed:
        problems.append("production mode refuses the WeChat sandbox")
    address = urlsplit(config.server.public_url)
    if address.scheme != "https" or address.hostname in {None, *_LOOPBACK}:
        problems.append("[server] public_url: must be https, and no loopback, in production mode")
    if any(value.startswith("sbx_") for value in config.wechat.templates.values()):
        problems.append("[wechat.templates]: the ids are the sandbox's")
    if missing := _WANT_SECOND_FACTOR - set(config.auth.second_factor_roles):
        problems.append(f"[auth] second_factor_roles: production wants {', '.join(missing)}")
    if env.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}:  # as Flask reads it
        problems.append("environment FLASK_DEBUG: must not be set in production mode")
    guessable = [name for name in _KEYS if is_guessable(env[name])]
    return problems + [f"environment {name}: can be guessed" for name in guessable]


def main() -> int:
    """Print whether the settings can be used; return the exit code."""
    try:
        load()
    except ConfigError as error:
        print(*error.problems, sep="\n")  # noqa: T201  # a command's answer
        return 1
    print("the settings are fine")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
