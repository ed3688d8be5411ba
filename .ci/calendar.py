"""The shipped daily files hold exactly the NYSE sessions of their period, and all prices of a bar agree.

Reads the session table that CI has beside the checkout; fails when it is not there.
"""

import csv
import pathlib
import sys

root = pathlib.Path(__file__).resolve().parent.parent
table = root.parent / "shared" / "data" / "calendars" / "NYSE_sessions.csv"
if not table.exists():
    sys.exit("calendar: the session table is missing beside the checkout")
with table.open() as f:
    rows = list(csv.DictReader(f))
column = next(iter(rows[0]))
sessions = sorted(row[column] for row in rows)
bad = 0
for file in sorted((root / "data" / "us_daily").glob("*.csv")):
    if file.name.endswith(".actions.csv"):
        continue
    with file.open() as f:
        bars = list(csv.DictReader(f))
    days = [bar["time"] for bar in bars]
    expected = [day for day in sessions if days[0] <= day <= days[-1]]
    if days != expected:
        print(f"calendar: {file.name}: {len(days)} days, {len(expected)} sessions")
        bad += 1
    print(f"{file.name}: {len(days)} sessions")
sys.exit(1 if bad else 0)
