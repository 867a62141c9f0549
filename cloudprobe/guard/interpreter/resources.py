"""What boto3's resources do, by boto3's resource models: collections, actions, lazy attributes, references."""

from collections.abc import Mapping
from typing import Any

from botocore import xform_name

from cloudprobe.guard import models
from cloudprobe.guard.interpreter.aws import TRANSFERS
from cloudprobe.guard.interpreter.core import Interpreter
from cloudprobe.guard.interpreter.values import (
    NOTHING,
    PLAIN,
    Arguments,
    Collection,
    CollectionMethod,
    Meta,
    Resource,
    ResourceMethod,
    Site,
    Values,
)

_INJECTED: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("s3", "Bucket"): {**TRANSFERS, "load": ("ListBuckets",), "reload": ("ListBuckets",)},
    ("s3", "Object"): TRANSFERS,
    ("s3", "ObjectSummary"): {"load": ("HeadObject",), "reload": ("HeadObject",)},
    ("dynamodb", "Table"): {"batch_writer": ("BatchWriteItem",)},
    ("ec2", ""): {"create_tags": ("CreateTags",)},
    ("ec2", "Instance"): {"delete_tags": ("DeleteTags",)},
}
"""Methods boto3 adds outside its models. Source: boto3.session.Session._register_default_handlers."""

REFINERS = {"all", "filter", "limit", "page_size", "pages"}


def _definition(resource: Resource) -> Mapping[str, Any]:
    model = models.resource_model(resource.service) or {"service": {}, "resources": {}}
    found: Mapping[str, Any] = model["resources"].get(resource.type, {}) if resource.type else model["service"]
    return found


def resource_attribute(machine: Interpreter, resource: Resource, name: str, site: Site) -> Values:
    """An attribute of a resource; reading one that is data may load the resource, which is a call."""
    definition = _definition(resource)
    if name == "meta":
        return frozenset({Meta(resource.service)})
    if name in _INJECTED.get((resource.service, resource.type), {}):
        return _method(machine, resource, "injected", name, site)
    if name in {"load", "reload"} and "load" in definition:
        return _method(machine, resource, "load", name, site)
    member = _member(machine, resource, definition, name, site)
    if member:
        return member
    if _is_data(resource, definition, name):
        load(machine, resource, site)
    return PLAIN


def _member(machine: Interpreter, resource: Resource, definition: Mapping[str, Any], name: str, site: Site) -> Values:
    """An action, a collection, a related resource or a waiter of this name, in the order boto3 makes them."""
    for original in definition.get("actions", {}):
        if name == xform_name(original):
            return _method(machine, resource, "action", original, site)
    for original in definition.get("hasMany", {}):
        if name == xform_name(original):
            return frozenset({Collection(resource, original)})
    for original in definition.get("waiters", {}):
        if name == f"wait_until_{xform_name(original)}":
            return _method(machine, resource, "waiter", original, site)
    return _related(machine, resource, name, site)


def _has(resource: Resource) -> Mapping[str, Any]:
    """Related resources; the root object has every resource of its service."""
    own: Mapping[str, Any] = _definition(resource).get("has", {})
    if resource.type:
        return own
    model = models.resource_model(resource.service) or {"resources": {}}
    types = {name: {"resource": {"type": name, "identifiers": []}} for name in model["resources"]}
    return {**types, **own}


def _related(machine: Interpreter, resource: Resource, name: str, site: Site) -> Values:
    """``instance.vpc``, which loads the instance, or ``bucket.Object``, which makes another resource."""
    for original, relation in _has(resource).items():
        target = relation["resource"]
        needs_data = any(identifier.get("source") == "data" for identifier in target.get("identifiers", []))
        if not needs_data and name == original:
            return frozenset({ResourceMethod(resource, "constructor", original)})
        if needs_data and name == xform_name(original):
            load(machine, resource, site)
            made = Resource(resource.service, target["type"], loaded="path" in target)
            return frozenset({made, *PLAIN})
    return NOTHING


def _method(machine: Interpreter, resource: Resource, kind: str, name: str, site: Site) -> Values:
    method = ResourceMethod(resource, kind, name)
    if not site.called:
        call_method(machine, method, Arguments(), site)
    return frozenset({method})


