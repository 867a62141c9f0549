"""The threat model names tests, and what it names is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def functions(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_test_it_names_exists(path, name):
    assert name in functions(path)


def test_each_threat_has_a_layer_and_a_proof():
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and line.count("|") == 4]
    threats = [row for row in rows if not row.startswith(("| threat ", "|---"))]
    assert len(threats) > 25
    assert [row for row in threats if "`tests/" not in row.split("|")[3]] == []
    assert [row for row in threats if not row.split("|")[2].strip()] == []


def test_nothing_is_named_that_the_pattern_above_would_miss():
    assert PAGE.count("::") == len(re.findall(r"`tests/[\w/]+\.py::\w+`", PAGE))
