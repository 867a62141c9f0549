import json
from pathlib import Path
from typing import Any

import pytest

from cloudprobe.guard.findings import Finding
from cloudprobe.guard.validation import SIZE_LIMIT, ProbeDraft, Verdict, validate
from cloudprobe.sandbox.permit import Budgets, Permit
from cloudprobe.templates.registry import Template, TemplateLibrary
from tests.guard.scripts import cases

HEAD = "import json, sys, boto3\nvariables = json.load(sys.stdin)\n"
TAIL = "\njson.dump({'facts': {'n': 1}}, sys.stdout)\n"


def judge(body: str, **options: Any) -> Verdict:
    return validate(ProbeDraft(script=HEAD + body + TAIL), accounts=("123456789012",), **options)


def found(verdict: Verdict, code: str) -> Finding:
    matching = [finding for finding in verdict.findings if finding.code == code]
    assert matching, f"no {code} among {verdict.findings}"
    return matching[0]


def test_a_sound_probe_is_accepted_with_its_permit() -> None:
    verdict = judge("buckets = boto3.client('s3').list_buckets()", regions=("eu-west-1",), budgets=Budgets(calls=5))
    assert verdict.accepted
    assert verdict.findings == ()
    assert verdict.permit is not None
    assert verdict.permit.allows("s3", "ListBuckets")
    assert verdict.permit.regions == ("eu-west-1",)
    assert verdict.permit.budgets.calls == 5
    assert verdict.permit.script_digest == verdict.digests.script
    assert verdict.permit.policy_digest == verdict.digests.policy
    assert Permit.from_json(json.loads(json.dumps(verdict.permit.to_json()))) == verdict.permit


@pytest.mark.parametrize("template", TemplateLibrary.builtin(), ids=lambda template: template.name)
def test_the_librarys_probes_are_accepted_unchanged(template: Template) -> None:
    data_class = template.definition.data_class
    verdict = validate(ProbeDraft(script=template.script), accounts=("123456789012",), data_class=data_class)
    assert [finding for finding in verdict.findings if finding.severity == "error"] == []
    assert verdict.script == template.script
    assert {action.tier for action in verdict.actions} <= {"metadata", data_class}


def test_a_refused_probe_has_no_permit() -> None:
    verdict = judge("boto3.client('s3').delete_bucket(Bucket='x')")
    assert not verdict.accepted
    assert verdict.permit is None
    refused = found(verdict, "ceiling")
    assert refused.line == 3
    assert "Write" in refused.message
    assert verdict.actions[0].tier == "refused"


def test_the_data_class_decides_about_content() -> None:
    body = "boto3.client('s3').get_object(Bucket='b', Key='k')"
    refused = judge(body)
    assert not refused.accepted
    assert "data class data" in found(refused, "ceiling").hint
    allowed = judge(body, data_class="data")
    assert allowed.accepted
    assert allowed.actions[0].resources == ("arn:aws:s3:::b/*",)


