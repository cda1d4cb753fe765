"""A strict local hh.ru: state, rules, API, site, console and faults on command.

It keeps the contract of hh.ru's applicant API (OpenAPI 2025-12) without using any of the bridge's
own code, so that the bridge and its test double can't share a mistake.
"""
