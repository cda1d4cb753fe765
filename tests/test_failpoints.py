"""Fail points do nothing unless a test armed them, and never next to the real services."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import failpoints
from bot.cli import WRONG_SETTINGS, main
from bot.settings import NAMES
from tests.test_cli import SETTINGS


@pytest.mark.parametrize("plan", ["nowhere:kill", "notified", "notified:burn", "notified:kill:soon"])
def test_a_plan_that_can_not_be_followed_is_refused(plan: str) -> None:
    with pytest.raises(ValueError, match="point:action"):
        failpoints.arm(plan)


def test_an_unarmed_point_does_nothing() -> None:
    for point in failpoints.POINTS:
        failpoints.reach(point)


def test_a_plan_may_pass_a_point_some_times_before_it_strikes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_armed", failpoints._Armed())
    failpoints.arm("notified:kill:3")
    failpoints.reach("delivery-due")
    failpoints.reach("notified")
    failpoints.reach("notified")


def test_the_table_names_every_point() -> None:
    table = failpoints.__doc__ or ""
    assert all(f"| `{point}` |" in table for point in failpoints.POINTS)


@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize("name", ["TELEGRAM_API_URL", "HH_API_URL"])
def test_a_bridge_to_the_real_services_refuses_to_start_with_a_fail_point(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    local = SETTINGS | {"HH_TOKEN_URL": "http://127.0.0.1:9/token"}
    for setting in NAMES:
        monkeypatch.delenv(setting, raising=False)
    for setting, value in local.items():
        monkeypatch.setenv(setting, value)
    monkeypatch.setenv(name, "https://api.example.org")
    monkeypatch.setenv(failpoints.VARIABLE, "notified:kill")
    assert main(["run"]) == WRONG_SETTINGS
    assert failpoints.VARIABLE in capsys.readouterr().err