@pytest.mark.parametrize(
    ("body", "code", "line", "said"),
    [
        ("boto3.client('ec2').describe_instance()", "no-such-operation", 3, "describe_instances"),
        ("boto3.client('ec3').describe_instances()", "no-such-service", 3, "ec2"),
        ("boto3.client('s3').get_bucket_policy(Bucketname='b')", "no-such-parameter", 3, "Bucket"),
        ("boto3.client('s3').get_bucket_policy()", "missing-parameter", 3, "Bucket"),
        ("boto3.client('s3').get_bucket_policy('b')", "positional", 3, "by name"),
        ("boto3.client('ec2').get_paginator('describe_regions')", "no-paginator", 3, "cannot be paginated"),
        ("boto3.client('ec2').get_waiter('instance_runing')", "no-such-waiter", 3, "instance_running"),
        ("boto3.client(variables['s'])", "dynamic-service", 3, "constant"),
        ("getattr(boto3.client('s3'), variables['o'])()", "dynamic-operation", 3, "constant"),
        ("eval('1')", "dynamic-code", 3, "eval"),
        ("import subprocess", "import", 3, "programs"),
        ("from urllib import request", "import", 3, "connections"),
        ("import pickle", "import", 3, "code"),
        ("import importlib", "dynamic-import", 3, "seen"),
        ("import pandas", "dependency", 3, "pandas"),
        ("import os\nos.system('ls')", "process", 4, "os.system"),
        ("boto3.client('s3', endpoint_url='http://x')", "endpoint", 3, "endpoint_url"),
        ("boto3.client('s3', aws_access_key_id='x')", "own-credentials", 3, "aws_access_key_id"),
        ("boto3.client('s3').meta.events.register('x', print)", "hook", 3, "event"),
        ("boto3.client('s3')._make_api_call('ListBuckets', {})", "private", 3, "_make_api_call"),
        ("boto3.client('s3')._endpoint.host", "private", 3, "internal"),
        ("boto3.client('s3').generate_presigned_url('list_buckets')", "presigned", 3, "s3:ListBuckets"),
        ("print('hello')", "contract-output", 3, "one JSON document"),
        ("print(undefined_name, file=sys.stderr)", "F821", 3, "undefined_name"),
        ("boto3.client('apigateway').get_api_keys(includeValues=True)", "ceiling", 3, "API keys"),
        ("boto3.client('apigateway').test_invoke_method(restApiId='a', resourceId='b', httpMethod='GET')",
         "unmapped", 3, "which IAM action"),
    ],
)  # fmt: skip
def test_each_mistake_is_refused_with_its_line_and_a_way_out(body: str, code: str, line: int, said: str) -> None:
    verdict = judge(body)
    assert not verdict.accepted
    finding = found(verdict, code)
    assert finding.severity == "error"
    assert finding.line == line
    assert said in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("open('/tmp/x', 'w').close()", "writes-file"),
        ("boto3.Session(profile_name=None)", "profile"),
        ("try:\n    import pandas\nexcept ImportError:\n    pandas = None", "dependency"),
        (
            "c = boto3.client('ec2')\nif c.can_paginate('describe_regions'): c.get_paginator('describe_regions')",
            "no-paginator",
        ),
    ],
)
def test_some_things_are_only_remarked(body: str, code: str) -> None:
    verdict = judge(body)
    assert found(verdict, code).severity == "warning"
    assert verdict.accepted


def test_what_is_wrong_in_the_text_is_repaired_or_said() -> None:
    repaired = judge("message = f'none'")
    assert repaired.accepted
    assert "f'none'" not in repaired.script
    broken = validate(ProbeDraft(script="def (:\n"))
    assert not broken.accepted
    assert broken.findings[0].code == "syntax"
    assert broken.policy["Statement"] == []
    huge = validate(ProbeDraft(script="#" * (SIZE_LIMIT + 1)))
    assert huge.findings[0].code == "size"
    nul = validate(ProbeDraft(script="x = 1\0"))
    assert not nul.accepted
    deep = validate(ProbeDraft(script="x = " + "(" * 5000 + ")" * 5000))
    assert not deep.accepted


def test_the_contract_is_checked_as_far_as_it_shows() -> None:
    silent = validate(ProbeDraft(script="import boto3\nboto3.client('s3').list_buckets()"))
    assert "Prints no JSON document" in found(silent, "contract-output").message
    assert found(silent, "contract-input").severity == "warning"
    lenient = validate(ProbeDraft(script="print('x')"), enforce_contract=False)
    assert lenient.accepted
    keys = validate(ProbeDraft(script=HEAD + "json.dump({'facts': {}, 'answer': 1}, sys.stdout)"))
    assert "'answer'" in found(keys, "contract-keys").message
    named = validate(ProbeDraft(script=HEAD + "result = {'answer': 1}\nprint(json.dumps(result))"))
    assert found(named, "contract-keys").line == 3
    written = validate(ProbeDraft(script=HEAD + "sys.stdout.write(json.dumps({'facts': {}}) + '\\n')"))
    assert written.accepted


