"""Which update is whose: every handler of the bridge, in the order in which they are tried."""

from __future__ import annotations

from typing import Final

from telegram import Message, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    ExtBot,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.chat import actions
from bot.handlers import (
    apply,
    cancel,
    chats,
    conversation,
    edit,
    help,
    language,
    lists,
    media,
    membership,
    own_data,
    quick,
    reply,
    settings,
    start_and_linking,
    templates,
    unlink,
)
from bot.handlers.buttons import ButtonBehaviour, on_press
from bot.handlers.context import Bridge, Context, Dispatcher, keep_error, on_message, present_turn
from bot.linking import redirected

PRESSES: Final[dict[str, ButtonBehaviour]] = {
    actions.LINK: start_and_linking.link,
    actions.UNLINK: unlink.pressed,
    actions.UNLINK_YES: unlink.confirmed,
    actions.EXPORT: own_data.pressed,
    actions.HELP: help.topic,
    actions.TOUR: help.tour,
    actions.LANGUAGE: language.chosen,
    actions.LETTER: apply.choose_letter,
    actions.OWN_LETTER: apply.own_letter,
    actions.KEEP_LETTER: apply.keep_letter,
    actions.QUICK: quick.choose,
    actions.OWN_REPLY: conversation.own_reply,
    actions.QUICK_YES: quick.send_it,
    actions.QUICK_EDIT: quick.change,
    actions.TEMPLATES: templates.listing,
    actions.TEMPLATE: templates.show,
    actions.TEMPLATE_NEW: templates.ask_new,
    actions.TEMPLATE_TEXT: templates.ask_text,
    actions.TEMPLATE_TITLE: templates.ask_title,
    actions.TEMPLATE_DROP: templates.ask_drop,
    actions.TEMPLATE_DROP_YES: templates.drop,
    actions.CANCEL: cancel.pressed,
    actions.LIST: lists.turn_over,
    actions.FIND: lists.ask_find,
    actions.FOUND: lists.turn_found,
    actions.HIDE_ALL: lists.ask_hide_all,
    actions.HIDE_ALL_YES: lists.hide_all,
    actions.HIDE_STOP: lists.stop_hiding,
    actions.OPEN: conversation.open_,
    actions.TOPIC: conversation.open_topic,
    actions.TOPIC_DROP: conversation.drop_topic,
    actions.HISTORY: conversation.history,
    actions.REPLY: conversation.reply,
    actions.HIDE: conversation.hide,
    actions.HIDE_YES: conversation.hide_silently,
    actions.DECLINE_YES: conversation.decline,
    actions.KEEP: conversation.keep,
    actions.MUTE: conversation.mute,
    actions.TO: reply.to,
    actions.TO_MORE: reply.more,
    actions.DROP: reply.drop,
    actions.CORRECT: edit.correct,
    actions.EDIT_AGAIN: edit.retry,
    actions.APPLY: apply.start,
    actions.RESUME: apply.choose,
    actions.NO_LETTER: apply.skip_letter,
    actions.APPLY_YES: apply.send,
    actions.RETRY_APPLY: apply.send,
    actions.SETTINGS: settings.page,
    actions.SET: settings.choose,
    actions.TYPE: settings.type_,
}
"""What each button does."""


FOR_ALL: Final = frozenset({actions.UNLINK, actions.UNLINK_YES, actions.EXPORT, actions.CANCEL})
"""Buttons that also work for whom the operator leaves out: what is kept of him is still his."""


class _LeftOut(filters.UpdateFilter):
    """Updates of users whom the operator leaves out."""

    def filter(self, update: Update) -> bool:
        """True where the user is not let in."""
        return not present_turn().let_in


class _Redirected(filters.MessageFilter):
    """Messages with the address that hh.ru sent the browser to."""

    def filter(self, message: Message) -> bool:
        """True where the text holds such an address."""
        return redirected(message.text or "") is not None


class _ByPerson(filters.MessageFilter):
    """Messages that no other bot wrote: two bots that answer each other never end."""

    def filter(self, message: Message) -> bool:
        """True where a person wrote it, also by means of an inline bot."""
        return message.from_user is None or not message.from_user.is_bot


def application(bot: ExtBot[None]) -> Bridge:
    """The dispatcher of updates: no updater, no queue of jobs, nothing kept between updates."""
    bridge = (
        ApplicationBuilder()
        .application_class(Dispatcher)
        .bot(bot)
        .updater(None)
        .job_queue(None)
        .context_types(ContextTypes(context=Context))
        .build()
    )
    private = filters.ChatType.PRIVATE & _ByPerson()
    new = private & filters.UpdateType.MESSAGE
    bridge.add_handler(TypeHandler(Update, membership.returned), group=-1)
    bridge.add_handlers(
        [
            ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER),
            CallbackQueryHandler(on_press(PRESSES, for_all=FOR_ALL)),
            MessageHandler(filters.ChatType.GROUPS & filters.UpdateType.MESSAGE, on_message(chats.leave)),
            CommandHandler("unlink", on_message(unlink.ask), new),
            CommandHandler("export", on_message(own_data.export), new),
            CommandHandler("privacy", on_message(own_data.privacy), new),
            MessageHandler(private & _LeftOut(), on_message(help.shut)),
            MessageHandler(private & filters.UpdateType.EDITED_MESSAGE, on_message(edit.edited)),
            CommandHandler("start", on_message(start_and_linking.start), new),
            CommandHandler("list", on_message(lists.show), new),
            CommandHandler(["find", "search"], on_message(lists.find), new),
            CommandHandler("letters", on_message(templates.letters), new),
            CommandHandler("replies", on_message(templates.replies), new),
            CommandHandler("cancel", on_message(cancel.command), new),
            CommandHandler("help", on_message(help.help_), new),
            CommandHandler("settings", on_message(settings.show), new),
            CommandHandler("language", on_message(language.ask), new),
            MessageHandler(new & _Redirected(), on_message(start_and_linking.pasted)),
            MessageHandler(new & filters.COMMAND, on_message(help.unknown)),
            MessageHandler(new & filters.TEXT, on_message(reply.text)),
            MessageHandler(new & ~filters.StatusUpdate.ALL, on_message(media.unsendable)),
        ]
    )
    bridge.add_error_handler(keep_error)
    return bridge
