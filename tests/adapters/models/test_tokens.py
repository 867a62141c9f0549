"""The estimate errs upwards for what an inspection is made of."""

import base64
import hashlib
import json

import pytest

from cloudprobe.adapters.models.tokens import estimate, estimate_request
from tests.adapters.models.conftest import request

ENGLISH = "The function cannot write to its bucket because the policy of its role names another one. " * 20
LEAST = {
    "english": (ENGLISH, len(ENGLISH) / 4),
    "base64": (base64.b64encode(hashlib.sha512(b"a").digest() * 8).decode(), 512 * 4 / 3 / 2),
    "hexadecimal": (hashlib.sha512(b"a").hexdigest(), 128 / 2),
    "digits": ("123456789012" * 20, 240 / 3),
    "arns": ("arn:aws:iam::123456789012:role/cloudprobe/x-1-1-0 " * 20, 20 * 50 / 3),
    "json": (json.dumps([{"BucketName": "orders", "Region": "eu-west-1", "Public": False}] * 20), 20 * 66 / 3.5),
    "chinese": ("为什么订单函数不能写入存储桶" * 20, 14 * 20),
    "emoji": ("🔥🪣" * 20, 40 * 2),
    "code": (
        "for page in client.get_paginator('list_aliases').paginate():\n    found += page['Aliases']\n" * 20,
        20 * 88 / 3.5,
    ),
}


@pytest.mark.parametrize("name", LEAST)
def test_it_is_no_less_than_what_tokenizers_make_of_it(name):
    """The least that is known of any of them: characters a token, by kind of text."""
    text, least = LEAST[name]
    assert least <= estimate(text) <= len(text.encode())


def test_a_request_counts_everything_in_it():
    small = estimate_request(request())
    assert estimate_request(request(user=ENGLISH)) - small >= len(ENGLISH) / 4
    assert estimate_request(request(system=ENGLISH)) - small >= len(ENGLISH) / 4
    assert estimate_request(request(tool="a_longer_name_of_a_tool")) > small


def test_a_megabyte_is_no_matter():
    assert estimate("x1 " * 350_000) > 350_000


def test_half_a_surrogate_is_text_too():
    assert estimate("\ud800") > 0
