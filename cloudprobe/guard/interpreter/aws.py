"""What sessions, clients, paginators and waiters do, by botocore's own models."""

import difflib

from botocore import xform_name

from cloudprobe.guard import models
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.escape import report_lost
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    UNKNOWN,
    Arguments,
    Box,
    Client,
    ClientMethod,
    ClientTool,
    Meta,
    Paginator,
    Poller,
    Resource,
    Session,
    SessionMethod,
    Site,
    Unknown,
    Value,
    Values,
    Waiter,
    texts,
)

TRANSFERS: dict[str, tuple[str, ...]] = {
    "upload_file": ("PutObject",),
    "upload_fileobj": ("PutObject",),
    "download_file": ("HeadObject", "GetObject"),
    "download_fileobj": ("HeadObject", "GetObject"),
    "copy": ("HeadObject", "CopyObject"),
}
"""Methods boto3 adds to S3 clients, with the operations they begin with; parts of a multipart upload need no other
action than these. Source: boto3.s3.inject and s3transfer."""

_TOOLS = {
    "get_paginator",
    "get_waiter",
    "generate_presigned_url",
    "generate_presigned_post",
    "_make_api_call",
    "__getattribute__",
    "__getattr__",
}
_CHOOSERS = {"get_paginator", "get_waiter", "generate_presigned_url", "_make_api_call"}
"""Methods whose first argument names an operation."""
_SPECIAL = {
    "__class__",
    "__doc__",
    "__module__",
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__repr__",
    "__str__",
}
_HARMLESS = {"meta", "exceptions", "can_paginate", "close", "waiter_names", "generate_db_auth_token"}
_SESSION_DATA = {
    "region_name",
    "profile_name",
    "available_profiles",
    "get_credentials",
    "get_config_variable",
    "set_config_variable",
    "full_config",
    "get_component",
    "get_service_model",
    "get_paginator_model",
    "get_waiter_model",
    "user_agent",
    "events",
    "__class__",
}
_OWN_KEYS = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}


def session_attribute(machine: Interpreter, name: str, site: Site) -> Values:
    if name in {"client", "create_client", "resource"}:
        return frozenset({SessionMethod("resource" if name == "resource" else "client")})
    if name in {"Session", "session", "_session"}:
        return frozenset({Session()})
    if name in _SESSION_DATA or name.startswith(("get_available", "get_partition")):
        return PLAIN
    machine.trace.undecide(
        site, "private", f"{name} is no documented method of a session.", "Use its client method, with a constant name."
    )
    return UNKNOWN


def make(machine: Interpreter, kind: str, arguments: Arguments, site: Site) -> Values:
    """``boto3.client(…)`` or ``boto3.resource(…)``."""
    _remark_options(machine, arguments, site)
    named = arguments.get(0, "service_name")
    names = texts(named)
    known = [name for name in names if name in models.services()]
    for name in names:
        if name not in models.services():
            _no_such_service(machine, name, site)
    if len(names) < len(named) or not named:
        machine.trace.undecide(
            site,
            "dynamic-service",
            "Which service this client is for is computed when the script runs.",
            "Name the service by a constant, or loop over a constant list of services.",
        )
    results: set[Value] = set()
    machine.services.update(known)
    for name in known:
        if kind == "client":
            results.add(Client(name))
        elif models.resource_model(name) is not None:
            results.add(Resource(name, loaded=True))
        else:
            machine.trace.undecide(
                site, "no-such-resource", f"boto3 has no resource interface for {name}.", "Use boto3.client."
            )
    if len(names) < len(named) or not named:
        results.add(Unknown("reported"))
    return frozenset(results)


def _remark_options(machine: Interpreter, arguments: Arguments, site: Site) -> None:
    for name, values in arguments.keywords:
        if name in _OWN_KEYS:
            machine.trace.remark(site, "own-credentials", name)
        elif name == "endpoint_url" and values != PLAIN | NOTHING:
            machine.trace.remark(site, "endpoint", name)


def _no_such_service(machine: Interpreter, name: str, site: Site) -> None:
    near = difflib.get_close_matches(name, models.services(), n=3)
    machine.trace.undecide(
        site,
        "no-such-service",
        f"botocore knows no service {name!r}.",
        f"Did you mean {' or '.join(near)}?" if near else "",
    )


