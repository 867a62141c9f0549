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
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def claims(path, name, *, seen=()):
    """Whether a function can fail by what it finds: an ``assert``, or something expected to be raised, in it or in a
    function of the same file that it calls."""
    for node in ast.walk(functions(path)[name]):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr == "raises"):
            return True
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called in functions(path) and called not in seen and claims(path, called, seen=(*seen, called)):
            return True
    return False


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_test_it_names_exists_and_claims_something(path, name):
    assert name.startswith("test_")
    assert name in functions(path)
    assert claims(path, name)


def test_none_of_them_is_always_left_out():
    """A mark that skips would leave a threat without its proof; what needs a kernel that is not there skips by itself."""
    for path, name in NAMED:
        marks = {ast.unparse(one).partition("(")[0] for one in functions(path)[name].decorator_list}
        assert marks <= {"pytest.mark.parametrize", "pytest.mark.full"}, (path, name)


def test_each_threat_has_a_proof_in_the_ordinary_run():
    for row in [line for line in PAGE.splitlines() if line.startswith("|") and "`tests/" in line]:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        full = [
            name for path, name in named if "pytest.mark.full" in map(ast.unparse, functions(path)[name].decorator_list)
        ]
        assert len(full) < len(named), row


def test_each_threat_has_a_layer_and_a_proof():
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and line.count("|") == 4]
    threats = [row for row in rows if not row.startswith(("| threat ", "|---"))]
    assert len(threats) > 25
    assert [row for row in threats if "`tests/" not in row.split("|")[3]] == []
    assert [row for row in threats if not row.split("|")[2].strip()] == []


def test_nothing_is_named_that_the_pattern_above_would_miss():
    assert PAGE.count("::") == len(re.findall(r"`tests/[\w/]+\.py::\w+`", PAGE))
