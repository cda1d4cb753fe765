"""Lists of conversations at the local hh.ru: filters, order, paging."""

from __future__ import annotations

import pytest

from bot.sandbox.hh.server import LocalHh
from tests.sandbox.hh.caller import Caller
from tests.sandbox.hh.conftest import Cast, Clock

ALL = ["response", "invitation", "discard", "archived", "hidden"]


@pytest.fixture
def gallery(hh: LocalHh, cast: Cast, clock: Clock) -> dict[str, str]:
    """One conversation of each kind, a minute apart; the names by id."""
    ids = {}
    for name in ALL:
        vacancy = hh.world.add_vacancy(cast.employer, name)
        ids[name] = hh.world.open_negotiation(cast.resume, vacancy, state="response").id
        clock.pass_(60)
    hh.employers.drift(ids["invitation"], "interview")
    hh.employers.drift(ids["discard"], "discard")
    hh.employers.archive(ids["archived"])
    hh.world.negotiation(ids["hidden"]).hidden = True
    return {nid: name for name, nid in ids.items()}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("all", {"response", "invitation", "discard", "archived"}),
        ("active", {"response", "invitation"}),
        ("invitations", {"invitation"}),
        ("response", {"response"}),
        ("discard", {"discard"}),
        ("archived", {"archived"}),
        ("non_archived", {"response", "invitation", "discard"}),
        ("deleted", {"hidden"}),
    ],
)
async def test_a_status_narrows_the_list(
    call: Caller, gallery: dict[str, str], status: str, expected: set[str]
) -> None:
    listed = (await call("GET", f"/negotiations?status={status}")).json
    assert {gallery[item["id"]] for item in listed["items"]} == expected
    assert listed["found"] == len(expected)


async def test_the_old_list_of_active_ones_is_the_new_one_with_a_status(
    call: Caller, gallery: dict[str, str]
) -> None:
    old = (await call("GET", "/negotiations/active")).json
    new = (await call("GET", "/negotiations?status=active")).json
    assert [item["id"] for item in old["items"]] == [item["id"] for item in new["items"]]


async def test_the_latest_update_comes_first_and_other_orders_can_be_asked_for(
    hh: LocalHh, clock: Clock, call: Caller, gallery: dict[str, str]
) -> None:
    first = next(iter(gallery))
    clock.pass_(60)
    hh.employers.touch(first)

    async def names(query: str) -> list[str]:
        listed = (await call("GET", f"/negotiations?status=active{query}")).json
        return [gallery[item["id"]] for item in listed["items"]]

    assert await names("") == ["response", "invitation"]
    assert await names("&order_by=created_at") == ["invitation", "response"]
    assert await names("&order=asc") == ["invitation", "response"]
    assert await names("&order_by=created_at&order=asc") == ["response", "invitation"]


async def test_lists_narrow_to_a_vacancy_and_to_unviewed_messages(
    hh: LocalHh, call: Caller, cast: Cast, gallery: dict[str, str], nid: str
) -> None:
    of_vacancy = (await call("GET", f"/negotiations?vacancy_id={cast.vacancy.id}")).json
    assert [item["id"] for item in of_vacancy["items"]] == [nid]
    assert (await call("GET", "/negotiations?has_updates=true")).json["found"] == 0
    hh.employers.write(nid, "Да?")
    assert (await call("GET", "/negotiations?has_updates=true")).json["found"] == 1
    assert (await call("GET", "/negotiations?vacancy_id=5")).status == 404


async def test_pages_cover_the_list_once(hh: LocalHh, clock: Clock, call: Caller, cast: Cast) -> None:
    for number in range(7):
        hh.world.open_negotiation(cast.resume, cast.vacancy, state="response")
        clock.pass_(number % 2)
    pages = [(await call("GET", f"/negotiations?page={page}&per_page=3")).json for page in range(4)]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert len(ids) == len(set(ids)) == 7
    assert [len(page["items"]) for page in pages] == [3, 3, 1, 0]
    assert {(page["found"], page["pages"], page["per_page"]) for page in pages} == {(7, 3, 3)}


async def test_twenty_stand_on_a_page_unless_told_otherwise(hh: LocalHh, call: Caller, cast: Cast) -> None:
    for _ in range(21):
        hh.world.open_negotiation(cast.resume, cast.vacancy, state="response")
    listed = (await call("GET", "/negotiations")).json
    assert (len(listed["items"]), listed["per_page"], listed["pages"]) == (20, 20, 2)


async def test_dates_have_whole_seconds_and_no_colon_in_the_offset(
    hh: LocalHh, clock: Clock, call: Caller, nid: str
) -> None:
    clock.pass_(61.5)
    hh.employers.write(nid, "Да?")
    negotiation = (await call("GET", f"/negotiations/{nid}")).json
    assert negotiation["created_at"] == "2026-11-18T14:06:40+0300"
    assert negotiation["updated_at"] == "2026-11-18T14:07:41+0300"


async def test_ids_grow(hh: LocalHh, cast: Cast) -> None:
    made = [hh.world.open_negotiation(cast.resume, cast.vacancy, state="response") for _ in range(3)]
    assert sorted(made, key=lambda item: int(item.id)) == made
