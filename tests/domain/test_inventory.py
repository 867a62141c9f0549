from hypothesis import given
from hypothesis import strategies as st

from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import ProbeResource


def bucket(name, **summary):
    return ProbeResource(arn=f"arn:aws:s3:::{name}", type="s3:bucket", region="eu-west-1", summary=summary)


def test_what_two_runs_say_of_one_thing_is_joined():
    inventory = Inventory().merge([bucket("a", public=True)], run_id="r1").merge([bucket("a", size=3)], run_id="r2")
    item = inventory.items["arn:aws:s3:::a"]
    assert item.summary == {"public": True, "size": 3}
    assert (item.first_seen, item.last_seen) == ("r1", "r2")
    assert item.sources == {"public": "r1", "size": "r2"}
    assert not inventory.conflicts


def test_a_contradiction_is_kept_with_both_sources():
    inventory = (
        Inventory().merge([bucket("a", public=True)], run_id="r1").merge([bucket("a", public=False)], run_id="r2")
    )
    [(arn, conflict)] = inventory.conflicts
    assert arn == "arn:aws:s3:::a"
    assert (conflict.attribute, conflict.values, conflict.runs) == ("public", (True, False), ("r1", "r2"))
    assert inventory.items[arn].summary["public"] is False


def test_a_third_voice_joins_the_conflict():
    inventory = Inventory()
    for number, value in enumerate((1, 2, 3)):
        inventory = inventory.merge([bucket("a", n=value)], run_id=f"r{number}")
    [(_, conflict)] = inventory.conflicts
    assert conflict.values == (1, 2, 3)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2)), max_size=8))
def test_merging_the_same_run_again_changes_nothing(seen):
    resources = [bucket(name, n=value) for name, value in dict(seen).items()]
    once = Inventory().merge(resources, run_id="r1")
    assert once.merge(resources, run_id="r1") == once


def test_counts_are_by_type_largest_first():
    other = ProbeResource(arn="arn:aws:iam::1:user/u", type="iam:user")
    inventory = Inventory().merge([other, bucket("a"), bucket("b")], run_id="r")
    assert list(inventory.counts().items()) == [("s3:bucket", 2), ("iam:user", 1)]
