"""The OpenAPI 2025-12 document as JSON schemas, for tests; absent outside the project's workplace."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_DOCUMENT = Path(__file__).parents[3].parent / "shared" / "hh" / "openapi-2025-12.yaml"

needs_openapi = pytest.mark.skipif(not _DOCUMENT.exists(), reason=f"{_DOCUMENT.name} is not here")


def _translated(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON schema's null."""
    if isinstance(node, list):
        return [_translated(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {key: _translated(value) for key, value in node.items() if key not in ("example", "examples")}
    if node.get("nullable") is True:
        if isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]
    return schema


@lru_cache(maxsize=1)
def _loaded() -> tuple[dict[str, Any], Registry[Any]]:
    with _DOCUMENT.open(encoding="utf-8") as file:
        document = yaml.load(file, Loader=yaml.CSafeLoader)
    translated = {"paths": document["paths"], "components": _translated(document["components"])}
    resource = DRAFT202012.create_resource(translated)
    return translated, Registry().with_resource("urn:hh", resource)


def _check(pointer: str, document: object) -> None:
    _, registry = _loaded()
    validator = jsonschema.Draft202012Validator({"$ref": f"urn:hh#{pointer}"}, registry=registry)
    errors = sorted(validator.iter_errors(document), key=lambda error: len(error.path))
    assert not errors, "\n".join(f"{error.json_path}: {error.message[:300]}" for error in errors)


def check_schema(name: str, document: object) -> None:
    """Fail unless the document fits a schema of the components."""
    _check(f"/components/schemas/{name}", document)


def check_answer(method: str, path: str, status: int, document: object) -> None:
    """Fail unless the document is a JSON answer that an operation may give with this status."""
    loaded, registry = _loaded()
    answer = loaded["paths"][path][method.lower()]["responses"][str(status)]
    schema = _translated(answer["content"]["application/json"]["schema"])
    whole = {"components": loaded["components"], **schema}
    validator = jsonschema.Draft202012Validator(whole, registry=registry)
    errors = list(validator.iter_errors(document))
    assert not errors, "\n".join(f"{error.json_path}: {error.message[:300]}" for error in errors)
