"""What tokens cost: facts of the list, spellings of a model's id, prices of one's own, and what nobody knows."""

import pytest

from cloudprobe.adapters.models.bedrock import DEFAULT_MODELS
from cloudprobe.adapters.models.prices import ModelPrices
from cloudprobe.adapters.models.providers import PACKAGES
from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.errors import UsageError

LISTED = ModelPrices()
MILLION = 1_000_000


def dollars(model, prices=LISTED, **usage):
    return prices.usd(model, TokenUsage(**usage))


@pytest.mark.parametrize(
    ("model", "sent", "answered"),
    [
        ("bedrock:global.anthropic.claude-sonnet-5", 2.0, 10.0),
        ("bedrock:global.anthropic.claude-sonnet-5-5", 2.0, 10.0),
        ("bedrock:us.anthropic.claude-sonnet-5", 2.2, 11.0),
        ("bedrock:anthropic.claude-sonnet-5", 2.2, 11.0),
        ("bedrock_converse:global.anthropic.claude-opus-5-5", 4.0, 20.0),
        ("bedrock:global.amazon.nova-2-lite-v1:0", 0.3, 2.5),
        ("anthropic:claude-sonnet-5", 2.0, 10.0),
    ],
)
def test_listed_prices_a_million_tokens(model, sent, answered):
    assert dollars(model, input=10_000) * 100 == pytest.approx(sent)
    assert dollars(model, output=MILLION) == pytest.approx(answered)


def test_a_long_prompt_costs_five_times_as_much_answer_and_all():
    haiku = "bedrock:global.anthropic.claude-haiku-5-5"
    short = dollars(haiku, input=100_000, output=1_000)
    assert short == pytest.approx(0.0105)
    assert dollars(haiku, input=100_001, output=1_000) == pytest.approx(5 * short, rel=1e-4)
    cached = dollars(haiku, input=1, cache_read=100_000, output=1_000)
    assert cached == pytest.approx(5 * (0.001 + 0.0005), rel=1e-3), "what is read from a cache belongs to the prompt"


def test_caches_have_prices_of_their_own():
    sonnet = "bedrock:global.anthropic.claude-sonnet-5"
    assert dollars(sonnet, cache_read=MILLION) == pytest.approx(0.2)
    assert dollars(sonnet, cache_write=MILLION) == pytest.approx(2.5)
    together = dollars(sonnet, input=3_000, cache_read=5_000, cache_write=2_000, output=1_000)
    assert together == pytest.approx((3_000 * 2 + 5_000 * 0.2 + 2_000 * 2.5 + 1_000 * 10) / MILLION)


@pytest.mark.parametrize(
    ("spelling", "same_as"),
    [
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-haiku-5-5",
         "eu.anthropic.claude-haiku-5-5"),
        ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-5", "anthropic.claude-sonnet-5"),
        ("amazon.nova-2-lite-v1:0", "us.amazon.nova-2-lite-v1:0"),
        ("apac.amazon.nova-2-lite-v1:0", "us.amazon.nova-2-lite-v1:0"),
        ("sa.anthropic.claude-fable-5", "us.anthropic.claude-fable-5"),
    ],
)  # fmt: skip
def test_a_profile_or_an_arn_is_priced_as_its_model(spelling, same_as):
    found = dollars(f"bedrock:{spelling}", input=1_000)
    assert found == dollars(f"bedrock:{same_as}", input=1_000)
    assert found > 0


@pytest.mark.parametrize(
    "model",
    [
        "bedrock:nonsense",
        "bedrock:arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4",
        "bedrock:",
        "bedrock",
        "ollama:gpt-5",
        "huggingface:claude-sonnet-5",
        "scripted:chat",
        "",
    ],
)
def test_what_nobody_knows_is_none_and_never_nothing(model):
    assert dollars(model, input=1_000) is None
    assert LISTED.most(model, prompt_tokens=1_000, output_tokens=1_000) is None


def test_the_models_that_are_asked_by_default_have_prices():
    assert all(dollars(f"bedrock:{model}", input=1_000) for model in DEFAULT_MODELS.values())


def test_providers_of_the_list_are_ours():
    from genai_prices.data_snapshot import get_snapshot

    from cloudprobe.adapters.models.prices import _LISTED

    assert set(_LISTED) <= {*PACKAGES, "bedrock"}
    assert set(_LISTED.values()) <= {one.id for one in get_snapshot().providers}


def test_the_worst_is_a_prompt_written_to_a_cache_and_the_longest_answer():
    sonnet = "bedrock:global.anthropic.claude-sonnet-5"
    most = LISTED.most(sonnet, prompt_tokens=10_000, output_tokens=4_000)
    assert most == pytest.approx((10_000 * 2.5 + 4_000 * 10) / MILLION)
    for usage in (
        {"input": 10_000},
        {"cache_read": 10_000},
        {"cache_write": 10_000},
        {"input": 5_000, "cache_write": 5_000},
    ):
        assert dollars(sonnet, output=4_000, **usage) <= most


OWN = """\
[[price]]
model = "ollama:*"
input = 0
output = 0

[[price]]
model = "bedrock:*claude-sonnet-5"
input = 1.0
output = 5.0
above = [{ tokens = 1000, input = 3.0, output = 7.0, cache_read = 0.5 }]
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_text(OWN)
    return ModelPrices.read(path)


def test_prices_of_ones_own_come_first(own):
    assert dollars("ollama:llama", own, input=MILLION, output=MILLION) == 0.0
    assert dollars("bedrock:global.anthropic.claude-sonnet-5", own, input=1_000) == pytest.approx(0.001)
    assert dollars("bedrock:global.anthropic.claude-sonnet-5-5", own, input=1_000) == pytest.approx(0.002)


def test_tiers_of_ones_own(own):
    found = dollars("bedrock:claude-sonnet-5", own, input=900, cache_read=101, cache_write=10, output=100)
    assert found == pytest.approx((900 * 3 + 101 * 0.5 + 10 * 3 + 100 * 7) / MILLION)
    assert dollars("bedrock:claude-sonnet-5", own, input=900, cache_read=100) == pytest.approx(1_000 / MILLION)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[price", "cannot be read"),
        ("[[price]]\nmodel = 'x'\ninput = -1\noutput = 1", "price.0.input"),
        ("[[price]]\nmodel = 'x'\ninput = inf\noutput = 1", "price.0.input"),
        ("[[price]]\nmodel = 'x'\ninput = 1", "price.0.output"),
        ("[[prices]]\nmodel = 'x'", "prices"),
        ("\xff\xfe", "cannot be read"),
    ],
)
def test_a_file_that_says_no_prices_is_told_with_the_place(tmp_path, text, told):
    path = tmp_path / "prices.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError, match=r"prices\.toml") as wrong:
        ModelPrices.read(path)
    assert told in wrong.value.message


def test_a_file_that_is_missing_is_told(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        ModelPrices.read(tmp_path / "none.toml")


def test_what_is_replayed_was_paid_for_before():
    assert dollars("replay:conversation", input=1000) == 0.0
