"""What a report says of how things hang together, and how it is drawn."""

import pytest

from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import ProbeResource, Severity
from cloudprobe.domain.report import Connection, Connections, Evidence, EvidenceCall, PicturedResource, ReportFinding
from cloudprobe.reports.connections import connections
from cloudprobe.reports.picture import HEIGHT, WIDTH, draw

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:parcels"
WORKER = "arn:aws:lambda:eu-west-1:123456789012:function:pack-parcels"
ROLE = "arn:aws:iam::123456789012:role/packing/packer"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0f0e"
OTHER = "arn:aws:sqs:eu-west-1:123456789012:returns"


def inventory(**summaries):
    known = {"queue": QUEUE, "worker": WORKER, "role": ROLE, "key": KEY, "other": OTHER}
    resources = [
        ProbeResource(arn=known[name], type=f"x:{name}", region="eu-west-1", summary=summary)
        for name, summary in summaries.items()
    ]
    return Inventory().merge(resources, run_id="i/1/1/0")


def finding(resource, *, title="Something is wrong", severity=Severity.HIGH, **parameters):
    call = EvidenceCall(
        index=0, service="iam", operation="GetRolePolicy", region="", account="", request_id="r", started="",
        parameters=parameters,
    )  # fmt: skip
    evidence = Evidence(pointer="i/1/1/0#/calls/0/response", verified=True, call=call)
    return ReportFinding(
        id="x", title=title, severity=severity, resource=resource, run_id="i/1/1/0", evidence=(evidence,), verified=True
    )


def lines(found):
    return {(line.source, line.target, line.label) for line in found.lines}


def test_summaries_and_parameters_connect_by_arn_or_whole_name():
    seen = inventory(
        queue={"consumers": [{"function": WORKER}], "name": "parcels"},
        worker={"role": "packer", "key": {"arn": KEY}},
        role={"name": "packer"},
        key={},
        other={"note": "parcels-old"},
    )
    found = connections(seen, [finding(WORKER, RoleName="packer", PolicyName="inline")])
    assert lines(found) == {
        (WORKER, ROLE, "iam:GetRolePolicy"),
        (QUEUE, WORKER, "function"),
        (WORKER, KEY, "key"),
    }
    severities = {one.resource: one.severity for one in found.resources}
    assert severities == {WORKER: Severity.HIGH, ROLE: None, QUEUE: None, KEY: None}


def proven(resource, title, *proofs, severity=Severity.HIGH, unresolved=()):
    """A finding with evidence: each a recorded value, and the operation and parameters of its call."""
    evidence = []
    for value, operation, parameters in proofs:
        call = EvidenceCall(
            index=0, service="x", operation=operation, region="", account="", request_id="r", started="",
            parameters=parameters,
        )  # fmt: skip
        evidence.append(Evidence(pointer="i/1/1/0#/calls/0/response", verified=True, value=value, call=call))
    return ReportFinding(
        id="x", title=title, severity=severity, resource=resource, run_id="i/1/1/0", evidence=tuple(evidence),
        unresolved=unresolved, verified=not unresolved,
    )  # fmt: skip


def test_what_no_inventory_holds_is_drawn_where_words_and_record_name_it():
    mapping = {"EventSourceArn": QUEUE, "FunctionArn": WORKER, "UUID": "5e308b17", "State": "Enabled"}
    told = proven(
        QUEUE,
        "Queue parcels waits: its consumer, the function pack-parcels, is throttled (Enabled)",
        ({"ReservedConcurrentExecutions": 2}, "GetFunctionConcurrency", {"FunctionName": "pack-parcels"}),
        (mapping, "ListEventSourceMappings", {}),
    )
    found = connections(inventory(queue={}), [told])
    assert lines(found) == {(QUEUE, WORKER, "FunctionArn")}
    assert {one.resource: one.type for one in found.resources} == {QUEUE: "x:queue", WORKER: "lambda:function"}


