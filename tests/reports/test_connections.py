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
        (WORKER, KEY, "arn"),
    }
    severities = {one.resource: one.severity for one in found.resources}
    assert severities == {WORKER: Severity.HIGH, ROLE: None, QUEUE: None, KEY: None}


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
