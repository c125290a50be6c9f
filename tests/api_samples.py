"""What to send to an operation so that it is understood: made from the OpenAPI document, with the
ids it asks for taken from a table."""

import re
from collections.abc import Callable
from typing import Any

from server.clock import day_of, iso, month_of, utcnow

ID_PATTERN = "^([0-9]{1,18}|[1-8][0-9]{18})$"
_ALIASES = {
    "session": "session_id",
    "space": "space_id",
    "home_space": "space_id",
    "series": "series_id",
    "need": "need_id",
    "need_ids": "need_id",
    "enterprise": "enterprise_id",
    "resource": "resource_id",
    "expert": "expert_id",
    "org_unit_id": "space_id",
    "united_front_id": "partner_id",
    "party_branch_id": "partner_id",
    "operator_id": "partner_id",
    "owner_partner_id": "partner_id",
    "owner_staff_id": "staff_id",
}

Pick = Callable[[str], str]
"""Returns the id of a kind (`need_id`), or the code of a `category`."""


class Samples:
    """Valid requests for the operations of one OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """Return an operation as the document has it, or None. `path` as the document spells it."""
        found: dict[str, Any] | None = self.document["paths"].get(path, {}).get(method.lower())
        return found

    def body(self, operation: dict[str, Any], pick: Pick) -> Any:
        """Return a body with every required member and every id the operation could be given; None
        where it takes no JSON."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return self._value(content["schema"], "", pick) if content else None

    def query(self, operation: dict[str, Any], pick: Pick) -> dict[str, Any]:
        """Return the query: what is required, and every id it could be given."""
        return {
            each["name"]: self._value(each["schema"], each["name"], pick)
            for each in operation.get("parameters", [])
            if each["in"] == "query" and (each["required"] or self._is_id(each["schema"]))
        }

    def headers(self, operation: dict[str, Any], pick: Pick) -> dict[str, str]:
        """Return the headers that are required."""
        return {
            each["name"]: self._value(each["schema"], each["name"], pick)
            for each in operation.get("parameters", [])
            if each["in"] == "header" and each["required"]
        }

    def _value(self, schema: dict[str, Any], name: str, pick: Pick) -> Any:
        schema = self._plain(schema)
        if "enum" in schema or "const" in schema:
            return schema["const"] if "const" in schema else schema["enum"][0]
        if self._is_id(schema) or name == "category":
            return pick(_ALIASES.get(name, name))
        match schema.get("type"):
            case "object":
                return self._object(schema, pick)
            case "array":
                wanted = max(schema.get("minItems", 0), int("items" in schema))
                return [self._value(schema["items"], name, pick) for _ in range(wanted)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "string":
                return self._text(schema, name)
            case other:
                raise AssertionError(f"no sample for {name}: {other}; teach tests/api_samples.py")

    def _object(self, schema: dict[str, Any], pick: Pick) -> dict[str, Any]:
        required = {*schema.get("required", ()), *self._first(schema).get("required", ())}
        left_out = {
            name
            for name, each in self._first(schema).get("properties", {}).items()
            if "not" in each
        }
        return {
            name: self._value(each, name, pick)
            for name, each in schema.get("properties", {}).items()
            if name in required or (self._is_id(each) and name not in left_out)
        }

    def _first(self, schema: dict[str, Any]) -> dict[str, Any]:
        return next(iter(schema.get("oneOf", [{}])), {})

    def _plain(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow references, and take the first of several that is not null."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._plain(self.document["components"]["schemas"][name])
        choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
        return self._plain(choices[0]) if choices else schema

    def _is_id(self, schema: dict[str, Any]) -> bool:
        return bool(self._plain(schema).get("pattern") == ID_PATTERN)

    def _text(self, schema: dict[str, Any], name: str) -> str:
        if schema.get("format") == "date-time":
            return iso(utcnow())
        if schema.get("format") == "date":
            return day_of(utcnow()).isoformat()
        for text in ("文字", "text", month_of(utcnow()), '"1"'):
            if re.search(schema.get("pattern", ""), text) and len(text) >= schema.get(
                "minLength", 0
            ):
                return text
        raise AssertionError(f"no text fits {name} ({schema}); add one to tests/api_samples.py")
