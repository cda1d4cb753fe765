"""The dictionaries of the local hh.ru: ids and their Russian names.

What applicants meet is complete; the dictionaries that only employers need are cut short.
"""

from __future__ import annotations

_STATES = {
    "response": "Отклик",
    "invitation": "Приглашение",
    "discard": "Отказ",
    "hidden": "Скрытый",
}

# Ids that hh.ru uses though its dictionary doesn't list them.
_SEEN_STATES = {
    "text": "Текст",
    "interview": "Собеседование",
    "offer": "Предложение о работе",
    "hired": "Выход на работу",
}

AREAS = {
    "Москва": "1",
    "Санкт-Петербург": "2",
    "Екатеринбург": "3",
    "Новосибирск": "4",
    "Казань": "88",
    "Нижний Новгород": "66",
    "Минск": "1002",
    "Алматы": "160",
}

FORM_OF = {
    "full": "FULL",
    "part": "PART",
    "project": "PROJECT",
    "volunteer": "PART",
    "probation": "FULL",
}

_NAMES: dict[str, dict[str, str]] = {
    "negotiations_state": _STATES,
    "applicant_negotiation_status": {
        "all": "Все",
        "active": "Активные",
        "invitations": "Активные приглашения",
        "response": "Активные отклики",
        "discard": "Отказ",
        "archived": "Архивированные",
        "non_archived": "Все, кроме архивированных",
        "deleted": "Скрытые",
    },
    "messaging_status": {
        "ok": "Переписка доступна",
        "archived": "Вакансия отправлена в архив",
        "disabled_by_employer": "Работодатель отключил переписку",
        "in_a_row_limit": "Вы отправили 5 сообщений подряд. Дождитесь ответа, чтобы написать еще",
        "overall_limit": "Превышено число сообщений в переписке",
        "no_invitation": "Переписка доступна только после приглашения",
        "resume_deleted": "Резюме удалено",
        "prohibited": "Переписка недоступна",
    },
    "negotiations_order": {"updated_at": "по дате обновления", "created_at": "по дате добавления"},
    "negotiations_participant_type": {"applicant": "Соискатель", "employer": "Работодатель"},
    "phone_call_status": {
        "pick_successful": "Установка соединения",
        "calling": "Звонок",
        "did_not_connect": "Абонент временно недоступен",
        "call_in_progress": "Телефонный разговор",
        "call_error": "Техническая ошибка",
        "call_ended": "Телефонный разговор завершен",
    },
    "vacancy_type": {
        "open": "Открытая",
        "closed": "Закрытая",
        "anonymous": "Анонимная",
        "direct": "Рекламная",
    },
    "vacancy_relation": {
        "favorited": "В избранном",
        "got_response": "Вы отправили резюме",
        "got_invitation": "Вас пригласили",
        "got_rejection": "Вам отказали",
        "blacklisted": "Скрыта из поиска",
    },
    "vacancy_billing_type": {"free": "Бесплатная", "standard": "Стандарт", "premium": "Премиум"},
    "experience": {
        "noExperience": "Нет опыта",
        "between1And3": "От 1 года до 3 лет",
        "between3And6": "От 3 до 6 лет",
        "moreThan6": "Более 6 лет",
    },
    "schedule": {
        "fullDay": "Полный день",
        "shift": "Сменный график",
        "flexible": "Гибкий график",
        "remote": "Удаленная работа",
        "flyInFlyOut": "Вахтовый метод",
    },
    "employment": {
        "full": "Полная занятость",
        "part": "Частичная занятость",
        "project": "Проектная работа",
        "volunteer": "Волонтерство",
        "probation": "Стажировка",
    },
    "employment_form": {
        "FULL": "Полная занятость",
        "PART": "Подработка",
        "PROJECT": "Проект или разовое задание",
        "FLY_IN_FLY_OUT": "Вахта",
    },
    "work_format": {
        "ON_SITE": "На месте работодателя",
        "REMOTE": "Удалённо",
        "HYBRID": "Гибрид",
        "FIELD_WORK": "Разъездной",
    },
    "resume_status": {
        "not_published": "не опубликовано",
        "published": "опубликовано",
        "blocked": "заблокировано",
        "on_moderation": "на модерации",
    },
    "resume_access_type": {
        "no_one": "не видно никому",
        "whitelist": "видно выбранным компаниям",
        "blacklist": "скрыто от выбранных компаний",
        "clients": "видно всем компаниям, зарегистрированным на HeadHunter",
        "direct": "доступно только по прямой ссылке",
    },
    "job_search_statuses_applicant": {
        "active_search": "Активно ищу работу",
        "looking_for_offers": "Рассматриваю входящие предложения",
        "not_looking_for_job": "Не ищу работу",
        "has_job_offer": "Предложили работу, пока думаю",
        "accepted_job_offer": "Уже выхожу на новое место",
    },
    "job_search_statuses_employer": {
        "active_search": "Активно ищет работу",
        "looking_for_offers": "Рассматривает предложения",
    },
    "education_level": {"secondary": "Среднее", "higher": "Высшее", "master": "Магистр"},
    "gender": {"male": "Мужской", "female": "Женский"},
    "language_level": {"b1": "B1 — Средний", "l1": "Родной"},
    "preferred_contact_type": {"cell": "Мобильный телефон", "email": "Эл. почта"},
    "relocation_type": {
        "no_relocation": "не готов к переезду",
        "relocation_possible": "готов к переезду",
    },
    "travel_time": {"any": "Не имеет значения"},
    "business_trip_readiness": {"ready": "готов к командировкам", "never": "не готов к командировкам"},
    "resume_contacts_site_type": {"personal": "Другой сайт"},
    "resume_moderation_note": {"bad": "Резюме составлено небрежно."},
    "resume_hidden_fields": {"phones": "Все указанные в резюме телефоны"},
    "resume_employment_form": {"FULL": "Постоянная работа", "PART_TIME": "Подработка"},
    "resume_work_format": {"ON_SITE": "На месте работодателя", "REMOTE": "Удалённо"},
    "vacancy_label": {"with_address": "Только с адресом"},
    "working_days": {"only_saturday_and_sunday": "Работа только по сб и вс"},
    "working_time_intervals": {"from_four_to_six_hours_in_a_day": "Сменами по 4–6 часов в день"},
    "working_time_modes": {"start_after_sixteen": "Можно начинать работать после 16:00"},
    "vacancy_search_fields": {"name": "в названии вакансии"},
    "vacancy_search_order": {"publication_time": "по дате", "relevance": "по соответствию"},
    "vacancy_cluster": {"area": "Регион"},
    "employer_active_vacancies_order": {"name_asc": "по заголовку"},
    "employer_archived_vacancies_order": {"name_asc": "по заголовку"},
    "employer_type": {"company": "Прямой работодатель", "agency": "Кадровое агентство"},
    "employer_relation": {"blacklisted": "Скрыт из поиска вакансий"},
    "vacancy_not_prolonged_reason": {"vacancy_archived": "Архивную вакансию продлить нельзя."},
    "applicant_comments_order": {"creation_time_desc": "по убыванию даты публикации"},
    "applicant_comment_access_type": {"owner": "Виден только мне"},
}

