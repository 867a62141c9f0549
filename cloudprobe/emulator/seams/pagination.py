"""Pages: several services give everything at once, whatever limit was asked for, or cut and give no token.

A probe that reads the first page alone must find less here than one that reads all of them. How an operation names its
limit, its token and its list comes from botocore's paginators. Tested by ``tests/emulator/test_answers.py``.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import botocore.session
from ministack import app

# botocore's name of a service, and how many entries AWS gives when it is not asked for a number.
_PAGED_XML = {
    "iam": ("iam", 100),
    "ec2": ("ec2", 1000),
    "rds": ("rds", 100),
    "elasticloadbalancing": ("elbv2", 400),
    "autoscaling": ("autoscaling", 50),
    "cloudformation": ("cloudformation", 100),
}
_PAGED_JSON = {
    "ecs": ("ecs", 100),
    "ecr": ("ecr", 100),
    "kms": ("kms", 100),
    "cloudtrail": ("cloudtrail", 50),
}
_CUT_ALREADY = frozenset(
    {"ListGrants", "ListRetirableGrants"}
)  # ministack cuts these right, and gives no more than 100
_EVERYTHING = 10**9


@dataclass(frozen=True, slots=True)
class _Paging:
    """How one operation pages: the names of its parameters and of the list in its answer."""

    limit: str
    token_in: str
    token_out: str
    results: str
    more: str | None


def install() -> None:
    for service, (model, default) in _PAGED_XML.items():
        app.SERVICE_HANDLERS[service] = _paged_xml(app.SERVICE_HANDLERS[service], model, default)
    for service, (model, default) in _PAGED_JSON.items():
        app.SERVICE_HANDLERS[service] = _paged_json(app.SERVICE_HANDLERS[service], model, default)


@cache
def _pagings(model: str) -> Mapping[str, _Paging]:
    known = botocore.session.get_session().get_component("data_loader").load_service_model(model, "paginators-1")
    return {
        action: _Paging(
            p.get("limit_key", ""), p["input_token"], p["output_token"], p["result_key"], p.get("more_results")
        )
        for action, p in known["pagination"].items()
        if all(isinstance(p.get(name), str) for name in ("input_token", "output_token", "result_key"))
    }


def _paged_json(handle: Any, model: str, default: int) -> Any:
    """Ask the emulator for everything and cut here; what was asked for is put out of its sight."""

    async def handler(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        paging = _pagings(model).get(operation)
        if paging is None or operation in _CUT_ALREADY:
            return await handle(method, path, headers, body, query)
        request = json.loads(body or b"{}")
        limit = int(request.get(paging.limit) or default)
        start = _offset(str(request.pop(paging.token_in, "")))
        whole = json.dumps({**request, paging.limit: _EVERYTHING}).encode()
        status, fields, text = await handle(method, path, headers, whole, query)
        if status != 200:  # noqa: PLR2004 - HTTP's own word for success
            return status, fields, text
        answer = json.loads(text)
        entries = answer.get(paging.results, [])
        answer[paging.results] = entries[start : start + limit]
        more = start + limit < len(entries)
        if more:
            answer[paging.token_out] = _token(start + limit)
        if paging.more:
            answer[paging.more] = more
        return status, fields, json.dumps(answer).encode()

    return handler


def _paged_xml(handle: Any, model: str, default: int) -> Any:
    async def handler(method: str, path: str, headers: Any, body: bytes, query: Mapping[str, Any]) -> Any:
        status, fields, text = await handle(method, path, headers, body, query)
        parameters = {name: values[0] for name, values in {**parse_qs(body.decode("latin-1")), **query}.items()}
        paging = _pagings(model).get(parameters.get("Action", ""))
        if status != 200 or paging is None:  # noqa: PLR2004 - HTTP's own word for success
            return status, fields, text
        given = parameters.get(paging.limit, "")
        limit = int(given) if given.isdigit() else default
        start = _offset(parameters.get(paging.token_in, ""))
        if not start and text.count(b"<member>") + text.count(b"<item>") <= limit and model in {"iam", "ec2"}:
            return status, fields, text  # nothing to cut, and no need to parse it
        return status, fields, _cut(text, paging, start=start, limit=limit)

    return handler


def _cut(text: bytes, paging: _Paging, *, start: int, limit: int) -> bytes:
    """One page of an answer, with the token of the next where there is one."""
    root = ET.fromstring(text)  # noqa: S314 - the emulator's own answer
    namespace = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    found = _list_of(root, namespace, paging.results)
    if found is None:
        return text
    holder, entries = found
    total = len(entries)
    for entry in list(entries)[:start] + list(entries)[start + limit :]:
        entries.remove(entry)
    if start + limit < total:
        _set(holder, namespace + _as_sent(paging.token_out, holder), _token(start + limit))
        if paging.more:
            _set(holder, namespace + paging.more, "true")
    ET.register_namespace("", namespace.strip("{}"))
    page: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return page


def _list_of(root: ET.Element, namespace: str, results: str) -> tuple[ET.Element, ET.Element] | None:
    """The element that carries the list, and its parent: named as the result, or in EC2 the one that has items."""
    for holder in (root, *root):
        for child in holder:
            if child.tag == namespace + results or child.find(f"{namespace}item") is not None:
                return holder, child
    return None


def _as_sent(name: str, holder: ET.Element) -> str:
    """EC2 writes its elements with a small first letter, everybody else as the model says."""
    small = any(child.tag.rpartition("}")[2][:1].islower() for child in holder)
    return name[:1].lower() + name[1:] if small else name


def _set(holder: ET.Element, tag: str, text: str) -> None:
    element = holder.find(tag)
    if element is None:
        element = ET.SubElement(holder, tag)
    element.text = text


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"after:{offset}".encode()).decode().rstrip("=")


def _offset(token: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        return 0
    number = text.removeprefix("after:")
    return int(number) if number != text and number.isdigit() else 0
