"""Figures of many cases: rates with their intervals, spreads, and what stays the same when things are renamed."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.evaluation.results import Case, Group, Rate, Renaming, Spread, Summary, Totals

_Z = statistics.NormalDist().inv_cdf(0.975)
"""Of a two-sided interval of 95 %."""


def rate(count: int, of: int) -> Rate:
    """A share and its Wilson score interval; of nothing, everything is possible."""
    if of == 0:
        return Rate(count=0, of=0, low=0.0, high=1.0)
    share, weight = count / of, _Z * _Z / of
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * math.sqrt(share * (1 - share) / of + weight / (4 * of)) / (1 + weight)
    # At the ends the formula gives exactly 0 and 1, which floating point misses by a hair.
    low = 0.0 if count == 0 else max(0.0, middle - half)
    high = 1.0 if count == of else min(1.0, middle + half)
    return Rate(count=count, of=of, low=round(low, 4), high=round(high, 4))


def spread(values: Sequence[float]) -> Spread:
    if not values:
        return Spread(mean=0, deviation=0, median=0, least=0, most=0)
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    figures = (statistics.fmean(values), deviation, statistics.median(values), min(values), max(values))
    mean, deviation, median, least, most = (round(figure, 3) for figure in figures)
    return Spread(mean=mean, deviation=deviation, median=median, least=least, most=most)


def summary(cases: Sequence[Case]) -> Summary:
    quiet = [case.abstained for case in cases if case.abstained is not None]
    claims = sum(case.claims for case in cases)
    return Summary(
        cases=len(cases),
        right=rate(sum(case.right for case in cases), len(cases)),
        facts=rate(sum(case.facts_found for case in cases), sum(case.facts for case in cases)),
        claims_wrong=sum(case.claims_wrong for case in cases),
        claims_cited=rate(sum(case.claims_cited for case in cases), claims),
        citations=rate(sum(case.citations_resolved for case in cases), sum(case.citations for case in cases)),
        abstained=rate(sum(quiet), len(quiet)),
        policy_excess=sum(case.policy_excess for case in cases),
        failures=sum(bool(case.failure) for case in cases),
        unsteady=sum(len({case.right for case in same}) > 1 for same in _same_question(cases)),
        iterations=spread([case.iterations for case in cases]),
        retries=sum(case.retries for case in cases),
        calls=spread([case.calls for case in cases]),
        seconds=spread([case.seconds for case in cases]),
        aws_usd=round(sum(case.cost.aws_usd for case in cases), 6),
        model_usd=round(sum(case.cost.model_usd for case in cases), 6),
        unpriced=sum(case.cost.unpriced for case in cases),
        tokens=sum((case.cost.tokens for case in cases), TokenUsage()),
        exchanges=sum(case.cost.exchanges for case in cases),
    )


def totals(cases: Sequence[Case], *, finished: str, left_out: Iterable[str] = ()) -> Totals:
    """Of everything by model, and by world within each."""
    groups = []
    for model in dict.fromkeys(case.key.model for case in cases):
        of_model = [case for case in cases if case.key.model == model]
        groups.append(Group(model=model, summary=summary(of_model)))
        for world in sorted({case.key.world for case in of_model}):
            of_world = [case for case in of_model if case.key.world == world]
            groups.append(Group(model=model, world=world, summary=summary(of_world)))
    return Totals(finished=finished, groups=tuple(groups), renamings=tuple(renamings(cases)), left_out=tuple(left_out))


def renamings(cases: Iterable[Case]) -> Iterable[Renaming]:
    """Questions whose verdict is another one under other names; each repetition is held against its like."""
    pairs: dict[tuple[str, str, str, int], dict[str, Case]] = defaultdict(dict)
    for case in cases:
        key = case.key
        pairs[key.world, key.question, key.model, key.repetition][key.naming] = case
    seen = set()
    for (world, question, model, _), pair in pairs.items():
        if len(pair) < len(("own", "renamed")) or (world, question, model) in seen:
            continue
        own, renamed = pair["own"].verdict, pair["renamed"].verdict
        if own != renamed:
            seen.add((world, question, model))
            yield Renaming(world=world, question=question, model=model, own=own, renamed=renamed)


def _same_question(cases: Iterable[Case]) -> Iterable[list[Case]]:
    """The repetitions of each case."""
    same: dict[tuple[str, str, str, str], list[Case]] = defaultdict(list)
    for case in cases:
        key = case.key
        same[key.world, key.question, key.model, key.naming].append(case)
    return same.values()
