from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.settings import NAMES, Settings, SettingsError, likely_typos, load

TOKEN = "123456789:AAE-it-is-a-token-of-nobody-00000000"
NEEDED = {
    "TELEGRAM_TOKEN": TOKEN,
    "HH_CLIENT_ID": "client",
    "HH_CLIENT_SECRET": "secret",
    "HH_USER_AGENT": "Bridge/1.0 (operator@bridge.test)",
}
KEY = Fernet.generate_key().decode()
PROJECT = Path(__file__).parent.parent

Read = Callable[..., Settings]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_settings(changes: Mapping[str, str] = {}, env_file: Path | None = None) -> Settings:
        return load({**NEEDED, **changes}, env_file or tmp_path / ".env")

    return read_settings


def faults(read: Read, **changes: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(changes)
    return caught.value.faults


def test_four_settings_are_enough(read: Read) -> None:
    settings = read()
    assert settings.hh_api_url == "https://api.hh.ru"
    assert settings.hh_token_url == "https://api.hh.ru/token"
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.redis_url is None
    assert settings.webhook_url is None
    assert settings.data_dir == Path("data")


def test_each_missing_setting_is_a_line_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, tmp_path / ".env")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == list(NEEDED)
    assert "BotFather" in lines[0]


def test_all_faults_are_told_at_once_one_line_each(read: Read) -> None:
    found = faults(
        read, HTTP_PORT="eighty", LOG_LEVEL="loud", ALLOWED_USERS="1,two,three", HH_PROXY_URL="ftp://x:1"
    )
    assert sorted(line.split(":")[0] for line in found) == [
        "ALLOWED_USERS",
        "HH_PROXY_URL",
        "HTTP_PORT",
        "LOG_LEVEL",
    ]
    assert not any("\n" in line for line in found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "AAE-without-the-number"),
        ("TELEGRAM_TOKEN", "123:with space"),
        ("TELEGRAM_API_URL", "api.telegram.org"),
        ("TELEGRAM_API_URL", "https://api.telegram.org/?x=1"),
        ("TELEGRAM_WEBHOOK_SECRET", "no spaces please"),
        ("TELEGRAM_WEBHOOK_SECRET", "x" * 257),
        ("TELEGRAM_WEBHOOK_SECRET", "x"),
        ("TELEGRAM_WEBHOOK_SECRET", "x" * 15),
        ("TELEGRAM_PROXY_URL", "socks4://host:1080"),
        ("TELEGRAM_PROXY_URL", "socks5://host"),
        ("PUBLIC_URL", "http://bridge.example.org"),
        ("PUBLIC_URL", "http://127.0.0.1.example.org"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://bridge.example.org:99999"),
        ("PUBLIC_URL", "https://bridge.example.org/bridge"),
        ("HH_USER_AGENT", "Mozilla/5.0"),
        ("HH_USER_AGENT", "Мост/1.0 (operator@bridge.test)"),
        ("HH_USER_AGENT", "MyApp/1.0 (my-app-feedback@example.com)"),
        ("HH_USER_AGENT", "Bridge/1.0 (operator@bridge.test)\r\nHost: x"),
        ("HH_HOST", "https://hh.ru"),
        ("HH_REDIRECT_URI", "/oauth/callback"),
        ("HH_REDIRECT_URI", "https://bridge.example.org/oauth/callback#top"),
        ("HH_REQUESTS_PER_SECOND", "0"),
        ("HH_REQUESTS_PER_SECOND", "nan"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "unix://redis.sock"),
        ("REDIS_URL", "redis+sentinel://host:26379"),
        ("REDIS_URL", "redis://host?replicas=some"),
        ("REDIS_URL", "redis+cluster://host:6379?replicas=1"),
        ("REDIS_URL", "redis+cluster://host:6379/3"),
        ("TOKEN_KEYS", "short"),
        ("POLL_MIN_INTERVAL", "-1"),
        ("POLL_MAX_INTERVAL", "inf"),
        ("ALLOWED_USERS", "-5"),
        ("HTTP_PORT", "65536"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(read: Read, name: str, value: str) -> None:
    found = faults(read, **{"TOKEN_KEYS": KEY, name: value})
    assert len(found) == 1
    assert found[0].startswith(f"{name}: ")


def test_no_fault_quotes_a_secret(read: Read) -> None:
    found = faults(
        read,
        TELEGRAM_TOKEN="bad-telegram-secret",
        TOKEN_KEYS="bad-key-secret",
        REDIS_URL="http://user:bad-redis-secret@host",
        HH_PROXY_URL="ftp://user:bad-proxy-secret@host:1",
    )
    assert len(found) == 4
    assert "secret" not in "\n".join(found).replace("TELEGRAM_WEBHOOK_SECRET", "")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://127.1.2.3", "http://[::1]:8080", "http://localhost"]
)
def test_a_public_url_on_loopback_may_be_plain_http(read: Read, url: str) -> None:
    assert read({"PUBLIC_URL": url}).public_url == url


def test_a_closing_slash_of_an_address_does_no_harm(read: Read) -> None:
    settings = read({"PUBLIC_URL": "https://bridge.example.org/", "HH_API_URL": "http://127.0.0.1:9000/api/"})
    assert settings.redirect_uri == "https://bridge.example.org/oauth/callback"
    assert settings.webhook_url == "https://bridge.example.org/telegram/webhook"
    assert settings.hh_api_url == "http://127.0.0.1:9000/api"


def test_the_redirect_address_that_is_set_is_taken_as_it_is(read: Read) -> None:
    settings = read({"PUBLIC_URL": "https://a.example.org", "HH_REDIRECT_URI": "https://b.example.org/back/"})
    assert settings.redirect_uri == "https://b.example.org/back/"


def test_without_a_public_url_the_user_is_sent_to_an_address_of_his_own(read: Read) -> None:
    assert read({"HTTP_PORT": "9090"}).redirect_uri == "http://127.0.0.1:9090/oauth/callback"


def test_the_webhook_secret_is_derived_from_the_token_unless_set(read: Read) -> None:
    derived = read().webhook_secret
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", derived)
    assert derived == read().webhook_secret
    assert derived != read({"TELEGRAM_TOKEN": "123456789:another-token-of-nobody-1111111"}).webhook_secret
    own = "own_secret-of-16"
    assert read({"TELEGRAM_WEBHOOK_SECRET": own}).webhook_secret == own


@pytest.mark.parametrize(
    "url",
    [
        "redis://bridge:pass%40word-1@host:6379/0",
        "redis+cluster://bridge:pass%40word-1@host:6379,other:6379",
        "redis+sentinel://:pass%40word-1@host:26379,other:26379/service/0",
        "redis+sentinel://host:26379/service?sentinel_username=x&sentinel_password=pass%40word-1",
        "unix:///run/redis.sock?password=pass%40word-1",
    ],
)
def test_passwords_of_redis_are_secrets_as_they_are_written_and_as_they_are_meant(
    read: Read, url: str
) -> None:
    assert {"pass%40word-1", "pass@word-1"} <= set(read({"REDIS_URL": url, "TOKEN_KEYS": KEY}).secrets)


def test_all_that_nobody_may_read_in_the_log_is_named(read: Read) -> None:
    found = read(
        {
            "TOKEN_KEYS": KEY,
            "TELEGRAM_WEBHOOK_SECRET": "own_secret-of-16",
            "HH_PROXY_URL": "http://me:of-the-proxy@proxy:3128",
            "TELEGRAM_PROXY_URL": "socks5://me:of-the-other@proxy:1080",
        }
    ).secrets
    known = (NEEDED["TELEGRAM_TOKEN"], NEEDED["HH_CLIENT_SECRET"], KEY, "own_secret-of-16")
    assert {*known, "of-the-proxy", "of-the-other"} <= set(found)


def test_an_address_without_a_password_has_no_secret(read: Read) -> None:
    plain = {"REDIS_URL": "redis://host:6379/0", "HH_PROXY_URL": "http://proxy:3128", "TOKEN_KEYS": KEY}
    assert set(read(plain).secrets) == set(read({"TOKEN_KEYS": KEY}).secrets)


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://user:p%40ss@host:6379/1",
        "rediss://host",
        "redis+cluster://a:7000,b:7001",
        "redis+sentinel://:pw@a:26379,b:26379/mymaster/0",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_every_kind_of_redis_address_is_accepted(read: Read, url: str) -> None:
    settings = read({"REDIS_URL": url, "TOKEN_KEYS": KEY})
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == url


def test_a_redis_of_the_operators_needs_keys_of_the_operators(read: Read) -> None:
    found = faults(read, REDIS_URL="redis://localhost")
    assert len(found) == 1
    assert found[0].startswith("TOKEN_KEYS: ")


def test_several_token_keys_keep_their_order(read: Read) -> None:
    other = Fernet.generate_key().decode()
    keys = read({"TOKEN_KEYS": f" {other} , {KEY},"}).token_keys
    assert [key.get_secret_value() for key in keys] == [other, KEY]


def test_allowed_users_are_numbers_between_commas(read: Read) -> None:
    assert read({"ALLOWED_USERS": "1, 22,"}).allowed_users == {1, 22}
    assert read().allowed_users == frozenset()


def test_the_shortest_poll_interval_may_not_be_longer_than_the_longest(read: Read) -> None:
    found = faults(read, POLL_MIN_INTERVAL="60", POLL_MAX_INTERVAL="30")
    assert found == ("POLL_MIN_INTERVAL: must not be longer than POLL_MAX_INTERVAL",)


def test_a_short_longest_interval_shortens_the_default_of_the_shortest(read: Read) -> None:
    assert read({"POLL_MAX_INTERVAL": "1"}).poll_min_interval == 1
    assert read().poll_min_interval == 15


def test_an_empty_value_counts_as_unset(read: Read) -> None:
    settings = read({"PUBLIC_URL": "", "REDIS_URL": "  ", "HTTP_PORT": "", "TOKEN_KEYS": ""})
    assert settings.public_url is None
    assert settings.redis_url is None
    assert settings.http_port == 8080


def test_the_environment_wins_over_the_file_and_fills_up_from_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\ufeff# сам\nHTTP_PORT=1111\nLOG_LEVEL='debug'\nexport HH_CLIENT_ID=from$file\n", encoding="utf-8"
    )
    settings = load({**NEEDED, "HTTP_PORT": "2222", "HH_CLIENT_ID": "", "LOG_LEVEL": ""}, file)
    assert settings.http_port == 2222
    assert settings.log_level == "DEBUG"
    assert settings.hh_client_id == "from$file"


def test_a_file_that_is_no_text_is_one_readable_line(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "broken.env"
    file.write_bytes(b"HTTP_PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\S*broken\.env: "):
        read(env_file=file)


def test_a_misspelt_name_is_pointed_out_and_a_foreign_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TELEGRAM_TOCKEN=x\nDOMAIN=bridge.example.org\n")
    assert likely_typos({"PATH": "/bin", "HTTP_PROXY": "http://x"}, file) == [
        "TELEGRAM_TOCKEN: is no setting; was TELEGRAM_TOKEN meant?"
    ]


def test_settings_made_by_hand_read_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "1")
    settings = Settings(
        telegram_token=SecretStr(TOKEN),
        hh_client_id="client",
        hh_client_secret=SecretStr("very-secret"),
        hh_user_agent="Bridge/1.0 (operator@bridge.test)",
        hh_proxy_url="http://user:very-secret@proxy:3128",
    )
    assert settings.http_port == 8080
    assert "very-secret" not in repr(settings)
    assert TOKEN not in repr(settings)


def test_the_example_names_every_setting_and_no_other() -> None:
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#? ?([A-Z_]+)=", example, flags=re.MULTILINE)
    assert sorted(named) == sorted(NAMES)
