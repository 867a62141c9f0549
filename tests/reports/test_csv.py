import csv
import io

from cloudprobe.reports.csv_report import COLUMNS
from cloudprobe.reports.formats import render


def test_each_finding_is_a_line_with_its_proof(full):
    report = full.report()
    rows = list(csv.DictReader(io.StringIO(render(report, "csv"))))
    assert len(rows) == len(report.findings) > 0
    for row, finding in zip(rows, report.findings, strict=True):
        assert tuple(row) == COLUMNS
        assert row["title"] == finding.title
        assert row["severity"] == finding.severity.value
        assert row["verified"] == ("yes" if finding.verified else "no")
        assert all(proof.pointer in row["evidence"] for proof in finding.evidence)
        assert all(proof.call.request_id in row["evidence"] for proof in finding.evidence if proof.call)


def test_text_of_the_account_does_not_become_a_formula(full):
    report = full.report()
    bad = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", 'quoted "; drop']
    findings = tuple(report.findings[0].model_copy(update={"title": title}) for title in bad)
    text = render(report.model_copy(update={"findings": findings}), "csv")
    titles = [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    assert titles == [*(f"'{title}" for title in bad[:-1]), bad[-1]]