_CURRENCIES = (
    ("RUR", "руб.", "Рубли", 1.0),
    ("BYR", "бел. руб.", "Белорусские рубли", 0.038),
    ("KZT", "тг.", "Тенге", 6.45),
    ("EUR", "€", "Евро", 0.011),
    ("USD", "$", "Доллары", 0.012),
)


def named(dictionary: str, id_: str) -> dict[str, str]:
    """An `{id, name}` object; an id that no dictionary knows is its own name."""
    if dictionary in ("negotiations_state", "message_state"):
        return {"id": id_, "name": (_STATES | _SEEN_STATES).get(id_, id_)}
    return {"id": id_, "name": _NAMES[dictionary].get(id_, id_)}


def dictionaries() -> dict[str, object]:
    """`GET /dictionaries` (`DictionariesDictResponse`)."""
    listed: dict[str, object] = {
        key: [{"id": id_, "name": name} for id_, name in entries.items()] for key, entries in _NAMES.items()
    }
    listed["schedule"] = [
        {"id": id_, "name": name, "uid": _snake(id_)} for id_, name in _NAMES["schedule"].items()
    ]
    listed["driver_license_types"] = [{"id": "B"}, {"id": "C"}]
    listed["currency"] = [
        {
            "code": code,
            "abbr": abbr,
            "name": name,
            "rate": rate,
            "default": code == "RUR",
            "in_use": code == "RUR",
        }
        for code, abbr, name, rate in _CURRENCIES
    ]
    return listed


def _snake(id_: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in id_)
