"""Turns the server's OpenAPI document into the types of miniprogram/src/api/types.ts."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from scripts._bootstrap import ROOT

TARGET = ROOT / "miniprogram" / "src" / "api" / "types.ts"
_HEAD = """\
// What the server says and hears, written by scripts/api-types from its OpenAPI document.
// Do not edit: change the schema in server/schemas and run scripts/api-types.

/** A page of a list; `next` is the cursor of the following page, null at the end. */
export interface Page<T> {
  items: T[]
  next: string | null
}
"""
_LIST = re.compile(r"ListOut_(\w+)_$")
_REF = "#/components/schemas/"
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}

Schema = dict[str, Any]


def document() -> Schema:
    """Return the OpenAPI document of the application, which is built but serves nobody."""
    from server import create_app
    from server.config import load

    with tempfile.TemporaryDirectory() as state:
        # Nothing is connected to and nothing is signed: these only have to look right.
        config = load(
            {
                "XINYI_SECRET_KEY": "0" * 64,
                "XINYI_DATA_KEY": "A" * 43 + "=",
                "WECHAT_APPID": "wxsandbox00000types",
                "WECHAT_SECRET": "0" * 32,
                "WECHAT_PUSH_TOKEN": "0" * 16,
                "WECHAT_PUSH_AES_KEY": "A" * 43,
                "DATABASE_URL": f"sqlite:///{state}/unused.db",
                "XINYI_REDIS_URL": "redis://127.0.0.1:1/0",
                "XINYI_WECHAT_API_BASE": "http://127.0.0.1:1",
                "XINYI_STATE_DIR": state,
            }
        )
        answer = create_app(config).test_client().get("/api/openapi.json")
        written: Schema = json.loads(answer.get_data())
    return written


def render(written: Schema) -> str:
    """Return the TypeScript of a document: the same text for the same document, always."""
    schemas: dict[str, Schema] = written["components"]["schemas"]
    blocks = [_block(name, schemas[name]) for name in sorted(schemas) if not _LIST.match(name)]
    return "\n".join([_HEAD, *blocks])


def read(path: Path = TARGET) -> str:
    """Return what stands in the file now, or nothing."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _block(name: str, schema: Schema) -> str:
    said = _comment(schema.get("description", ""), "")
    if schema.get("type") == "object" and "properties" in schema:
        # An answer always carries every member; of what is sent only the required ones must be there.
        needed = (
            set(schema.get("required", ())) if name.endswith("In") else set(schema["properties"])
        )
        lines = [_member(key, each, key in needed) for key, each in schema["properties"].items()]
        return f"{said}export interface {name} {{\n{''.join(lines)}}}\n"
    return f"{said}export type {name} = {_type(schema)}\n"


def _member(key: str, schema: Schema, needed: bool) -> str:
    return f"{_comment(schema.get('description', ''), '  ')}  {key}{'' if needed else '?'}: {_type(schema)}\n"


def _comment(text: str, indent: str) -> str:
    words = " ".join(text.split()).replace("*/", "* /")
    return f"{indent}/** {words} */\n" if words else ""


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        page = _LIST.match(name)
        return f"Page<{page[1]}>" if page else name
    for union in ("anyOf", "allOf"):
        if union in schema:
            parts = [_type(each) for each in schema[union]]
            return (" | " if union == "anyOf" else " & ").join(dict.fromkeys(parts))
    choices = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if choices:
        return " | ".join(
            json.dumps(each, ensure_ascii=False).replace('"', "'") for each in choices
        )
    return _compound(schema)


def _compound(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        inner = _type(schema.get("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if kind == "object":
        values = schema.get("additionalProperties")
        patterns = list(schema.get("patternProperties", {}).values())
        if patterns:
            values = patterns[0]
        return f"Record<string, {_type(values) if isinstance(values, dict) else 'unknown'}>"
    return _PLAIN.get(str(kind), "unknown")
