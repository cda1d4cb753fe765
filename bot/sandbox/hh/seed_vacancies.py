"""The seeded labour market: companies, offices and vacancies. All companies are invented."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.hh.objects import Address, Employer, Metro, Salary, Vacancy
from bot.sandbox.hh.world import World

# Phrases that the sandbox's moderation doesn't let through.
MODERATION = {"идиот": "inappropriate_language", "казино": "resource_policy_violation"}

_EMPLOYERS = {
    "growth": "Точка роста",
    "wind": "Северный ветер",
    "grain": "Кофейни «Зерно»",
    "doctor": "Клиника «Добрый доктор»",
    "bank": "Банк «Опора»",
    "build": "СК «Фундамент»",
    "ink": "Издательство «Чернильница»",
    "polyglot": "Онлайн-школа «Полиглот и Ко»",
    "agency": "Кадровое агентство «Второе мнение»",
}

_OFFICES = {
    "growth": (
        "Москва",
        "улица Нижняя Красносельская",
        "35с9",
        55.7789,
        37.6683,
        "Вход со двора, на проходной потребуется паспорт",
        (
            Metro("6.4", "Бауманская", "3", "Арбатско-Покровская", 55.772405, 37.67904),
            Metro("1.3", "Красносельская", "1", "Сокольническая", 55.780014, 37.666097),
        ),
    ),
    "wind": (
        "Санкт-Петербург",
        "Московский проспект",
        "107",
        59.8926,
        30.3180,
        None,
        (Metro("15.9", "Московские ворота", "15", "Московско-Петроградская", 59.891788, 30.317873),),
    ),
    "grain": (
        "Санкт-Петербург",
        "улица Рубинштейна",
        "15",
        59.9300,
        30.3445,
        "Вывеска с зёрнышком",
        (Metro("14.7", "Достоевская", "17", "Правобережная", 59.928234, 30.346029),),
    ),
    "build": (
        "Екатеринбург",
        "улица Малышева",
        "51",
        56.8360,
        60.6145,
        None,
        (Metro("37.6", "Площадь 1905 года", "37", "Север — Юг", 56.837982, 60.59734),),
    ),
}


@dataclass(frozen=True)
class Market:
    """Employers and their offices by employer's key, vacancies by their own."""

    employers: dict[str, Employer]
    addresses: dict[str, Address]
    vacancies: dict[str, Vacancy]


def open_market(world: World) -> Market:
    """Register all employers, offices and vacancies."""
    employers = {key: world.add_employer(name) for key, name in _EMPLOYERS.items()}
    addresses = {
        key: world.add_address(Address(world.next_id("address"), employers[key].id, *office))
        for key, office in _OFFICES.items()
    }
    market = Market(employers, addresses, {})
    _technical(world, market)
    _practical(world, market)
    _literate(world, market)
    _odd(world, market)
    return market


def _technical(world: World, market: Market) -> None:
    growth, vacancies = market.employers["growth"], market.vacancies
    vacancies["python"] = world.add_vacancy(
        growth,
        "Python-разработчик (asyncio)",
        description="Развиваем сервис уведомлений: миллионы сообщений в день, очереди, Redis, PostgreSQL. "
        "Небольшая команда, ревью кода, дежурства раз в шесть недель.",
        salary=Salary(220_000, 300_000, gross=True),
        address=market.addresses["growth"],
        key_skills=("Python", "asyncio", "Redis", "PostgreSQL", "Docker"),
        experience="between3And6",
        work_format=("HYBRID", "REMOTE"),
    )
    vacancies["tester"] = world.add_vacancy(
        growth,
        "Инженер по тестированию",
        description="Автотесты на Python, проверка API и мобильных приложений. Отклик — после теста.",
        salary=Salary(150_000, 190_000),
        key_skills=("Тестирование", "Python", "SQL"),
        has_test=True,
    )
    vacancies["project_manager"] = world.add_vacancy(
        growth,
        "Менеджер проектов",
        description="Ведём три продукта для малого бизнеса. Ищем человека, который держит сроки и людей. "
        "В сопроводительном письме расскажите о своём самом трудном проекте.",
        salary=Salary(from_=170_000),
        address=market.addresses["growth"],
        key_skills=("Управление проектами", "Переговоры", "Kanban"),
        experience="between3And6",
        work_format=("ON_SITE", "HYBRID"),
        letter_required=True,
    )
    vacancies["integrator"] = world.add_vacancy(
        market.employers["bank"],
        "Разработчик интеграций",
        description="Связываем внутренние системы банка, Python и немного Go.",
        salary=Salary(to=260_000),
        key_skills=("Python", "REST", "Kafka"),
        work_format=("HYBRID",),
    )
    vacancies["analyst"] = world.add_vacancy(
        market.employers["bank"],
        "Финансовый аналитик",
        description="Отчётность, модели, прогнозы для розничного бизнеса.",
        salary=Salary(140_000, 140_000, gross=True),
        key_skills=("Excel", "SQL", "МСФО"),
    )


