"""What functions wrote to their logs, as recorded answers: the embedded account's own search differs from AWS's."""

from datetime import UTC, datetime, timedelta

from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.site import Site


def logged(site: Site, logical: str, *lines: str, ago: timedelta = timedelta(hours=1)) -> None:
    """Let a function's log group answer every search with these lines, a millisecond apart, the first so long ago."""
    moment = int((datetime.now(UTC) - ago).timestamp() * 1000)  # noqa: TID251 - the account's own time is the machine's
    events = [
        {"logStreamName": "s", "timestamp": moment + n, "message": line, "ingestionTime": moment, "eventId": str(n)}
        for n, line in enumerate(lines)
    ]
    group = {"logGroupName": f"/aws/lambda/{site.name(logical)}"}
    record_answer(site.client, "logs", "FilterLogEvents", parameters=group, response={"events": events})
