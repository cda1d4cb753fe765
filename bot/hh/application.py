"""The operator's application at hh.ru, as the settings name it: who asks, with which id and secret."""

from __future__ import annotations

import httpx

from bot.hh.client import Client
from bot.hh.oauth import OAuth
from bot.hh.pace import Pace
from bot.settings import Settings


def oauth_of(settings: Settings, http: httpx.AsyncClient, pace: Pace | None = None) -> OAuth:
    """Its tokens; without a `pace` nothing else is asked at the same time."""
    return OAuth(
        http,
        client_id=settings.hh_client_id,
        client_secret=settings.hh_client_secret.get_secret_value(),
        site_url=settings.hh_site_url,
        api_url=settings.hh_api_url,
        token_url=settings.hh_token_url,
        user_agent=settings.hh_user_agent,
        pace=pace,
    )


def client_of(settings: Settings, http: httpx.AsyncClient) -> Client:
    """Its client of the API."""
    return Client(
        http,
        api_url=settings.hh_api_url,
        user_agent=settings.hh_user_agent,
        host=settings.hh_host,
        captcha_backurl=settings.public_url or "https://t.me/",
    )
