import json
from importlib import resources

import botocore
import botocore.loaders
import pytest

from cloudprobe.guard import models


def test_the_table_of_operations_is_botocores_own() -> None:
    """Where this fails after an update of botocore, write ``models.make_table()`` to the file, without white space."""
    document = json.loads(resources.files("cloudprobe.guard.data").joinpath("operations.json").read_text())
    assert document["botocore"] == botocore.__version__
    loader = botocore.loaders.create_loader()
    assert sorted(document["services"]) == sorted(loader.list_available_services("service-2"))
    for service in ("s3", "ec2", "iam", "sts", "bedrock-runtime"):
        assert set(document["services"][service]) == set(models.service_model(service).operation_names)


@pytest.mark.full
def test_the_whole_table_is_botocores_own() -> None:
    document = json.loads(resources.files("cloudprobe.guard.data").joinpath("operations.json").read_text())
    assert models.make_table() == document


def test_without_the_table_the_models_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another botocore than the table's is read itself, slower and just as right."""
    for function in (models.services, models.operations, models._squeezed_names):
        function.cache_clear()
    monkeypatch.setattr(models, "_table", dict)
    monkeypatch.setattr(models, "_squeezed_names", lambda: {"listbuckets": frozenset({"s3"})})
    try:
        assert "s3" in models.services()
        assert models.operations("sts")["get_caller_identity"] == "GetCallerIdentity"
    finally:
        monkeypatch.undo()
        for function in (models.services, models.operations, models._squeezed_names):
            function.cache_clear()


def test_methods_waiters_paginators_parameters() -> None:
    assert models.operations("rds")["describe_db_instances"] == "DescribeDBInstances"
    assert models.waiters("ec2")["instance_running"] == "DescribeInstances"
    assert models.waiters("sts") == {}
    assert "ListRoles" in models.paginators("iam")
    known, required = models.parameters("s3", "GetBucketPolicy")
    assert "Bucket" in known
    assert required == {"Bucket"}
    assert models.parameters("s3", "ListBuckets")[1] == frozenset()
    assert models.parameters("iam", "GetAccountPasswordPolicy") == (frozenset(), frozenset())


def test_a_generated_token_is_not_asked_of_a_script() -> None:
    known, required = models.parameters("athena", "StartQueryExecution")
    assert "ClientRequestToken" in known
    assert "ClientRequestToken" not in required


def test_services_with_a_method() -> None:
    assert models.services_with("list_buckets") == {"s3", "lightsail"} or "s3" in models.services_with("list_buckets")
    assert models.services_with("describe_nothing_at_all") == frozenset()


def test_resources_come_from_boto3s_data_without_its_code() -> None:
    model = models.resource_model("s3")
    assert model is not None
    assert "Bucket" in model["resources"]
    assert models.resource_model("lambda") is None
    assert models.resource_model("../s3") is None
    assert "buckets" in models.collection_names()
    assert "size" in models.shape_members("s3", "Object")
