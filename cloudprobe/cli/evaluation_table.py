"""An evaluation as tables for a terminal of a hundred columns."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cloudprobe.domain.text import printable, shortened
from cloudprobe.evaluation.comparison import KINDS, Change, Comparison, Standing
from cloudprobe.evaluation.results import Case, Group, Rate, Summary
from cloudprobe.evaluation.store import Results

_LISTED = 30
_COMPLAINT = 200


def print_results(found: Results, console: Console) -> None:
    """A table a model, then whatever is not as it should be."""
    groups = found.totals.groups if found.totals else ()
    for overall in (group for group in groups if not group.world):
        console.print(_table(overall, [g for g in groups if g.world and g.model == overall.model]))
        console.print(_sentence(overall.summary), markup=False)
    if not groups:
        console.print("Nothing was asked.", markup=False)
    _list(console, "not right", (_wrong(case) for case in found.cases if not case.right))
    if found.totals:
        renamed = (
            f"{one.world}/{one.question}: {'; '.join(one.own)} -> {'; '.join(one.renamed)}"
            for one in found.totals.renamings
        )
        _list(console, "another verdict under other names", renamed)
        if found.plan.rename and not found.totals.renamings:
            console.print("\nRenaming everything changed no verdict.", markup=False)
        _list(console, "not asked", found.totals.left_out)


def print_comparison(found: Comparison, console: Console, *, before: str, after: str) -> None:
    console.print(f"before  {printable(before)}  {', '.join(found.before.models)}", markup=False, soft_wrap=True)
    console.print(f"after   {printable(after)}  {', '.join(found.after.models)}\n", markup=False, soft_wrap=True)
    table = Table(title="Of the questions that both runs have", title_justify="left", box=None, pad_edge=False)
    for head in ("", "questions", "right", "facts", "wrong", "cited", "abstained", "s", "calls", "$"):
        table.add_column(head, justify="left" if not head else "right")
    for name, summary in (("before", found.before_summary), ("after", found.after_summary)):
        table.add_row(name, str(summary.cases), *_figures(summary))
    console.print(table)
    counts = ", ".join(f"{found.count(kind)} {kind}" for kind in KINDS)
    console.print(f"\n{counts}", markup=False)
    for kind in KINDS[:-1]:
        _list(console, kind, (_changed(change) for change in found.changes if change.kind == kind))


def _table(overall: Group, worlds: Iterable[Group]) -> Table:
    table = Table(title=f"model {printable(overall.model)}", title_justify="left", box=None, pad_edge=False)
    for head in ("world", "questions", "right", "facts", "wrong", "cited", "abstained", "s", "calls", "$"):
        table.add_column(head, justify="left" if head == "world" else "right")
    for group in worlds:
        table.add_row(Text(shortened(printable(group.world), 24)), str(group.summary.cases), *_figures(group.summary))
    table.add_section()
    table.add_row("all", str(overall.summary.cases), *_figures(overall.summary), style="bold")
    return table


def _figures(summary: Summary) -> Iterable[str]:
    yield _share(summary.right)
    yield _share(summary.facts)
    yield str(summary.claims_wrong)
    yield _share(summary.claims_cited)
    yield _share(summary.abstained)
    yield f"{summary.seconds.median:.1f}"
    yield f"{summary.calls.median:.0f}"
    yield f"{summary.aws_usd + summary.model_usd:.2f}" + ("+" if summary.unpriced else "")


def _sentence(summary: Summary) -> str:
    """What the columns have no room for."""
    right = summary.right
    share = right.count / right.of if right.of else 0.0
    said = [
        f"right {_per_cent(share)} (95 %: {_per_cent(right.low)} to {_per_cent(right.high)})",
        f"citations that resolve {_share(summary.citations)}",
        f"actions in excess {summary.policy_excess}",
        f"iterations {summary.iterations.mean:.2f}",
        f"retries {summary.retries}",
        f"seconds {summary.seconds.mean:.1f} ± {summary.seconds.deviation:.1f}",
    ]
    if summary.exchanges:
        said.append(f"tokens {summary.tokens.total:,} in {summary.exchanges} exchanges")
    if summary.unsteady:
        said.append(f"right only at times {summary.unsteady}")
    return "\n" + "; ".join(said)


def _share(rate: Rate) -> str:
    return f"{rate.count}/{rate.of}"


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _wrong(case: Case) -> str:
    key = case.key
    name = f"{key.world}/{key.question}" + (" renamed" if key.naming == "renamed" else "")
    again = f" #{key.repetition}" if key.repetition > 1 else ""
    return f"{name}{again} ({key.model}): {'; '.join(case.complaints)}"


def _changed(change: Change) -> str:
    name = f"{change.world}/{change.question}" + (" renamed" if change.naming == "renamed" else "")
    model = f" ({change.model})" if change.model else ""
    said = f"{name}{model}: {_stands(change.before)} -> {_stands(change.after)}"
    complaints = change.after.complaints if change.after and change.kind == "worsened" else ()
    return said + (f"  {'; '.join(complaints)}" if complaints else "")


def _stands(standing: Standing | None) -> str:
    if standing is None:
        return "not asked"
    return f"right {standing.right}/{standing.cases}, facts {standing.facts_found}/{standing.facts}" + (
        f", {standing.claims_wrong} wrong" if standing.claims_wrong else ""
    )


def _list(console: Console, title: str, lines: Iterable[str]) -> None:
    said = list(lines)
    if not said:
        return
    console.print(f"\n{title}:", markup=False, style="bold")
    for line in said[:_LISTED]:
        console.print(Padding(Text(shortened(printable(line), _COMPLAINT)), (0, 0, 0, 2)))
    if len(said) > _LISTED:
        console.print(f"  and {len(said) - _LISTED} more", markup=False)