def test_a_name_that_is_recorded_as_one_is_drawn_without_an_arn():
    title = "Function pack-parcels in us-east-1 has no log group /aws/lambda/pack-parcels"
    call = {"logGroupName": "/aws/lambda/pack-parcels", "filterPattern": "us-east-1", "RegionName": "us-east-1"}
    told = proven(WORKER, title, ("ResourceNotFoundException", "FilterLogEvents", call))
    found = connections(inventory(), [told])
    assert lines(found) == {(WORKER, "/aws/lambda/pack-parcels", "x:FilterLogEvents")}


GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/packing/7886a8aa6a5a8aaf"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/74a4a4fabfeb3ffb"
ALARM = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hosts"


def outage():
    dimensions = [
        {"Name": "TargetGroup", "Value": "targetgroup/packing/7886a8aa6a5a8aaf"},
        {"Name": "LoadBalancer", "Value": "app/front/74a4a4fabfeb3ffb"},
    ]
    alarm = proven(
        ALARM,
        "Alarm hosts fires: UnHealthyHostCount (TargetGroup=targetgroup/packing/7886a8aa6a5a8aaf, "
        "LoadBalancer=app/front/74a4a4fabfeb3ffb) rose",
        ({"AlarmName": "hosts", "Dimensions": dimensions, "MetricName": "UnHealthyHostCount"}, "DescribeAlarms", {}),
    )
    target = {"Target": {"Id": "i-0a1b2c3d4e5f60718", "Port": 80}, "TargetHealth": {"State": "unhealthy"}}
    cause = proven(
        GROUP,
        "Target group packing of front has 1 of 1 targets unhealthy (i-0a1b2c3d4e5f60718:80): sg-0123 lets nobody in",
        (target, "DescribeTargetHealth", {"TargetGroupArn": GROUP}),
        ({"LoadBalancerArns": [BALANCER]}, "DescribeTargetGroups", {}),
        ([], "DescribeSecurityGroups", {"Filters": [{"Name": "group-id", "Values": ["sg-0123", "sg-4567"]}]}),
    )
    return [cause, alarm]


def test_an_alarm_leads_by_its_dimensions_to_what_it_watches():
    assert lines(connections(inventory(), outage())) == {
        (ALARM, GROUP, "TargetGroup"),
        (ALARM, BALANCER, "LoadBalancer"),
        (GROUP, BALANCER, "LoadBalancerArns"),
        (GROUP, "i-0a1b2c3d4e5f60718", "Target"),
        (GROUP, "sg-0123", "x:DescribeSecurityGroups"),
    }


@pytest.mark.parametrize(
    ("dimensions", "seen"),
    [
        ([{"Name": "QueueName", "Value": "parcels"}], {("parcels", "QueueName")}),
        ([{"Name": "Stage", "Value": "live"}], set()),
        ([{"Name": "ClusterName", "Value": "big"}, {"Name": "ServiceName", "Value": "packing"}], set()),
        ([], set()),
    ],
)
def test_what_the_one_metric_of_an_alarm_is_of_needs_no_words(dimensions, seen):
    watched = {"AlarmName": "waiting", "AlarmArn": ALARM, "Dimensions": dimensions, "Namespace": "AWS/SQS"}
    told = proven(ALARM, "Alarm waiting fires", (watched, "DescribeAlarms", {}))
    assert {(line.target, line.label) for line in connections(inventory(), [told]).lines} == seen


def test_what_a_probe_was_asked_about_is_a_thing_once_it_is_recorded_as_one():
    told = proven(WORKER, "The function may not write", ({"Policy": {"Role": "x"}}, "GetRole", {"RoleName": "packer"}))
    assert connections(inventory(), [told]) == Connections()
    assert lines(connections(inventory(), [told], asked=["packer", "eu-west-1"])) == {(WORKER, "packer", "x:GetRole")}


