"""Many conversations at once, for tests of load and of odd letters in every field."""

from __future__ import annotations

from bot.sandbox.hh.employers import EmployerDesk
from bot.sandbox.hh.objects import APPLICANT, Applicant, Negotiation
from bot.sandbox.hh.seed import ago
from bot.sandbox.hh.world import World

_MINUTE = 60.0
_STATES = ("response", "invitation", "discard", "response", "interview")
_NAMES = (
    "Инженер <b>ПТО</b> & сметчик",
    'Дизайнер "обложек" 🎨',
    "Ёжик-тестировщик №{n} — «ночь»",
    "Программист C++/C# </a>",
    "Бариста ☕️👩‍🍳",
)
_TEXTS = (
    "Добрый день! Ждём вас <b>завтра</b> в 10:00 & не опаздывайте 🙂",
    "Спасибо за отклик №{n}! <script>alert(1)</script>",
    "Подскажите зарплатные ожидания: > 100 000 или < 100 000?",
    "Мы вернёмся к вам на этой неделе 👍🏽 _*[]()~`#+-=|{{}}.!",
)


def crowd(world: World, applicant: Applicant, n: int) -> list[Negotiation]:
    """Add `n` conversations of the applicant's first resume, each with a vacancy of its own.

    They lie a minute apart, the last made is the newest. Every fifth employer's message is unread.
    """
    desk = EmployerDesk(world)
    resume = applicant.resumes[0]
    employers = [world.add_employer(f"ООО «Рога & Копыта — {i}» <i>🐂</i>") for i in range(min(n, 20))]
    made = []
    for i in range(n):
        with ago(world, (n - i) * _MINUTE):
            name = _NAMES[i % len(_NAMES)].format(n=i)
            vacancy = world.add_vacancy(employers[i % len(employers)], name)
            negotiation = world.open_negotiation(resume, vacancy, state="response")
            world.post(negotiation, APPLICANT, f"Письмо {i} <&> 😀", state="response", letter=True)
            state = _STATES[i % len(_STATES)]
            if state != "response":
                text = _TEXTS[i % len(_TEXTS)].format(n=i)
                desk.move(negotiation.id, state, text).viewed_by_applicant = i % 5 != 1
        made.append(negotiation)
    return made
