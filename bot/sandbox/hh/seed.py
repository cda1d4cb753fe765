"""A believable world to try the bridge with: people, companies, vacancies and conversations.

The same on every start, except that its moments count back from now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.hh.employers import EmployerDesk
from bot.sandbox.hh.objects import APPLICANT, Address, Applicant, Assessment, Manager, Negotiation, Resume
from bot.sandbox.hh.seed_vacancies import MODERATION, Market, open_market
from bot.sandbox.hh.world import World

_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_HOUR = 3_600.0
_DAY = 24 * _HOUR


@dataclass(frozen=True)
class Seeded:
    """Who can log in: two applicants with history, one without, and an employer's person."""

    anna: Applicant
    timur: Applicant
    olga: Applicant
    manager: Manager


@contextmanager
def ago(world: World, seconds: float) -> Iterator[None]:
    """What is done inside happened `seconds` ago."""
    now = world.now
    world.now = lambda: now() - seconds
    try:
        yield
    finally:
        world.now = now


def seed(world: World) -> Seeded:
    """Fill an empty world."""
    world.moderation.update(MODERATION)
    with ago(world, 30 * _DAY):
        market = open_market(world)
        people = _people(world, market)
    _annas_story(world, market, people.anna)
    _timurs_story(world, market, people.timur)
    _olgas_story(world, market, people.olga)
    return people


def _people(world: World, market: Market) -> Seeded:
    anna = world.add_applicant(
        "Анна", "Смирнова", "Павловна", email="anna.smirnova@example.com", phone="79160000001"
    )
    world.add_resume(anna, "Менеджер проектов", salary=160_000, experience_months=74)
    world.add_resume(anna, "Редактор", salary=110_000, experience_months=74)
    world.add_resume(anna, "Копирайтер", status="not_published", experience_months=20)
    timur = world.add_applicant("Тимур", "Ахметов", email="timur.akhmetov@example.com", phone="79160000002")
    world.add_resume(timur, "Python-разработчик", salary=240_000, experience_months=50)
    world.add_resume(timur, "Аналитик данных", access="whitelist", experience_months=50)
    olga = world.add_applicant("Ольга", "Кузнецова", "Игоревна", email="olga.kuznetsova@example.com")
    world.add_resume(olga, "Бариста", area="Санкт-Петербург", salary=65_000, experience_months=14)
    manager = world.add_manager(market.employers["growth"], "Игорь", "Воронов")
    return Seeded(anna, timur, olga, manager)


class _Story:
    """Tells one applicant's conversations, each step some time ago."""

    def __init__(self, world: World, market: Market) -> None:
        self._world = world
        self._market = market
        self.desk = EmployerDesk(world)

    def respond(self, resume: Resume, vacancy: str, letter: str | None, *, ago_: float) -> Negotiation:
        """The applicant has applied."""
        with ago(self._world, ago_):
            negotiation = self._world.open_negotiation(
                resume, self._market.vacancies[vacancy], state="response"
            )
            self._world.post(negotiation, APPLICANT, letter, state="response", letter=letter is not None)
        return negotiation

    def say(self, negotiation: Negotiation, text: str, *, ago_: float) -> None:
        """The applicant has written."""
        with ago(self._world, ago_):
            self._world.post(negotiation, APPLICANT, text)

    def write(self, negotiation: Negotiation, text: str, *, ago_: float, seen: bool = True) -> None:
        """The employer has written."""
        with ago(self._world, ago_):
            self.desk.write(negotiation.id, text).viewed_by_applicant = seen

    def move(
        self,
        negotiation: Negotiation,
        state: str,
        text: str | None,
        *,
        ago_: float,
        seen: bool = True,
        address: Address | None = None,
        assessment: str | None = None,
    ) -> None:
        """The employer has invited, refused or the like."""
        tests: tuple[Assessment, ...] = ()
        if assessment:
            tests = (Assessment(self._world.next_id("assessment"), assessment),)
        with ago(self._world, ago_):
            message = self.desk.move(negotiation.id, state, text, address=address, assessments=tests)
            message.viewed_by_applicant = seen