def test_dependencies_come_from_a_short_list() -> None:
    draft = ProbeDraft(script=HEAD + TAIL, dependencies=(("boto3", "1.43.0"), ("requests", "2"), ("botocore", "")))
    messages = [finding.message for finding in validate(draft).findings if finding.code == "dependency"]
    assert messages == ["botocore has no version.", "requests is not among the packages a script may have."]


def test_a_declared_package_of_the_list_may_be_imported_and_stands_in_the_permit() -> None:
    script = HEAD + "import yaml\nfacts = yaml.safe_load('a: 1')" + TAIL
    refused = validate(ProbeDraft(script=script))
    hint = found(refused, "dependency").hint
    assert hint.startswith("Declare pyyaml==")
    assert not refused.accepted
    version = hint.partition("==")[2].rstrip(".")
    accepted = validate(ProbeDraft(script=script, dependencies=(("PyYAML", version),)))
    assert accepted.permit is not None, accepted.findings
    assert accepted.permit.dependencies == (f"pyyaml=={version}",)
    block = f'# /// script\n# dependencies = ["boto3", "PyYAML=={version}"]\n# ///\n'
    by_itself = validate(ProbeDraft(script=block + script))
    assert by_itself.permit is not None, by_itself.findings
    assert by_itself.permit.dependencies == (f"pyyaml=={version}",)
    other = validate(ProbeDraft(script=block.replace("PyYAML==", "PyYAML>=") + script))
    assert found(other, "dependency").hint == f"Declare pyyaml=={version}."


def test_the_proposed_policy_is_only_compared() -> None:
    proposed = {"Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}]}
    draft = ProbeDraft(script=HEAD + "boto3.client('s3').list_buckets()" + TAIL, policy=proposed)
    verdict = validate(draft)
    assert verdict.accepted
    assert verdict.difference.excess == ("s3:*",)
    assert verdict.policy["Statement"][0]["Action"] == ["s3:ListAllMyBuckets"]


def test_the_json_has_the_pinned_names() -> None:
    document = judge("boto3.client('s3').list_buckets()").to_json()
    assert json.loads(json.dumps(document)) == document
    assert set(document) == {"verdict", "findings", "operations", "actions", "policy", "digests"}
    assert document["verdict"] == "accepted"
    assert document["operations"] == [{"service": "s3", "operation": "ListBuckets", "lines": [3]}]
    assert set(document["actions"][0]) == {"action", "tier", "reason", "resources"}
    refused = judge("eval('1')").to_json()
    assert refused["verdict"] == "refused"
    assert {"line", "code", "message", "hint"} <= set(refused["findings"][0])


def test_ordinary_reading_scripts_are_not_refused_for_their_style() -> None:
    """The dialect is feedback: of foreign scripts that only read metadata, none may fail by a rule of style."""
    style = {"contract-output", "contract-input", "contract-keys", "writes-file", "profile"}
    refusals = {"dependency", "import", "own-credentials", "private", "presigned", "hook", "dynamic-import"}
    for case in cases("held_out", "tuned"):
        if case.undecided:
            continue
        verdict = validate(ProbeDraft(script=case.source), enforce_contract=False)
        errors = {finding.code for finding in verdict.findings if finding.severity == "error"}
        if "ceiling" in errors:
            continue  # it does not only read; some of these are too short to run, and lack parameters
        assert errors <= refusals, (case.name, [f for f in verdict.findings if f.severity == "error"])
        assert not errors & style


def test_nothing_of_a_script_is_executed(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    validate(ProbeDraft(script=f"open({str(marker)!r}, 'w').write('x')\nraise SystemExit(3)\n"))
    assert not marker.exists()
