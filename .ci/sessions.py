"""The calendars that travel with the program hold exactly the sessions of the tables they were made from.

Reads the tables that CI has beside the checkout; fails when they are not there. Asks the built
program (argument: its path), so that what is compared is what users get.
"""

import csv
import pathlib
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "target" / "release" / "engine")
tables = root.parent / "shared" / "data" / "calendars"
if not tables.exists():
    sys.exit("sessions: the session tables are missing beside the checkout")
if not program.exists():
    sys.exit(f"sessions: {program} is not built")
bad = 0


def rows(name):
    path = tables / name
    if not path.exists():
        sys.exit(f"sessions: {name} is missing beside the checkout")
    with path.open() as f:
        return list(csv.DictReader(f))


def printed(name):
    text = subprocess.run([program, "data", "calendar", name], check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(text.splitlines()))


def compare(name, expected, found):
    global bad
    if found != expected:
        first = next((pair for pair in zip(expected, found) if pair[0] != pair[1]), (len(expected), len(found)))
        print(f"sessions: {name}: expected {first[0]}, found {first[1]}")
        bad += 1
    print(f"{name}: {len(found)} sessions")


def stock(row):
    hours = [f"{row['open']}-{row['close']}"]
    if row["break_start"]:
        hours = [f"{row['open']}-{row['break_start']}", f"{row['break_end']}-{row['close']}"]
    return {"date": row["date"], "early_close": row.get("half_day") or "0", "hours": " ".join(hours)}


for name, table in [("HKEX", "HKEX"), ("NYSE", "NYSE"), ("NASDAQ", "NYSE"), ("SSE", "SSE_SZSE"), ("SZSE", "SSE_SZSE")]:
    compare(name, [stock(row) for row in rows(f"{table}_sessions.csv")], printed(name))

futures = rows("CN_futures_sessions.csv")
day = {"CFFEX": "cffex_index", "SHFE": "commodity_day"}
for name, column in day.items():
    expected = [(row["date"], row[f"{column}_open"], row[f"{column}_close"]) for row in futures]
    found = [(row["date"], row["hours"][:5], row["hours"][-5:]) for row in printed(name)]
    compare(name, expected, found)

# Gold had evenings from the first day on: one belongs to a date when the session before says "this evening".
evening = {row["next_trading_day"]: row["night_session_this_evening"] for row in futures}
expected = [(row["date"], evening.get(row["date"], "0")) for row in futures]
found = [(row["date"], "1" if row["hours"].startswith("21:00") else "0") for row in printed("SHFE.au")]
compare("SHFE.au evenings", expected, found)
sys.exit(1 if bad else 0)
