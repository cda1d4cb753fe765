"""Methods by which the bot gets its updates and files."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct

from bot.sandbox.telegram import wire
from bot.sandbox.telegram.methods.registry import Result, method, waiting_method
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.refusals import BadRequest
from bot.sandbox.telegram.webhook import Webhook
from bot.sandbox.telegram.world import World

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
DEFAULT_CONNECTIONS = 40
_KINDS = """
message edited_message channel_post edited_channel_post business_connection business_message
edited_business_message deleted_business_messages message_reaction message_reaction_count inline_query
chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media poll poll_answer
my_chat_member chat_member chat_join_request chat_boost removed_chat_boost managed_bot
"""
KINDS = frozenset(_KINDS.split())


def _allow(world: World, parameters: Parameters) -> None:
    """Remember `allowed_updates`; without it the former list holds, and unknown names are passed over."""
    if parameters.has("allowed_updates"):
        wanted = parameters.json("allowed_updates", tuple[str, ...], "allowed_updates") or ()
        world.updates.allowed = tuple(kind for kind in wanted if kind in KINDS)


@waiting_method("getUpdates")
async def get_updates(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getupdates ."""
    if not world.updates.webhook_set:
        _allow(world, parameters)
    limit = parameters.integer("limit", 100, 1, 100)
    found: list[Struct] = list(
        await world.updates.poll(parameters.integer("offset"), limit, parameters.integer("timeout", 0, 0))
    )
    return found


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise BadRequest("invalid webhook URL specified")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    return url


@method("setWebhook")
def set_webhook(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#setwebhook (http is accepted on loopback)."""
    url, secret = parameters.text("url").strip(), parameters.text("secret_token")
    if len(secret) > 256:
        raise BadRequest("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise BadRequest("secret token contains unallowed characters")
    if not url:
        return delete_webhook(world, parameters)
    connections = parameters.integer("max_connections", DEFAULT_CONNECTIONS, 1, 100)
    webhook = Webhook(_checked_url(url), secret, connections)
    _allow(world, parameters)
    if parameters.flag("drop_pending_updates"):
        world.updates.drop()
    if webhook != world.webhooks.webhook:
        world.updates.end_poll("setWebhook request")
        world.webhooks.set(webhook)
    world.changes.notify()
    return True


@method("deleteWebhook")
def delete_webhook(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#deletewebhook ."""
    if parameters.flag("drop_pending_updates"):
        world.updates.drop()
    if world.webhooks.webhook is not None:
        world.webhooks.set(None)
    world.changes.notify()
    return True


@method("getWebhookInfo")
def get_webhook_info(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getwebhookinfo ."""
    webhook = world.webhooks.webhook
    return wire.WebhookInfo(
        url=webhook.url if webhook else "",
        has_custom_certificate=False,
        pending_update_count=world.updates.count,
        last_error_date=world.webhooks.last_error_date,
        last_error_message=world.webhooks.last_error,
        max_connections=webhook.max_connections if webhook else None,
        allowed_updates=world.updates.allowed,
    )


@method("getFile")
def get_file(world: World, parameters: Parameters) -> Result:
    """https://core.telegram.org/bots/api#getfile ."""
    file_id = parameters.text("file_id")
    if not file_id:
        raise BadRequest("file_id not specified")
    known = world.files.get(file_id)
    if known is None:
        raise BadRequest("wrong file_id or the file is temporarily unavailable")
    path, content = known
    return wire.File(file_id=file_id, file_unique_id=file_id[-12:], file_size=len(content), file_path=path)