def test_things_that_were_asked_about_together_are_not_connected():
    """A batch names what has nothing to do with the finding, in its parameters as in its answer."""
    queries = [
        {"Id": "m0", "MetricStat": {"Metric": {"Dimensions": [{"Name": "FunctionName", "Value": name}]}}}
        for name in ("pack-parcels", "label-maker")
    ]
    other = WORKER.replace("pack-parcels", "label-maker")
    seen = inventory(worker={}).merge([ProbeResource(arn=other, type="lambda:function")], run_id="i/1/1/0")
    told = proven(
        WORKER,
        "Function pack-parcels was throttled 51 times",
        ({"Functions": [{"FunctionArn": WORKER}, {"FunctionArn": other}]}, "ListFunctions", {}),
        ({"Values": [20.0]}, "GetMetricData", {"MetricDataQueries": queries}),
    )
    assert connections(seen, [told], asked=["label-maker"]) == Connections()


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"FunctionArn": "arn:aws:lambda:*:*:function:*"}, "It may invoke arn:aws:lambda:*:*:function:*"),
        ({"StateValue": "ALARM", "Statistic": "Average"}, "ALARM by Average"),
        ({"RegionName": "us-east-1", "AccountId": "123456789012"}, "In us-east-1 of 123456789012"),
        ({"Note": "packer"}, "The role packer is at fault"),
        ({"RoleName": "packer-old"}, "The role packer is at fault"),
    ],
)
def test_patterns_states_places_and_mere_text_are_no_things(value, title):
    assert connections(inventory(), [proven(WORKER, title, (value, "Get", {}))]) == Connections()


SECURITY = "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0f1e2d3c"


def test_a_things_own_other_name_is_not_another_thing():
    own = {"GroupId": "sg-0f1e2d3c", "GroupName": "doors-open", "VpcId": "vpc-1"}
    told = proven(SECURITY, "Security group doors-open (sg-0f1e2d3c) lets the world in", (own, "Describe", {}))
    assert connections(inventory(), [told]) == Connections()
    behind = {"InstanceId": "i-0a1b2c3d", "SecurityGroups": [{"GroupId": "sg-0f1e2d3c", "GroupName": "doors-open"}]}
    title = "Security group doors-open (sg-0f1e2d3c) lets the world in to i-0a1b2c3d"
    both = proven(SECURITY, title, (own, "Describe", {}), (behind, "Describe", {}))
    assert lines(connections(inventory(), [both])) == {(SECURITY, "i-0a1b2c3d", "InstanceId")}


def test_what_an_inventory_calls_a_thing_is_its_name():
    seen = Inventory().merge(
        [ProbeResource(arn=SECURITY, type="x:group", summary={"name": "left-over"})], run_id="i/1/1/0"
    )
    told = proven(SECURITY, "Security group left-over is used by nobody", ({"GroupName": "left-over"}, "Describe", {}))
    assert connections(seen, [told]) == Connections()
    other = proven(WORKER, "It is closed by left-over", ({"GroupName": "left-over"}, "Describe", {}))
    assert lines(connections(seen, [other])) == {(WORKER, SECURITY, "GroupName")}


def test_another_thing_by_two_names_is_one():
    shut = {"VpcSecurityGroups": [{"GroupId": "sg-0f1e2d3c", "GroupName": "doors-shut"}]}
    told = proven(WORKER, "It is closed by doors-shut (sg-0f1e2d3c)", (shut, "Describe", {}))
    assert lines(connections(inventory(), [told])) == {(WORKER, "sg-0f1e2d3c", "GroupId")}
    by_name = proven(WORKER, "It is closed by doors-shut", (shut, "Describe", {}))
    assert lines(connections(inventory(), [by_name])) == {(WORKER, "sg-0f1e2d3c", "GroupId")}