def _in_days(world: World, days: int) -> str:
    """A coming date in Russian, as people write it in a letter."""
    day = datetime.fromtimestamp(world.now() + days * _DAY, UTC)
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _annas_story(world: World, market: Market, anna: Applicant) -> None:
    story = _Story(world, market)
    manager, editor, _ = anna.resumes

    old = story.respond(
        manager, "clinic_admin", "Здравствуйте! Готова выйти на работу сразу.", ago_=24 * _DAY
    )
    story.write(old, "Спасибо, вернёмся к вам на следующей неделе.", ago_=23 * _DAY)

    refused = story.respond(
        manager,
        "analyst",
        "Добрый день! Последние три года вела финансовую часть проектов, буду рада пообщаться.",
        ago_=9 * _DAY,
    )
    story.move(
        refused,
        "discard",
        "Анна, благодарим вас за интерес к нашей вакансии. К сожалению, сейчас мы не готовы пригласить "
        "вас на дальнейшее интервью. Мы сохраним ваше резюме и свяжемся с вами, если появится подходящая "
        "позиция.",
        ago_=7 * _DAY,
    )

    chat = story.respond(
        editor, "teacher", "Здравствуйте! Английский C1, пять лет веду разговорный клуб.", ago_=6 * _DAY
    )
    story.move(
        chat, "invitation", "Анна, здравствуйте! Расскажите, с какими уровнями вы работали?", ago_=5 * _DAY
    )
    story.say(chat, "Добрый день! От A2 до B2, взрослые и подростки.", ago_=5 * _DAY - _HOUR)
    story.write(
        chat,
        "Отлично. Занятия идут по вечерам, с 18:00 до 21:00 по Москве. Вам подойдёт?",
        ago_=4 * _DAY,
    )
    story.say(chat, "Да, вечера свободны, кроме среды 🙂", ago_=4 * _DAY - 2 * _HOUR)

    cafe = story.respond(manager, "cafe_manager", None, ago_=3 * _DAY)
    with ago(world, 2 * _DAY):
        story.desk.read(cafe.id)
        story.desk.bar(cafe.id)

    invited = story.respond(
        manager,
        "project_manager",
        "Здравствуйте! Шесть лет управляю проектами в разработке, из них два — распределёнными командами. "
        "Вела запуск личного кабинета с нуля до 40 тысяч пользователей.",
        ago_=2 * _DAY,
    )
    story.move(
        invited,
        "invitation",
        "Анна, здравствуйте!\n\nНам очень понравилось ваше резюме. Приглашаем на встречу с руководителем "
        f"направления {_in_days(world, 3)} в 12:30. Возьмите, пожалуйста, паспорт для пропуска.\n\n"
        "С уважением,\nИгорь Воронов",
        ago_=3 * _HOUR,
        seen=False,
        address=market.addresses["growth"],
    )

    story.respond(
        editor,
        "editor",
        "Добрый день! Редактирую художественную и научно-популярную прозу, примеры работ пришлю по запросу.",
        ago_=0.5 * _HOUR,
    )


def _timurs_story(world: World, market: Market, timur: Applicant) -> None:
    story = _Story(world, market)
    developer, _ = timur.resumes

    offer = story.respond(
        developer, "integrator", "Здравствуйте! Пишу на Python четвёртый год.", ago_=20 * _DAY
    )
    story.move(offer, "invitation", "Тимур, приглашаем на интервью. Удобно завтра в 15:00?", ago_=18 * _DAY)
    story.say(offer, "Да, удобно. Спасибо!", ago_=18 * _DAY - _HOUR)
    story.move(offer, "interview", "Спасибо за беседу! Вернёмся с ответом до пятницы.", ago_=14 * _DAY)
    story.move(offer, "offer", "Готовы сделать вам предложение: 250 000 ₽ на руки, гибрид.", ago_=12 * _DAY)

    tested = story.respond(developer, "analyst", None, ago_=5 * _DAY)
    story.move(
        tested,
        "invitation",
        "Тимур, добрый день! Прежде чем встретиться, просим пройти короткий тест, он займёт 20 минут.",
        ago_=1 * _DAY,
        seen=False,
        assessment="Тест числовых способностей",
    )

    silent = story.respond(developer, "planner", "Добрый день! Интересна ваша вакансия.", ago_=4 * _DAY)
    with ago(world, 3 * _DAY):
        story.desk.read(silent.id)
    for days, text in enumerate(("Подскажите, вакансия ещё открыта?", "Буду рад ответить на вопросы."), 1):
        story.say(silent, text, ago_=(3 - days) * _DAY)

    called = story.respond(
        developer, "logistician", "Есть опыт автоматизации складского учёта.", ago_=2 * _DAY
    )
    with ago(world, 5 * _HOUR):
        story.desk.call(called.id, "did_not_connect")
    story.write(
        called, "Тимур, не смогли до вас дозвониться. Когда удобно поговорить?", ago_=4.9 * _HOUR, seen=False
    )

    story.respond(
        developer,
        "python",
        "Здравствуйте! Делаю асинхронные сервисы на Python: aiohttp, Redis, PostgreSQL. "
        "Код с примерами: <github.com/timur-example> & документация к нему.",
        ago_=_HOUR,
    )


def _olgas_story(world: World, market: Market, olga: Applicant) -> None:
    story = _Story(world, market)
    viewed = story.respond(
        olga.resumes[0], "barista", "Здравствуйте! Живу рядом, люблю латте-арт ☕", ago_=_DAY
    )
    with ago(world, 20 * _HOUR):
        story.desk.read(viewed.id)
