"""hh.ru's OpenAPI 3.0 documents as something to test against: requests checked, answers made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Schema = dict[str, Any]
METHODS = ("get", "put", "post", "delete")
DEEPEST = 9
MOMENT = re.compile(r"_at$|_time$")


class _Loader(yaml.CSafeLoader):
    """As JSON has it: dates stay text. (The C loader: the other one takes seconds.)"""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:timestamp"]
    for first, forms in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class Shape(Enum):
    """How an answer is made up from its schema."""

    FULL = "everything there"
    BARE = "only what is required"
    NULL = "every nullable null"
    STRANGE = "unknown values and fields"


@dataclass(frozen=True)
class Request:
    """A request as the server saw it; `fields` are the body's, None where there was no body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content_type: str
    fields: dict[str, str] | None


class Document:
    """One of the documents, parsed; references stay references and are resolved where used."""

    def __init__(self, file: Path) -> None:
        self.version = file.stem.removeprefix("openapi-")
        self.tree: Schema = yaml.load(file.read_bytes(), Loader=_Loader)  # noqa: S506
        resource = Resource.from_contents(_json_schema(self.tree, ""), default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:hh", resource)

    @cached_property
    def operations(self) -> list[Operation]:
        """All operations."""
        return [
            Operation(self, method.upper(), template, item[method])
            for template, item in self.tree["paths"].items()
            for method in METHODS
            if method in item
        ]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for; one without parameters in its path goes first."""
        found = [one for one in self.operations if one.method == method and one.is_at(path)]
        return min(found, key=lambda one: one.template.count("{"), default=None)

    def faults(self, schema: Schema, value: object) -> list[str]:
        """What is wrong with `value` by `schema`."""
        validator = Draft202012Validator(_json_schema(schema, "urn:hh"), registry=self._registry)
        return [error.message for error in validator.iter_errors(value)]

    def resolve(self, schema: Schema) -> Schema:
        """What `schema` refers to, or itself."""
        while "$ref" in schema:
            found: Schema = self.tree
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            schema = found
        return schema

    def variants(self, schema: Schema, shape: Shape) -> Iterator[Any]:
        """Answers of that shape, for each alternative at the top of `schema`.

        Of `Shape.NULL` there is one per depth from which on everything nullable is null, so that each
        null is seen once within an object that is there.
        """
        schema = self.resolve(schema)
        for option in schema.get("anyOf") or schema.get("oneOf") or [schema]:
            for depth in range(DEEPEST) if shape is Shape.NULL else [DEEPEST]:
                yield self._make(option, shape, "", depth)

    def _make(self, schema: Schema, shape: Shape, name: str, null_depth: int) -> Any:
        schema = self.resolve(schema)
        options = schema.get("oneOf") or schema.get("anyOf")
        if null_depth <= 0 and (schema.get("nullable") or any(self._is_null(one) for one in options or [])):
            return None
        if options:
            first = next(one for one in options if not self._is_null(one))
            return self._make(first, shape, name, null_depth)
        if "allOf" in schema and "properties" not in schema:
            return _merged([self._make(part, shape, name, null_depth) for part in schema["allOf"]])
        if "properties" in schema or schema.get("type") == "object":
            return self._object(schema, shape, null_depth - 1)
        if schema.get("type") == "array":
            return [] if shape is Shape.BARE else [self._make(schema["items"], shape, name, null_depth)]
        return _leaf(schema, shape, name)

    def _object(self, schema: Schema, shape: Shape, null_depth: int) -> dict[str, Any]:
        required = schema.get("required", [])
        made = {
            name: self._make(part, shape, name, null_depth)
            for name, part in schema.get("properties", {}).items()
            if shape is not Shape.BARE or name in required
        }
        return made | ({"field_of_tomorrow": {"deep": [None]}} if shape is Shape.STRANGE else {})

    def _is_null(self, schema: Schema) -> bool:
        return self.resolve(schema).get("enum") == [None]


@dataclass(frozen=True)
class Operation:
    """One operation of one document."""

    document: Document
    method: str
    template: str
    tree: Schema

    @property
    def name(self) -> str:
        """`operationId`."""
        return str(self.tree["operationId"])

    def is_at(self, path: str) -> bool:
        """True where `path` is an address of this operation."""
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.template), path) is not None

    def answer(self, status: str, kind: str = "application/json") -> tuple[Schema, list[Any]]:
        """Schema and examples of an answer; ({}, []) where the document gives no such body."""
        content = self.document.resolve(self.tree["responses"].get(status, {})).get("content", {}).get(kind)
        if content is None:
            return {}, []
        examples = [self.document.resolve(one)["value"] for one in content.get("examples", {}).values()]
        return content["schema"], examples

    def refusals(self) -> Iterator[tuple[int, str, str | None]]:
        """Every (status, type, value) that the document names in `errors[]`; value None: it is absent."""
        found: dict[tuple[int, str, str | None], None] = {}
        for status in self.tree["responses"]:
            schema, _ = self.answer(status)
            for item in self._items(schema) if status[0] == "4" else []:
                properties = item["properties"]
                values = properties.get("value", {}).get("enum", [None])
                for type_ in properties["type"]["enum"]:
                    found |= dict.fromkeys((int(status), type_, value) for value in values)
        yield from found

    def _items(self, schema: Schema) -> Iterator[Schema]:
        schema = self.document.resolve(schema)
        for key in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(key, []):
                yield from self._items(part)
        if "errors" in schema.get("properties", {}):
            yield from self._items(schema["properties"]["errors"]["items"])
        elif "type" in schema.get("properties", {}):
            yield schema

    def faults(self, request: Request, beyond: frozenset[str]) -> list[str]:
        """What is wrong with `request`; names in `beyond` come from elsewhere than the document."""
        parameters = [self.document.resolve(one) for one in self.tree.get("parameters", [])]
        found = []
        known = {one["name"]: one for one in parameters if one["in"] == "query"}
        for name, text in request.query.items():
            if name in known:
                found += self.document.faults(known[name]["schema"], _typed(text, known[name]["schema"]))
            elif name not in beyond:
                found.append(f"unknown parameter {name}")
        for one in parameters:
            held = request.query if one["in"] == "query" else request.headers
            if one.get("required") and one["in"] != "path" and one["name"].lower() not in held:
                found.append(f"{one['name']} is missing")
        return [
            f"{self.document.version} {self.name}: {fault}" for fault in found + self._body(request, beyond)
        ]

    def _body(self, request: Request, beyond: frozenset[str]) -> list[str]:
        content = self.tree.get("requestBody", {}).get("content")
        if content is None:
            return [] if request.fields is None or set(request.fields) <= beyond else ["it has no body"]
        if request.content_type not in content:
            return [f"content type {request.content_type}"]
        fields = {name: text for name, text in (request.fields or {}).items() if name not in beyond}
        return self.document.faults(content[request.content_type]["schema"], fields)


def _json_schema(node: Any, base: str) -> Any:
    # OpenAPI 3.0 says `nullable` where JSON Schema has a type `null`; `discriminator` only helps reading.
    if isinstance(node, list):
        return [_json_schema(part, base) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _json_schema(part, base) for key, part in node.items() if key != "nullable"}
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = base + kept["$ref"]
    return {"anyOf": [kept, {"type": "null"}]} if node.get("nullable") is True else kept


def _merged(parts: list[Any]) -> Any:
    # A part that may be null alone may not be within `allOf`.
    dicts = [part for part in parts if isinstance(part, dict)]
    if not dicts:
        return parts[-1]
    return {name: value for part in dicts for name, value in part.items()}


def _leaf(schema: Schema, shape: Shape, name: str) -> Any:
    match schema.get("type"):
        case "boolean":
            return shape is not Shape.BARE
        case "integer" | "number":
            return schema.get("example", 1)
        case "string" if MOMENT.search(name):
            return schema.get("example", "2026-11-23T10:00:00+0300")
        case "string" if shape is Shape.STRANGE:
            return "of_tomorrow <b>&amp;\u202e👋"
        case "string":
            return schema.get("example", schema.get("enum", ["текст"])[0])
    return {}


def _typed(text: str, schema: Schema) -> object:
    match schema.get("type"):
        case "number" | "integer" if re.fullmatch(r"\d+", text):
            return int(text)
        case "boolean" if text in ("true", "false"):
            return text == "true"
    return text