def _practical(world: World, market: Market) -> None:
    employers, addresses, vacancies = market.employers, market.addresses, market.vacancies
    vacancies["logistician"] = world.add_vacancy(
        employers["wind"],
        "Логист по международным перевозкам",
        area="Санкт-Петербург",
        description="Маршруты, документы, переговоры с перевозчиками.",
        salary=Salary(95_000, 130_000),
        address=addresses["wind"],
        key_skills=("Логистика", "ВЭД", "1С"),
    )
    vacancies["driver"] = world.add_vacancy(
        employers["wind"],
        "Водитель-экспедитор категории C",
        area="Санкт-Петербург",
        description="Сменный график 2/2, новые машины, выплаты два раза в месяц.",
        salary=Salary(from_=110_000),
        address=addresses["wind"],
        experience="between1And3",
        schedule="shift",
        work_format=("FIELD_WORK",),
    )
    vacancies["barista"] = world.add_vacancy(
        employers["grain"],
        "Бариста",
        area="Санкт-Петербург",
        description="Учим с нуля, кофе и обед за наш счёт.",
        salary=Salary(55_000, 75_000),
        address=addresses["grain"],
        key_skills=("Работа с гостями", "Латте-арт"),
        experience="noExperience",
        schedule="shift",
        employment="part",
    )
    vacancies["cafe_manager"] = world.add_vacancy(
        employers["grain"],
        "Управляющая / управляющий кофейней",
        area="Санкт-Петербург",
        description="Команда из восьми человек, закупки, отчётность.",
        salary=Salary(90_000, 120_000),
        address=addresses["grain"],
    )
    vacancies["nurse"] = world.add_vacancy(
        employers["doctor"],
        "Процедурная медсестра",
        description="Частная клиника у метро, запись по времени, без ночных смен.",
        salary=Salary(80_000, 95_000),
        key_skills=("Забор крови", "Инъекции"),
        schedule="shift",
    )
    vacancies["clinic_admin"] = world.add_vacancy(
        employers["doctor"],
        "Администратор клиники",
        description="Встречать пациентов, вести запись.",
        salary=Salary(60_000, 60_000),
        archived=True,
    )
    vacancies["planner"] = world.add_vacancy(
        employers["build"],
        "Инженер ПТО",
        area="Екатеринбург",
        description="Исполнительная документация, сметы, выезды на объект раз в неделю.",
        address=addresses["build"],
        key_skills=("AutoCAD", "Сметы"),
        experience="between3And6",
    )


def _literate(world: World, market: Market) -> None:
    ink, vacancies = market.employers["ink"], market.vacancies
    vacancies["editor"] = world.add_vacancy(
        ink,
        "Редактор художественной литературы",
        description="Рукописи, авторы, сроки. Удалённо, одна планёрка в неделю.",
        key_skills=("Редактура", "Грамотность", "Работа с авторами"),
        schedule="remote",
        work_format=("REMOTE",),
    )
    vacancies["designer"] = world.add_vacancy(
        ink,
        "Дизайнер обложек",
        description="Проектная работа: 3–4 обложки в месяц. Портфолио обязательно.",
        salary=Salary(15_000, 30_000),
        employment="project",
        schedule="remote",
        work_format=("REMOTE",),
        letter_required=True,
    )
    vacancies["teacher"] = world.add_vacancy(
        market.employers["polyglot"],
        "Преподаватель английского языка",
        description="Групповые занятия онлайн, готовые материалы, поддержка методиста.",
        salary=Salary(from_=45_000),
        key_skills=("Английский язык", "Преподавание"),
        employment="part",
        schedule="flexible",
        work_format=("REMOTE",),
    )


def _odd(world: World, market: Market) -> None:
    market.vacancies["direct"] = world.add_vacancy(
        market.employers["bank"],
        "Специалист по обслуживанию клиентов",
        description="Отклик — на сайте банка.",
        salary=Salary(70_000, 85_000),
        type_id="direct",
        response_url="https://career.opora.example/respond?vacancy=518",
    )
    market.vacancies["anonymous"] = world.add_vacancy(
        market.employers["agency"],
        "Руководитель отдела продаж",
        description="Компания не раскрывает своё название до собеседования.",
        salary=Salary(250_000, 400_000, gross=True),
        experience="moreThan6",
        type_id="anonymous",
    )
    market.vacancies["kazakh"] = world.add_vacancy(
        market.employers["polyglot"],
        "Методист по русскому языку",
        area="Алматы",
        description="Программы для взрослых групп, офис в центре Алматы.",
        salary=Salary(450_000, 600_000, currency="KZT"),
        key_skills=("Методическая работа", "Русский язык"),
        work_format=("HYBRID",),
        site="hh.kz",
    )
