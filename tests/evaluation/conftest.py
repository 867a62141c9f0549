"""Two worlds of a bucket each, built in a moment, and cases made by hand."""

from pathlib import Path
from typing import Any

import pytest

from cloudprobe.evaluation.results import Case, Plan
from cloudprobe.evaluation.statistics import totals
from cloudprobe.evaluation.store import Results

OPEN = """\
import json


def seed(clients, names):
    s3, name = clients("s3"), names("shelf")
    s3.create_bucket(Bucket=name)
    off = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=off)
    anyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [anyone]}))
    return {"shelf": f"arn:aws:s3:::{name}"}
"""
SHUT = """\
def seed(clients, names):
    clients("s3").create_bucket(Bucket=names("shelf"))
    return {"shelf": f"arn:aws:s3:::{names('shelf')}"}
"""
FOUND = """\
outcome = "answered"
[[questions.expect]]
resource = "shelf"
finding = "s3-bucket-public-read"
severity = "high"
mentions = ["{shelf}"]
"""
NOTHING = 'outcome = "nothing_found"\n'
PUBLIC = '[[questions]]\nid = "public"\nask = ["Which S3 buckets are public?"]\ntemplate = "s3_public_buckets"\n'
FOR_A_MODEL = (
    '[[questions]]\nid = "topics"\nask = ["How many SNS topics are there in Sydney?"]\nneeds_model = true\n'
    'outcome = "answered"\n[[questions.state]]\nfact = "none"\nmentions = ["0"]\n'
)
WRONG_TRUTH = FOUND.replace("high", "low")
"""A truth that no right answer meets, so that something is not right."""


def make_world(folder: Path, seed: str, *questions: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "world.toml").write_text('title = "A shelf"\ndescription = "One bucket."\nregions = ["us-east-1"]\n')
    (folder / "seed.py").write_text(seed)
    (folder / "questions.toml").write_text("\n".join(questions))
    return folder


@pytest.fixture(scope="session")
def two_worlds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An open shelf, with a third question whose truth is wrong, and a shut one."""
    place = tmp_path_factory.mktemp("worlds")
    again = PUBLIC.replace('"public"', '"misjudged"') + WRONG_TRUTH
    return (
        make_world(place / "open-shelf", OPEN, PUBLIC + FOUND, again, FOR_A_MODEL),
        make_world(place / "shut-shelf", SHUT, PUBLIC + NOTHING),
    )


def a_case(question: str = "public", world: str = "shelf", **more: Any) -> Case:
    """A right answer with one fact, unless ``more`` says otherwise; key fields may stand in ``more`` too."""
    key = {"world": world, "question": question, "model": "library"}
    key |= {name: more.pop(name) for name in ("model", "naming", "repetition") if name in more}
    figures: dict[str, Any] = {
        "key": key,
        "asked": "Which S3 buckets are public?",
        "outcome": "answered",
        "right": True,
        "facts": 1,
        "facts_found": 1,
        "claims": 1,
        "claims_cited": 1,
        "citations": 2,
        "citations_resolved": 2,
        "verdict": ("answered", "shelf s3-bucket-public-read high"),
        "iterations": 1,
        "runs": 1,
        "calls": 8,
        "seconds": 2.0,
    }
    return Case.model_validate(figures | more)


def a_plan(**more: Any) -> Plan:
    given = {"cloudprobe_version": "1", "started": "2026-11-24T12:00:00+00:00", "worlds": (), "models": ("library",)}
    return Plan.model_validate(given | more)


def a_run(*cases: Case, **plan: Any) -> Results:
    return Results(plan=a_plan(**plan), cases=cases, totals=totals(cases, finished="2026-11-24T12:10:00+00:00"))
