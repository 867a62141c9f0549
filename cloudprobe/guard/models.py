"""AWS's own description of its APIs, as shipped with botocore and boto3; read as data, loaded service by service.

Names of operations come from a compact table (``data/operations.json``) when it was made from the installed botocore,
because loading a large service model takes longer than deriving a script. boto3 is never imported: its resource
models are JSON files found beside its code.
"""

import importlib.util
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import botocore
import botocore.loaders
import botocore.model
from botocore import xform_name
from botocore.exceptions import DataNotFoundError, UnknownServiceError

_FILLED_IN = {"glacier": frozenset({"accountId"})}
"""Parameters that botocore gives by itself where they are left out. Source: botocore.handlers."""


@cache
def _loader() -> botocore.loaders.Loader:
    return botocore.loaders.create_loader()


@cache
def _table() -> Mapping[str, list[str]]:
    """Service to operation names, or nothing when another botocore is installed than the table was made from."""
    document = json.loads(resources.files("cloudprobe.guard.data").joinpath("operations.json").read_text())
    return document["services"] if document["botocore"] == botocore.__version__ else {}


def make_table() -> dict[str, Any]:
    """What ``data/operations.json`` must hold for the installed botocore; takes seconds, for maintenance only."""
    names = sorted(_loader().list_available_services("service-2"))
    described = {name: sorted(_loader().load_service_model(name, "service-2")["operations"]) for name in names}
    return {"botocore": botocore.__version__, "services": described}


@cache
def services() -> frozenset[str]:
    """Every service name botocore accepts."""
    return frozenset(_table()) or frozenset(_loader().list_available_services("service-2"))


@lru_cache(maxsize=64)
def service_model(service: str) -> botocore.model.ServiceModel:
    """The full model of a service; costs 5 to 60 ms the first time."""
    return botocore.model.ServiceModel(_loader().load_service_model(service, "service-2"), service_name=service)


@cache
def operations(service: str) -> Mapping[str, str]:
    """Method name of a client to operation name: ``list_buckets`` to ``ListBuckets``."""
    names = _table().get(service)
    if names is None:
        names = list(service_model(service).operation_names)
    return {xform_name(name): name for name in names}


@cache
def operation_names(service: str) -> frozenset[str]:
    return frozenset(operations(service).values())


@cache
def _squeezed_names() -> Mapping[str, frozenset[str]]:
    """Operation names without case to their services; squeezing 19,000 names costs a fiftieth of converting them."""
    found: dict[str, set[str]] = {}
    for service in services():
        for name in _table().get(service) or operation_names(service):
            found.setdefault(name.lower(), set()).add(service)
    return {name: frozenset(names) for name, names in found.items()}


def services_with(method: str) -> frozenset[str]:
    """The services whose clients have a method of this name, over all services."""
    return _squeezed_names().get(method.replace("_", ""), frozenset())


@cache
def _optional_model(service: str, kind: str) -> Mapping[str, Any]:
    try:
        document: Mapping[str, Any] = _loader().load_service_model(service, kind)
    except (DataNotFoundError, UnknownServiceError):
        return {}
    return document


@cache
def waiters(service: str) -> Mapping[str, str]:
    """Waiter name as ``get_waiter`` takes it to the operation it polls."""
    definitions = _optional_model(service, "waiters-2").get("waiters", {})
    return {xform_name(name): waiter["operation"] for name, waiter in definitions.items()}


@cache
def paginators(service: str) -> frozenset[str]:
    """Names of operations that can be paginated."""
    return frozenset(_optional_model(service, "paginators-1").get("pagination", {}))


@cache
def regions() -> frozenset[str]:
    """Every region of every partition that botocore knows, with the names it has for global endpoints."""
    partitions = _loader().load_data("partitions")["partitions"]
    return frozenset(name for partition in partitions for name in partition["regions"])


@cache
def exceptions(service: str) -> frozenset[str]:
    """Names a client has under ``exceptions``."""
    return frozenset(shape.name for shape in service_model(service).error_shapes)


@cache
def _resource_folder() -> Path | None:
    spec = importlib.util.find_spec("boto3")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data"


@cache
def resource_model(service: str) -> Mapping[str, Any] | None:
    """boto3's definition of a service's resources, newest version, or None where boto3 has no resources."""
    folder = _resource_folder()
    if folder is None or not service.isidentifier():
        return None
    versions = sorted((folder / service).glob("*/resources-1.json"))
    return json.loads(versions[-1].read_text()) if versions else None


@cache
def shape_members(service: str, shape: str) -> frozenset[str]:
    """Members of a structure as resource attributes are named."""
    described = service_model(service).shape_for(shape)
    return frozenset(xform_name(name) for name in getattr(described, "members", {}))


@cache
def input_shape(service: str, operation: str) -> botocore.model.StructureShape | None:
    """What an operation takes; None for those that take nothing."""
    return service_model(service).operation_model(operation).input_shape


@cache
def parameters(service: str, operation: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names of all and of the required input parameters."""
    shape = input_shape(service, operation)
    if shape is None:
        return frozenset(), frozenset()
    generated = {name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")}
    generated |= _FILLED_IN.get(service, frozenset())
    return frozenset(shape.members), frozenset(shape.required_members) - generated


@cache
def collection_names() -> frozenset[str]:
    """Attribute names under which any boto3 resource offers a collection."""
    folder = _resource_folder()
    names: set[str] = set()
    for service in [path.name for path in folder.iterdir() if path.is_dir()] if folder else []:
        model = resource_model(service)
        for definition in [model["service"], *model["resources"].values()] if model else []:
            names.update(xform_name(name) for name in definition.get("hasMany", {}))
    return frozenset(names)
