"""What ruff repairs means the same afterwards, and stands on the same lines."""

import pytest

from cloudprobe.guard.tidy import tidy


@pytest.mark.parametrize(
    ("script", "repaired"),
    [
        ("x = 1\nif x == None:\n    print(x)\n", "x = 1\nif x is None:\n    print(x)\n"),
        ("x = 1\nif x != None:\n    print(x)\n", "x = 1\nif x is not None:\n    print(x)\n"),
        ("x = [1]\nprint(not 1 in x)\n", "x = [1]\nprint(1 not in x)\n"),
        ("print(f'none')\n", "print('none')\n"),
        ("print('\\d')\n", "print(r'\\d')\n"),
    ],
)
def test_safe_repairs_are_made(script, repaired):
    assert tidy(script) == (repaired, [])


@pytest.mark.parametrize(
    ("script", "code", "line"),
    [
        ("import os\nimport sys\nprint(sys.argv)\n", "F401", 1),
        ("import json, os\nprint(json)\n", "F401", 1),
        ("x = 1\nif x == True:\n    print(x)\n", "E712", 2),
        ("print('{} {}'.format(1))\n", "F524", 1),
    ],
)
def test_what_is_no_safe_repair_is_told_on_its_line(script, code, line):
    text, (finding,) = tidy(script)
    assert text == script
    assert (finding.code, finding.line) == (code, line)


def test_a_refused_import_is_not_repaired_away():
    text, _ = tidy("import subprocess\n")
    assert text == "import subprocess\n"
