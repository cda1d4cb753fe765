"""The settings of the bridge, read once from the environment and `.env` and checked before anything starts.

    SettingsError      the settings can't be used; its text is one readable line per fault

The names are those of the environment, in lower case. The environment wins over `.env` in the working
directory, and an empty value counts as unset. `Settings(...)` itself reads nothing: what the sandbox and
the tests build by hand has only what they gave it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from cryptography.fernet import Fernet
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

# The value that the "Общая информация" page of hh.ru's API shows; hh.ru answers it with 400 bad_user_agent.
SAMPLE_AGENT_MAIL = "my-app-feedback@example.com"


class SettingsError(Exception):
    """Some settings are wrong or missing: one line for each, beginning with the setting's name."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def _split(url: str, schemes: Iterable[str]) -> SplitResult:
    allowed = ", ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(url)
        host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError("is no valid address") from None
    if parts.scheme not in schemes or not host or re.search(r"\s", url):
        raise ValueError(f"must be a full address that begins with {allowed}")
    return parts


def _web_address(url: str) -> str:
    parts = _split(url, ("https", "http"))
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be an address without user, query and fragment")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public_address(url: str) -> str:
    url = _web_address(url)
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError("must begin with https:// (http:// is for loopback addresses only)")
    if parts.path:
        raise ValueError(f"must be a name without a path, like https://{parts.netloc}")
    return url


def _redirect_address(url: str) -> str:
    if _split(url, ("https", "http")).fragment:
        raise ValueError("must be an address without a fragment")
    return url


def _proxy_address(url: str) -> str:
    if _split(url, ("http", "socks5", "socks5h")).port is None:
        raise ValueError("must name a port, like socks5://host:1080")
    return url