def client_attribute(machine: Interpreter, client: Client, name: str, site: Site, *, alone: bool) -> Values:
    """An attribute of a client.

    Args:
        machine: the interpreter.
        client: the client.
        name: the attribute.
        site: where.
        alone: no other possible owner of the attribute has it, so a missing one is an error here.
    """
    if has_method(client, name):
        if name not in models.operations(client.service):
            return frozenset({ClientTool(client.service, name)})
        if not site.called:
            machine.trace.call(client.service, models.operations(client.service)[name], site)
        return frozenset({ClientMethod(client.service, name)})
    if name == "meta":
        return frozenset({Meta(client.service)})
    if name in _HARMLESS or name in _SPECIAL:
        return PLAIN
    if name.startswith("_"):
        machine.trace.remark(site, "private", f"{client.service} client's {name}")
        machine.trace.undecide(
            site, "private", f"{name} is internal to botocore.", "Use the documented methods of the client."
        )
        return PLAIN
    noted = machine.heap.attribute(client, name)
    if alone and not noted and machine.dead and models.services_with(name):
        return PLAIN  # a branch that this service never takes
    if alone and not noted:
        _no_such_operation(machine, client.service, name, site)
    return noted


def is_own(client: Client, name: str) -> bool:
    """Whether a client of the library has this attribute by itself, so that setting it would replace something."""
    return has_method(client, name) or name in _HARMLESS or name.startswith("_")


def has_method(client: Client, name: str) -> bool:
    """Whether a client has a method that makes calls or leads to one."""
    return name in models.operations(client.service) or name in _TOOLS or (client.service == "s3" and name in TRANSFERS)


def _no_such_operation(machine: Interpreter, service: str, name: str, site: Site) -> None:
    near = difflib.get_close_matches(name, models.operations(service), n=3, cutoff=0.6)
    machine.trace.undecide(
        site,
        "no-such-operation",
        f"The {service} client has no method {name}.",
        f"Did you mean {' or '.join(near)}?" if near else "Look the operation up in the service's API reference.",
    )


def call_method(machine: Interpreter, method: ClientMethod, arguments: Arguments, site: Site) -> Values:
    operation = models.operations(method.service)[method.name]
    machine.trace.call(method.service, operation, site, arguments)
    return PLAIN


def call_tool(machine: Interpreter, tool: ClientTool, arguments: Arguments, site: Site) -> Values:
    service = tool.service
    if tool.name in TRANSFERS:
        for operation in TRANSFERS[tool.name]:
            machine.trace.call(service, operation, site)
        return PLAIN
    if tool.name == "generate_presigned_post":
        machine.trace.call(service, "PutObject", site)
        return PLAIN
    keyword = {"get_paginator": "operation_name", "get_waiter": "waiter_name", "generate_presigned_url": "ClientMethod"}
    named = arguments.get(0, keyword.get(tool.name, "operation_name"))
    if len(texts(named)) < len(named) or not named:
        undecided_operation(machine, service, site)
    results: set[Value] = set()
    for name in texts(named):
        if tool.name.startswith("__"):
            results |= machine.attribute(frozenset({Client(service)}), name, Site(site.line))
        else:
            results |= _use(machine, tool, name, arguments, site)
    return frozenset(results) or UNKNOWN


def undecided_operation(machine: Interpreter, service: str, site: Site) -> None:
    machine.trace.undecide(
        site,
        "dynamic-operation",
        f"Which {service} operation this calls is computed when the script runs.",
        "Call the operation by its name, or choose it from a constant list.",
    )


def _use(machine: Interpreter, tool: ClientTool, name: str, arguments: Arguments, site: Site) -> Values:
    service = tool.service
    known = models.operations(service)
    if tool.name == "_make_api_call":
        machine.trace.remark(site, "private", f"{service} client's _make_api_call")
        if name in models.operation_names(service):
            machine.trace.call(service, name, site)
        else:
            _no_such_operation(machine, service, xform_name(name), site)
        return PLAIN
    if tool.name == "get_waiter":
        return _waiter(machine, service, name, site)
    if name not in known:
        _no_such_operation(machine, service, name, site)
        return PLAIN
    operation = known[name]
    if tool.name == "generate_presigned_url":
        machine.trace.call(service, operation, site, _presigned(machine, arguments))
        machine.trace.remark(site, "presigned", f"{service}:{operation}")
        return PLAIN
    machine.trace.mention(service, operation, site)
    if operation not in models.paginators(service):
        machine.trace.remark(site, "no-paginator", f"{service}:{name}")
    return frozenset({Paginator(service, operation)})


def _presigned(machine: Interpreter, arguments: Arguments) -> Arguments | None:
    keyed: dict[str, Values] = {}
    for value in arguments.get(1, "Params"):
        if isinstance(value, Box):
            keyed.update({str(key): held for key, held in machine.heap.content(value).keyed.items()})
    return Arguments(keywords=tuple(keyed.items())) if keyed else None


def _waiter(machine: Interpreter, service: str, name: str, site: Site) -> Values:
    operation = models.waiters(service).get(name)
    if operation is None:
        near = difflib.get_close_matches(name, models.waiters(service), n=3)
        machine.trace.undecide(
            site,
            "no-such-waiter",
            f"The {service} client has no waiter {name!r}.",
            f"Did you mean {' or '.join(near)}?" if near else "",
        )
        return PLAIN
    machine.trace.mention(service, operation, site)
    return frozenset({Waiter(service, operation)})


