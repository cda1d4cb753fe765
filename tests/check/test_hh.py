from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from pydantic import SecretStr

from bot.sandbox.hh import faults
from bot.sandbox.hh.faults import Answer, Fault
from tests.check.operator import Operator, failed
from tests.ports import free_port


async def test_an_unreachable_hh_leads_to_the_proxy(operator: Operator) -> None:
    await operator.hh.stop()
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["hh.ru"]
    assert "HH_PROXY_URL" in report


async def test_an_agent_that_hh_refuses_is_named(operator: Operator) -> None:
    passed, report = await operator.check(hh_user_agent="MyApp/1.0 (my-app-feedback@example.com)")
    assert not passed
    assert failed(report) == ["hh.ru"]
    assert "HH_USER_AGENT" in report


@pytest.mark.parametrize("changes", [{"hh_client_id": "wrong"}, {"hh_client_secret": SecretStr("wrong")}])
async def test_an_application_that_hh_does_not_know_is_named(
    operator: Operator, changes: dict[str, object]
) -> None:
    passed, report = await operator.check(**changes)
    assert not passed, report
    assert failed(report) == ["Application"]
    assert "HH_CLIENT_ID" in report


async def test_an_old_token_address_serves_as_well(operator: Operator) -> None:
    passed, report = await operator.check(hh_token_url=operator.hh.old_token_url)
    assert passed, report


async def test_a_clock_that_hh_does_not_tell_is_not_judged(operator: Operator) -> None:
    vague = Answer(200, "{}", "application/json", (("Date", "today"),))
    operator.hh.faults.add(Fault("vague", vague), "GET /dictionaries")
    passed, report = await operator.check()
    assert passed, report
    assert "answers, and accepts HH_USER_AGENT" in report
    assert "Clock" not in report


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (faults.refused("resource_policy_violation"), "refuses: "),
        (faults.broken(502), "doesn't answer as it should"),
        (faults.shield(), "doesn't answer as it should"),
    ],
)
async def test_what_hh_answers_instead_is_told(operator: Operator, fault: Fault, says: str) -> None:
    operator.hh.faults.add(fault, "GET /dictionaries", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["hh.ru"]
    assert says in report


async def test_an_hh_that_wants_an_account_even_for_its_dictionaries_is_reached(operator: Operator) -> None:
    operator.hh.faults.add(faults.oauth("bad_authorization"), "GET /dictionaries", times=None)
    passed, report = await operator.check()
    assert passed, report
    assert "HH_USER_AGENT and the clock are not checked" in report
    assert "accepts HH_USER_AGENT" not in report


async def test_a_token_address_that_does_not_answer_is_told_from_a_wrong_secret(operator: Operator) -> None:
    operator.hh.faults.add(faults.broken(502), "POST /token", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Application"]
    assert "HH_TOKEN_URL doesn't answer" in report


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ('{"access_token": "a", "refresh_token": "b", "expires_in": 9}', "accepts any code"),
        ('{"error": "invalid_grant", "error_description": "moon"}', "answers 'moon'"),
    ],
)
async def test_a_token_address_that_behaves_strangely_is_doubted(
    operator: Operator, said: str, says: str
) -> None:
    status = 200 if "access" in said else 400
    strange = Fault("strange", Answer(status, said, "application/json"))
    operator.hh.faults.add(strange, "POST /token", times=None)
    passed, report = await operator.check()
    assert passed
    assert says in report


@pytest.mark.parametrize(("behind", "says"), [(3600, "behind hh.ru's"), (-3600, "ahead of hh.ru's")])
async def test_a_clock_that_is_wrong_is_named(operator: Operator, behind: float, says: str) -> None:
    dated = (("Date", formatdate(time.time() + behind, usegmt=True)),)
    operator.hh.faults.add(Fault("dated", Answer(200, "{}", "application/json", dated)), "GET /dictionaries")
    passed, report = await operator.check()
    assert not passed
    assert "Clock" in failed(report)
    assert says in report


async def test_a_redirect_address_that_is_not_registered_is_named(operator: Operator) -> None:
    passed, report = await operator.check(hh_redirect_uri="http://127.0.0.1/oauth/callbacks")
    assert not passed
    assert failed(report) == ["Redirect"]
    assert "doesn't take the redirect address http://127.0.0.1/oauth/callbacks" in report


async def test_a_redirect_address_that_follows_from_the_registered_one_passes(operator: Operator) -> None:
    passed, report = await operator.check(hh_redirect_uri="http://127.0.0.1/oauth/callback/bridge")
    assert passed, report
    assert "opens with http://127.0.0.1/oauth/callback/bridge" in report


async def test_a_redirect_address_is_not_judged_by_a_login(operator: Operator) -> None:
    login = Answer(302, "", "text/html", (("Location", "/account/login"),))
    operator.hh.faults.add(Fault("login", login), "GET /oauth/authorize")
    passed, report = await operator.check()
    assert passed, report
    assert f"it must be {operator.settings.redirect_uri}" in report


async def test_a_page_of_agreement_that_does_not_open_is_told(operator: Operator) -> None:
    passed, report = await operator.check(hh_site_url=f"http://127.0.0.1:{free_port()}")
    assert passed, report
    assert "?     Redirect: the page where users agree doesn't open" in report
    assert "HH_SITE_URL" in report


async def test_a_redirect_address_that_the_token_address_refuses_is_named(operator: Operator) -> None:
    operator.hh.faults.add(faults.no_tokens("invalid_request", "bad redirect url"), "POST /token", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Application"]
    assert "is not registered" in report


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (faults.no_tokens("forbidden", ""), "gives it no tokens and doesn't say why"),
        (faults.refused("forbidden", 403), "gives it no tokens and doesn't say why"),
        (faults.no_tokens("forbidden", "client_id or client_secret not found"), "doesn't know HH_CLIENT_ID"),
        (faults.oauth("application_not_found"), "was deleted at hh.ru"),
        (faults.oauth("token_expired"), "HH_TOKEN_URL doesn't answer as it should"),
    ],
)
async def test_an_application_is_unknown_only_where_hh_says_so(
    operator: Operator, fault: Fault, says: str
) -> None:
    operator.hh.faults.add(fault, "POST /token", times=None)
    passed, report = await operator.check()
    assert not passed
    assert failed(report) == ["Application"]
    assert says in report
    assert ("HH_CLIENT_ID" in report) == ("HH_CLIENT_ID" in says)


async def test_a_token_address_where_nothing_is_is_named(operator: Operator) -> None:
    passed, report = await operator.check(hh_token_url=f"{operator.hh.url}/tokens")
    assert not passed
    assert failed(report) == ["Application"]
    assert "nothing at HH_TOKEN_URL" in report
