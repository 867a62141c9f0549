import pytest

from cloudprobe.emulator.worlds import list_worlds
from cloudprobe.errors import UsageError
from cloudprobe.evaluation.naming import names_of
from cloudprobe.evaluation.planning import agenda
from cloudprobe.templates.matching import match
from cloudprobe.templates.registry import TemplateLibrary
from tests.evaluation.conftest import SHUT, a_plan, make_world


def asked(**plan):
    found = agenda(a_plan(**plan))
    return [(s.name, [one.key.question for one in s.questions]) for s in found.sittings]


def test_everything_is_asked_unless_something_is_named(two_worlds):
    assert len(asked()) == len(list_worlds())
    worlds = tuple(map(str, two_worlds))
    assert asked(worlds=worlds) == [("open-shelf", ["public", "misjudged", "topics"]), ("shut-shelf", ["public"])]
    assert asked(worlds=worlds, questions=("open-shelf/*",)) == [("open-shelf", ["public", "misjudged", "topics"])]
    assert asked(worlds=worlds, questions=("pub*", "topics")) == [
        ("open-shelf", ["public", "topics"]),
        ("shut-shelf", ["public"]),
    ]
    assert [name for name, _ in asked(questions=("s3_public_buckets",))] == [
        world.name for world in list_worlds() if any(q.template == "s3_public_buckets" for q in world.questions)
    ]


def test_names_and_repetitions_and_models_multiply(two_worlds):
    plan = a_plan(worlds=(str(two_worlds[1]),), repeat=2, rename=True, models=("library", "bedrock"))
    found = agenda(plan)
    assert [s.name for s in found.sittings] == ["shut-shelf", "shut-shelf (renamed)"]
    assert [(one.key.repetition, one.key.model) for one in found.sittings[1].questions] == [
        (1, "library"), (1, "bedrock"), (2, "library"), (2, "bedrock"),
    ]  # fmt: skip
    done = [one.key for one in (*found.sittings[0].questions, *found.sittings[1].questions[:3])]
    rest = agenda(plan, done=done)
    assert [one.key for s in rest.sittings for one in s.questions] == [found.sittings[1].questions[3].key]
    assert [one.thinks for one in found.sittings[0].questions[:2]] == [False, True]


def test_a_pattern_that_fits_nothing_is_told(two_worlds):
    with pytest.raises(UsageError, match="No question") as caught:
        agenda(a_plan(worlds=(str(two_worlds[1]),), questions=("public", "nonsense")))
    assert "nonsense" in caught.value.message
    assert "public" in caught.value.hint


def test_two_worlds_of_one_name_are_told(tmp_path, two_worlds):
    other = make_world(tmp_path / "shut-shelf", SHUT)
    with pytest.raises(UsageError, match="Two worlds are called 'shut-shelf'"):
        agenda(a_plan(worlds=(str(two_worlds[1]), str(other))))


def test_only_what_is_recorded_is_replayed_and_the_rest_is_named(two_worlds, tmp_path):
    (tmp_path / "open-shelf" / "topics").mkdir(parents=True)
    model = f"replay:{tmp_path}"
    plan = a_plan(worlds=tuple(map(str, two_worlds)), models=(model,), rename=True)
    found = agenda(plan)
    ((sitting,),) = [found.sittings]
    (one,) = sitting.questions
    assert (one.key.model, one.settings.model) == (model, f"{model}/open-shelf/topics")
    assert one.thinks
    assert set(found.left_out) == {
        f"{model} with everything renamed: what was recorded speaks of things by their names",
        f"open-shelf/misjudged of {model}: no conversation is recorded",
        f"open-shelf/public of {model}: no conversation is recorded",
        f"shut-shelf/public of {model}: no conversation is recorded",
    }


def test_other_names_are_names_and_the_same_in_every_run():
    renamed = names_of("renamed")
    assert names_of("own")("shelf") == "shelf"
    assert renamed("shelf") == renamed("shelf") != renamed("shelves")
    assert renamed("shelf").isalnum()
    assert 3 <= len(renamed("shelf")) <= 40
    assert "shelf" not in renamed("shelf")


def test_enough_questions_need_a_model_and_no_template_fits_them():
    open_questions = [(w, q) for w in list_worlds() for q in w.questions if q.needs_model]
    assert len(open_questions) >= 8
    assert len({world.name for world, _ in open_questions}) >= 4
    assert {bool(q.expect or q.state) for _, q in open_questions} == {True, False}, "some are to be declined by a model"
    for naming in ("own", "renamed"):
        library = TemplateLibrary.builtin()
        for _, question in open_questions:
            for words in question.named(names_of(naming)).ask:
                assert match(words, library) == (), words