def test_a_name_that_two_groups_bear_says_nothing_of_either():
    twin = SECURITY.replace("sg-0f1e2d3c", "sg-9a8b7c6d")
    first = proven(
        SECURITY, "doors-open lets the world in", ({"GroupId": "sg-0f1e2d3c", "GroupName": "doors-open"}, "D", {})
    )
    second = proven(twin, "doors-open does, too", ({"GroupId": "sg-9a8b7c6d", "GroupName": "doors-open"}, "D", {}))
    assert connections(inventory(), [first, second]) == Connections()


def test_what_is_not_verified_connects_nothing():
    seen = inventory(role={})
    wrong = proven(WORKER, "It is the role packer", ("x", "Get", {}), unresolved=("packer",))
    assert connections(seen, [wrong]) == Connections()
    unread = Evidence(pointer="i/1/1/0#/calls/9", verified=False, value={"RoleName": "packer"})
    told = proven(WORKER, "It cannot write").model_copy(update={"evidence": (unread,)})
    assert connections(seen, [told]) == Connections()


def test_words_of_a_finding_connect_and_remarks_do_not():
    seen = inventory(queue={}, worker={}, other={})
    told = finding(QUEUE, title="Nothing takes from parcels since pack-parcels is throttled.")
    assert lines(connections(seen, [told])) == {(QUEUE, WORKER, "finding")}
    assert connections(seen, [told.model_copy(update={"severity": Severity.INFO})]) == Connections()


def test_a_name_that_two_things_bear_connects_neither():
    twin = QUEUE.replace("eu-west-1", "us-east-1")
    seen = inventory(queue={}, worker={"target": "parcels"})
    seen = seen.merge([ProbeResource(arn=twin, type="x:queue")], run_id="i/1/1/0")
    assert connections(seen, [finding(WORKER)]) == Connections()


def test_things_far_from_any_finding_are_left_out_and_the_picture_stays_small():
    names = [f"arn:aws:x:::thing-{number:03d}" for number in range(400)]
    chain = [
        ProbeResource(arn=name, type="x:thing", summary={"next": following})
        for name, following in zip(names, [*names[1:], "none"], strict=True)
    ]
    seen = Inventory().merge(chain, run_id="i/1/1/0")
    found = connections(seen, [finding(names[100])])
    assert [one.resource for one in sorted(found.resources, key=lambda r: r.resource)] == names[97:104]
    many = connections(seen, [finding(name) for name in names])
    assert 2 <= len(many.resources) <= 16


def overlapping(boxes):
    return [
        (a.name, b.name)
        for a in boxes
        for b in boxes
        if a is not b and abs(a.x - b.x) < WIDTH and abs(a.y - b.y) < HEIGHT
    ]


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "b")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("a", "b"), ("a", "c"), ("a", "d"), ("d", "e"), ("c", "b")],
        [("a", "b"), ("c", "d")],
    ],
)
def test_boxes_do_not_overlap_and_lie_within_the_picture(pairs):
    names = dict.fromkeys(name for pair in pairs for name in pair)
    found = Connections(
        resources=tuple(PicturedResource(resource=name) for name in names),
        lines=tuple(Connection(source=a, target=b, label="l") for a, b in pairs),
    )
    picture = draw(found)
    assert len(picture.boxes) == len(names)
    assert overlapping(picture.boxes) == []
    assert all(box.x + WIDTH <= picture.width and box.y + HEIGHT <= picture.height for box in picture.boxes)
    assert all(line.x <= picture.width for line in picture.lines)


def test_nothing_connected_is_nothing_drawn():
    assert draw(Connections()) is None


def test_long_names_keep_both_ends():
    name = "arn:aws:lambda:eu-west-1:123456789012:function:" + "a" * 30 + "z" * 30
    found = Connections(
        resources=(PicturedResource(resource=name), PicturedResource(resource="b")),
        lines=(Connection(source=name, target="b", label="l"),),
    )
    shown = draw(found).boxes[0].name
    assert shown.startswith("aaa")
    assert shown.endswith("zzz")
    assert len(shown) < 30
