import json, time
from datetime import date, datetime, timedelta, timezone
from dateutil import parser, tz
a = datetime.now(tz=timezone.utc)
b = datetime.fromtimestamp(time.time(), tz=timezone.utc)
c = parser.isoparse("2026-01-01T00:00:00Z")
assert isinstance(a, datetime) and isinstance(c, datetime) and isinstance(date.today(), date) and isinstance(a, date)
assert abs((a - b).total_seconds()) < 5 and (a - c) > timedelta(days=1)
assert a.astimezone(tz.gettz("Europe/Berlin")).utcoffset() is not None
assert datetime.strptime("2026-01-02", "%Y-%m-%d").date() == date(2026, 1, 2)
assert (a.replace(hour=0) <= a) and sorted([a, c])[0] == c and time.strftime("%Y") == str(a.year)
print(json.dumps({"ok": True, "type": type(a - timedelta(days=1)).__name__}))