def _is_data(resource: Resource, definition: Mapping[str, Any], name: str) -> bool:
    if not definition.get("shape") or name.startswith("_"):
        return False
    identifiers = definition.get("identifiers", [])
    known = {xform_name(identifier["name"]) for identifier in identifiers}
    known |= {xform_name(identifier["memberName"]) for identifier in identifiers if "memberName" in identifier}
    plain = name.removesuffix("_attribute")
    return plain not in known and plain in models.shape_members(resource.service, definition["shape"])


def load(machine: Interpreter, resource: Resource, site: Site) -> None:
    """Record what filling a resource with data calls."""
    if resource.loaded:
        return
    injected = _INJECTED.get((resource.service, resource.type), {}).get("load")
    operations = injected or _load_operations(resource)
    for operation in operations:
        machine.trace.call(resource.service, operation, site)


def _load_operations(resource: Resource) -> tuple[str, ...]:
    definition = _definition(resource)
    return (definition["load"]["request"]["operation"],) if "load" in definition else ()


def call_method(machine: Interpreter, method: ResourceMethod, arguments: Arguments, site: Site) -> Values:
    resource, definition = method.resource, _definition(method.resource)
    if method.kind == "constructor":
        return frozenset({Resource(resource.service, _has(resource)[method.name]["resource"]["type"])})
    if method.kind == "injected":
        for operation in _INJECTED[resource.service, resource.type][method.name]:
            machine.trace.call(resource.service, operation, site)
        # What a batch writer writes has been counted; boto3 models no resource of this name.
        return frozenset({Resource(resource.service, "BatchWriter")}) if method.name == "batch_writer" else PLAIN
    if method.kind == "load":
        machine.trace.call(resource.service, definition["load"]["request"]["operation"], site)
        return PLAIN
    if method.kind == "waiter":
        waiter = xform_name(definition["waiters"][method.name]["waiterName"])
        machine.trace.call(resource.service, models.waiters(resource.service)[waiter], site)
        return PLAIN
    return _act(machine, resource, definition["actions"][method.name], arguments, site)


def _act(
    machine: Interpreter, resource: Resource, action: Mapping[str, Any], arguments: Arguments, site: Site
) -> Values:
    complete = not action["request"].get("params")
    machine.trace.call(resource.service, action["request"]["operation"], site, arguments if complete else None)
    made = action.get("resource")
    if made is None:
        return PLAIN
    one = frozenset({Resource(resource.service, made["type"], loaded="path" in made)})
    listed = machine.fresh_list(("action", resource, site.line), [one], exact=False)
    return one | listed


def collection_attribute(machine: Interpreter, collection: Collection, name: str, site: Site) -> Values:
    if name in REFINERS:
        return frozenset({CollectionMethod(collection, name)})
    batch = _element_definition(collection).get("batchActions", {})
    for original in batch:
        if xform_name(original) == name:
            method = CollectionMethod(collection, original)
            if not site.called:
                call_collection(machine, method, site)
            return frozenset({method})
    return PLAIN


def call_collection(machine: Interpreter, method: CollectionMethod, site: Site) -> Values:
    collection = method.collection
    if method.name not in REFINERS:
        _list(machine, collection, site)
        request = _element_definition(collection)["batchActions"][method.name]["request"]
        machine.trace.call(collection.owner.service, request["operation"], site)
        return PLAIN
    if method.name == "pages":
        page = machine.fresh_list(("page", collection), elements(machine, collection, site), exact=False)
        return machine.fresh_list(("pages", collection), [page], exact=False)
    return frozenset({collection})


def _relation(collection: Collection) -> Mapping[str, Any]:
    relation: Mapping[str, Any] = _definition(collection.owner)["hasMany"][collection.name]
    return relation


def _element_definition(collection: Collection) -> Mapping[str, Any]:
    return _definition(Resource(collection.owner.service, _relation(collection)["resource"]["type"]))


def _list(machine: Interpreter, collection: Collection, site: Site) -> None:
    machine.trace.call(collection.owner.service, _relation(collection)["request"]["operation"], site)


def elements(machine: Interpreter, collection: Collection, site: Site) -> list[Values]:
    """What iterating a collection gives; iterating makes the call."""
    _list(machine, collection, site)
    made = _relation(collection)["resource"]
    return [frozenset({Resource(collection.owner.service, made["type"], loaded="path" in made)})]
