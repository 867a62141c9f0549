"""Marks: what of a sentence has to be found, and what is only language."""

import pytest

from cloudprobe.reports.checking.marks import MarkKind, marks


def texts(sentence):
    return [mark.text for mark in marks(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The role orders-writer may not write.", ["orders-writer"]),
        ("It lacks s3:PutObject on arn:aws:s3:::orders-data/*.", ["s3:PutObject", "arn:aws:s3:::orders-data/*"]),
        ("3 of 12 buckets hold 5.2 GB, 45% and $1,234.50.", ["3", "12", "5.2", "45", "$1,234.50"]),
        ("Two functions and eleven queues.", ["2", "11"]),
        ("Since 2026-11-24 10:00 UTC, and at 10:42.", ["2026-11-24 10:00 UTC", "10:42"]),
        ("On 2026-11-24T10:00:05.123+00:00 it began", ["2026-11-24T10:00:05.123+00:00"]),
        ("Rule for 10.0.0.0/16, 0.0.0.0/0 and ::/0.", ["10.0.0.0/16", "0.0.0.0/0", "::/0"]),
        ("i-0abc12345 in vpc-1a2b3c4d", ["i-0abc12345", "vpc-1a2b3c4d"]),
        ("The log says `access denied` for 'my fn'.", ["access denied", "my fn"]),
        ("HighErrors, orders_table, /aws/lambda/orders, t3.micro, python3.12", None),
        ("Runs on db.internal.example.com:5432", ["db.internal.example.com:5432"]),
        ("User two-keys-robot has five-nines-team.", ["two-keys-robot", "five-nines-team"]),
        ("Error AccessDenied in account 123456789012", ["AccessDenied", "123456789012"]),
    ],
)
def test_names_numbers_times_and_addresses_are_marks(sentence, expected):
    found = texts(sentence)
    assert found == (expected or sentence.split(", "))


@pytest.mark.parametrize(
    "sentence",
    [
        "A read-only, least-privilege, cross-account role is up-to-date and well-kept.",
        "The bucket isn't public, and its owner's policy doesn't say so.",
        "CloudWatch, DynamoDB and IAM are AWS's; a VPC has NAT and DNS.",
        "E-mails and an e-mail go out; nothing is wrong; e.g. the function and/or its role.",
        "",
    ],
)
def test_language_and_the_words_of_the_field_are_none(sentence):
    assert texts(sentence) == []


def test_a_number_knows_its_unit():
    found = {mark.text: mark.unit for mark in marks("3 seconds, 128 MB, 45%, 7 buckets, 90 days, 15 ms")}
    assert found == {"3": "second", "128": "mb", "45": "%", "7": "bucket", "90": "day", "15": "ms"}


def test_an_arn_in_quotes_is_an_arn():
    (mark,) = marks("See `arn:aws:iam::123456789012:role/orders writer`")
    assert (mark.kind, mark.text) == (MarkKind.ARN, "arn:aws:iam::123456789012:role/orders writer")
