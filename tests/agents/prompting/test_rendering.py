import hashlib

import pytest

from cloudprobe.agents.prompting.rendering import FOLDER, PromptFile, PromptFileError, prompt_file

TEXT = b"Be brief.\n\n=== user ===\nAsked: {{ question }}\n"


def test_a_prompt_has_a_static_part_and_one_that_is_filled_in():
    prompt = PromptFile.parse("p", TEXT).render(question="why?")
    assert (prompt.name, prompt.system, prompt.user) == ("p", "Be brief.", "Asked: why?")


def test_its_version_is_the_hash_of_its_file():
    assert PromptFile.parse("p", TEXT).version == hashlib.sha256(TEXT).hexdigest()[:12]
    for path in FOLDER.glob("*.md"):
        assert prompt_file(path.stem).version == hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "lacks question"),
        ({"question": "q", "mood": "m"}, "has no use for mood"),
        ({"mood": "m"}, "and has no use"),
    ],
)
def test_a_variable_that_is_missing_or_unused_is_an_error(given, said):
    with pytest.raises(PromptFileError, match=said):
        PromptFile.parse("p", TEXT).render(**given)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Only one part", "has no line"),
        (b"Dear {{ name }}\n=== user ===\nx", "static part of the prompt p varies: name"),
        (b"{% if true %}x{% endif %}\n=== user ===\nx", "static part"),
        (b"x\n=== user ===\n{{ broken", "line"),
    ],
)
def test_a_file_that_is_no_prompt_is_named(content, said):
    with pytest.raises(PromptFileError, match=said):
        PromptFile.parse("p", content)


def test_what_is_filled_in_is_not_read_as_a_template():
    prompt = PromptFile.parse("p", TEXT).render(question="{{ 7 * 7 }} {% raw %}")
    assert prompt.user == "Asked: {{ 7 * 7 }} {% raw %}"