def poller_attribute(owner: Paginator | Waiter, name: str) -> Values:
    if name == ("paginate" if isinstance(owner, Paginator) else "wait"):
        return frozenset({Poller(owner.service, owner.operation)})
    return PLAIN


def call_poller(machine: Interpreter, poller: Poller, arguments: Arguments, site: Site) -> Values:
    own = {"PaginationConfig", "WaiterConfig"}
    given = tuple((name, values) for name, values in arguments.keywords if name not in own)
    machine.trace.call(
        poller.service, poller.operation, site, Arguments(keywords=given, more_keywords=arguments.more_keywords)
    )
    return PLAIN


def meta_attribute(machine: Interpreter, meta: Meta, name: str, site: Site) -> Values:
    if name == "client":
        return frozenset({Client(meta.service)})
    if name == "events":
        machine.trace.remark(site, "hook", f"{meta.service} client's event system")
    return PLAIN


def unknown_attribute(machine: Interpreter, owner: Unknown, name: str, site: Site) -> Values:
    """An attribute of something that may be a client: an operation's name there cannot be passed over."""
    if "_" in name and not name.startswith("_") and models.services_with(name):
        _undecided_receiver(machine, name, site)
        return PLAIN
    if owner.origin and name in {"client", "resource"}:
        return frozenset({SessionMethod(name), Unknown(owner.origin)})
    return frozenset({owner})


def _undecided_receiver(machine: Interpreter, name: str, site: Site) -> None:
    candidates = sorted(models.services_with(name))
    shown = ", ".join(candidates[:4]) + (" …" if len(candidates) > 4 else "")  # noqa: PLR2004 (room on a line)
    machine.trace.undecide(
        site,
        "unknown-client",
        f"{name} may be an AWS operation ({shown}), but which client it is called on cannot be seen.",
        "Create the client in this script with a constant service name, and call the function that uses it.",
    )


def call_unknown(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """A call of something not seen: it may be an operation with a name of one word, or take a handle away."""
    capital = any(name[:1].isupper() for name, _ in arguments.keywords) or bool(arguments.more_keywords)
    single = site.name == "scan" or (capital and site.name and "_" not in site.name)
    if single and models.services_with(site.name):
        _undecided_receiver(machine, site.name, site)
    if site.name in _CHOOSERS:
        for name in texts(arguments.get(0)) or ["an operation"]:
            _undecided_receiver(machine, name, site)
    report_lost(machine, arguments.every, site, f"{site.name or 'a function'}(), ")
    return UNKNOWN


def call_plain(machine: Interpreter, arguments: Arguments, site: Site) -> None:
    """A call of data with parameters as AWS names them: data has no such methods, so a client may have been lost."""
    if "_" not in site.name and any(name[:1].isupper() for name, _ in arguments.keywords):
        if models.services_with(site.name) & machine.services:
            _undecided_receiver(machine, site.name, site)


def call_chosen(machine: Interpreter, arguments: Arguments, site: Site) -> Values:
    """A call of an attribute whose name is computed, of something whose origin was lost."""
    unknown_choice(machine, site)
    report_lost(machine, arguments.every, site, "a function chosen when the script runs")
    return UNKNOWN


def unknown_choice(machine: Interpreter, site: Site) -> None:
    """A computed attribute of something of which nothing is known: it may be an operation of a client."""
    if not machine.trace.names(site.line):
        machine.trace.undecide(
            site,
            "unknown-client",
            "What this attribute is, and whose, is computed when the script runs: it may be an AWS operation.",
            "Create the client in this script with a constant service name, and call its operations by their names.",
        )


def session_method(machine: Interpreter, method: SessionMethod, arguments: Arguments, site: Site) -> Values:
    return make(machine, method.name, arguments, site)


def data_attribute(machine: Interpreter, name: str, site: Site) -> None:
    """An attribute of plain data: data has no ``describe_`` or ``list_`` methods, so a client may have been lost."""
    services = models.services_with(name) if "_" in name else frozenset()
    if services and (name.startswith(("describe_", "list_")) or services & machine.services):
        _undecided_receiver(machine, name, site)


def unknown_collection(machine: Interpreter, name: str, site: Site) -> None:
    """``something.buckets.all()``, where the something may be a resource."""
    if name in models.collection_names():
        machine.trace.undecide(
            site,
            "unknown-client",
            f"{name} may be a collection of AWS resources, but whose cannot be seen.",
            "Create the resource in this script with a constant service name, and call the function that uses it.",
        )


def called_handle(machine: Interpreter, value: Value, site: Site) -> Values:
    machine.trace.undecide(
        site, "no-such-operation", f"A {type(value).__name__.lower()} of the AWS library is called like a function."
    )
    return PLAIN