def _redis_address(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    scheme = url.partition("://")[0]
    replicas = parse_qs(url.partition("?")[2]).get("replicas", ["0"])[-1]
    if not replicas.isdecimal():
        raise ValueError("replicas must be a number")
    if replicas != "0" and scheme.endswith("+cluster"):
        raise ValueError("a cluster can't be asked to wait for replicas")
    if scheme == "unix":
        if not urlsplit(url).path.startswith("/"):
            raise ValueError("must be unix:///path/of/the/socket")
        return secret
    if scheme.endswith("+sentinel"):
        # Several hosts, comma-separated, are more than urlsplit's port can take.
        if not re.fullmatch(r"rediss?\+sentinel://[^/\s]+/[^/\s?]+(/\d+)?(\?\S*)?", url):
            raise ValueError("must be redis+sentinel://host:port,host:port/service/db")
        return secret
    if scheme.endswith("+cluster"):
        if not re.fullmatch(r"rediss?\+cluster://[^/\s]+(/0?)?(\?\S*)?", url):
            raise ValueError("must be redis+cluster://host:port,host:port (a cluster has only database 0)")
        return secret
    _split(url, ("redis", "rediss", "redis+cluster", "redis+sentinel", "unix"))
    return secret


def _passwords(url: str) -> Iterator[str]:
    """The passwords in an address of one or several hosts, as they are written and as they are meant."""
    address, _, query = url.partition("?")
    user = address.partition("://")[2].rpartition("@")[0]
    written = [user.partition(":")[2]]
    written += [pair.partition("=")[2] for pair in query.split("&") if "password" in pair.partition("=")[0]]
    for password in filter(None, written):
        yield password
        yield unquote(password)


def _bot_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", secret.get_secret_value()):
        raise ValueError("must be the token that @BotFather gave, like 123456789:AAE...")
    return secret


def _webhook_secret(secret: SecretStr) -> SecretStr:
    # Bot API, setWebhook, secret_token; it takes shorter ones, too, and those can be guessed.
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
        raise ValueError("must be 16 to 256 characters A-Z, a-z, 0-9, _ and -")
    return secret


def _user_agent(agent: str) -> str:
    if not agent.isascii() or not re.fullmatch(r"[^/()\x00-\x1f]+/[^\s()]+ \([^()\s]+@[^()\s]+\)", agent):
        raise ValueError("must look like MyBridge/1.0 (mail@my-site.org), in Latin letters")
    if SAMPLE_AGENT_MAIL in agent.lower():
        raise ValueError("is the documentation's sample, which hh.ru refuses: write your own name and mail")
    return agent


def _host(host: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", host):
        raise ValueError("must be a host name such as hh.ru")
    return host.lower()


def _fernet_key(secret: SecretStr) -> SecretStr:
    try:
        Fernet(secret.get_secret_value())
    except ValueError:
        raise ValueError(f"has a key that is none; make one with: {MAKE_KEY}") from None
    return secret


MAKE_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


def _list(value: object) -> object:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


WebAddress = Annotated[str, AfterValidator(_web_address)]
ProxyAddress = Annotated[str, AfterValidator(_proxy_address)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """Every setting of the bridge; raises pydantic's ValidationError when one can't be used."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True
    )

    telegram_token: Annotated[SecretStr, AfterValidator(_bot_token)]
    telegram_api_url: WebAddress = "https://api.telegram.org"
    telegram_webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    telegram_proxy_url: ProxyAddress | None = Field(default=None, repr=False)

    public_url: Annotated[str, AfterValidator(_public_address)] | None = None
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080

    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None

    hh_client_id: str
    hh_client_secret: SecretStr
    hh_user_agent: Annotated[str, AfterValidator(_user_agent)]
    hh_site_url: WebAddress = "https://hh.ru"
    hh_api_url: WebAddress = "https://api.hh.ru"
    hh_token_url: WebAddress = "https://api.hh.ru/token"  # noqa: S105, an address
    hh_host: Annotated[str, AfterValidator(_host)] = "hh.ru"
    hh_redirect_uri: Annotated[str, AfterValidator(_redirect_address)] | None = None
    hh_proxy_url: ProxyAddress | None = Field(default=None, repr=False)
    hh_requests_per_second: Positive = 8.0

    redis_url: Annotated[SecretStr, AfterValidator(_redis_address)] | None = None
    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = Path("data")
    token_keys: Annotated[
        tuple[Annotated[SecretStr, AfterValidator(_fernet_key)], ...], NoDecode, BeforeValidator(_list)
    ] = ()

    poll_max_interval: Positive = 600.0
    poll_min_interval: Positive = Field(
        default_factory=lambda earlier: min(15.0, earlier["poll_max_interval"])
    )
    allowed_users: Annotated[frozenset[Annotated[int, Field(gt=0)]], NoDecode, BeforeValidator(_list)] = (
        frozenset()
    )

    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = "INFO"
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing but the constructor's arguments: it is `load` that reads the environment and `.env`."""
        return (init_settings,)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.poll_min_interval > self.poll_max_interval:
            raise ValueError("POLL_MIN_INTERVAL: must not be longer than POLL_MAX_INTERVAL")
        if self.redis_url is not None and not self.token_keys:
            raise ValueError(f"TOKEN_KEYS: is needed together with REDIS_URL; make a key with: {MAKE_KEY}")
        return self

    @property
    def redirect_uri(self) -> str:
        """Where hh.ru sends the user back to, exactly as it is registered with the hh.ru application.

        With neither HH_REDIRECT_URI nor PUBLIC_URL it is an address of the user's own machine, where nothing
        needs to answer: the user copies it from the address bar and pastes it into the chat.
        """
        if self.hh_redirect_uri is not None:
            return self.hh_redirect_uri
        return f"{self.public_url or f'http://127.0.0.1:{self.http_port}'}/oauth/callback"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read in the log, but for the key that is kept in `data_dir`."""
        redis_url = self.redis_url.get_secret_value() if self.redis_url else ""
        addresses = (redis_url, self.hh_proxy_url or "", self.telegram_proxy_url or "")
        return (
            self.telegram_token.get_secret_value(),
            self.hh_client_secret.get_secret_value(),
            self.webhook_secret,
            *(key.get_secret_value() for key in self.token_keys),
            *(password for url in addresses for password in _passwords(url)),
        )

    def lets_in(self, chat_id: int) -> bool:
        """False for a user whom `allowed_users` leaves out."""
        return not self.allowed_users or chat_id < 0 or chat_id in self.allowed_users

    @property
    def webhook_secret(self) -> str:
        """What Telegram sends with each webhook call; unless set, derived from the bot's token."""
        if self.telegram_webhook_secret is not None:
            return self.telegram_webhook_secret.get_secret_value()
        token = self.telegram_token.get_secret_value().encode()
        return hmac.new(token, b"telegram webhook secret", hashlib.sha256).hexdigest()

    @property
    def webhook_url(self) -> str | None:
        """Where Telegram delivers updates; None: the bridge polls."""
        return None if self.public_url is None else f"{self.public_url}/telegram/webhook"


NAMES = tuple(name.upper() for name in Settings.model_fields)

HINTS = {
    "TELEGRAM_TOKEN": "talk to @BotFather in Telegram to get one",
    "HH_CLIENT_ID": "it is shown at https://dev.hh.ru/admin beside your application",
    "HH_CLIENT_SECRET": "it is shown at https://dev.hh.ru/admin beside your application",
    "HH_USER_AGENT": "write the name and mail of your application, like MyBridge/1.0 (mail@my-site.org)",
}


def load(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """Read the settings from the environment and from `env_file`, if there is one.

    `${NAME}` in the file stands for that variable's value.
    Raises SettingsError with every fault that was found.
    """
    # The later source wins; an empty variable is unset, so it doesn't hide the file's value.
    values = {
        name: value
        for source in _sources(environ, env_file)
        for name, value in source().items()
        if value.strip()
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        # A list has a fault per item: one line for the setting is enough.
        raise SettingsError(dict.fromkeys(_fault(detail) for detail in _details(error))) from None


def likely_typos(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> list[str]:
    """Sentences about names that are no settings but look like a misspelt one."""
    given = dict.fromkeys(
        name.upper()
        for source in _sources(environ, env_file)
        for name, value in source.env_vars.items()
        if value
    )
    close = ((name, get_close_matches(name, NAMES, n=1, cutoff=0.88)) for name in given if name not in NAMES)
    return [f"{name}: is no setting; was {match[0]} meant?" for name, match in close if match]


def _sources(environ: Mapping[str, str] | None, env_file: Path) -> tuple[EnvSettingsSource, ...]:
    environment = EnvSettingsSource(Settings, env_ignore_empty=True)
    if environ is not None:
        environment.env_vars = {name.lower(): value for name, value in environ.items()}
    try:
        file = DotEnvSettingsSource(
            Settings,
            env_file,
            env_file_encoding="utf-8-sig",
            dotenv_filtering="only_existing",
            env_ignore_empty=True,
        )
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{env_file}: can't be read as UTF-8 text ({type(error).__name__})"]) from None
    return file, environment


def _details(error: ValidationError) -> list[tuple[str, str, str]]:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        (str(d["loc"][0]).upper() if d["loc"] else "", d["type"], d["msg"])
        for d in details
        if d["type"] != "default_factory_not_called"  # only follows from another fault
    ]


def _fault(detail: tuple[str, str, str]) -> str:
    name, kind, message = detail
    if kind == "missing":
        hint = HINTS.get(name)
        return f"{name}: is not set" + (f"; {hint}" if hint else "")
    if kind == "value_error":
        message = message.removeprefix("Value error, ")
        return f"{name}: {message}" if name else message
    return f"{name}: {message[:1].lower()}{message[1:]}"
