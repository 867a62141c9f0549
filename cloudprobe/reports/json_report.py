"""The report for machines: ``report.schema.json`` (docs/adr/0005)."""

import json

from cloudprobe.domain.report import Report


def render_json(report: Report) -> str:
    r"""One JSON document, and nothing in it but ASCII.

    What an account holds may reach a terminal by way of ``cat``. Escaped as ``\u001b`` it is lossless for a program and
    harmless there; a plain dump would let C1 controls and reordering characters through.
    """
    document = json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=True)
    return document.replace("\x7f", "\\u007f") + "\n"
