"""Brackets on bars of 15 to 195 minutes, drilled down to real minutes: fewer bars stay ambiguous, and rightly so.

Reads the minute table that CI has beside the checkout; fails when it is not there. Joins the minutes of
the regular sessions to bars, runs a bracket strategy with the built program (argument: its path) on the
bars alone and with the minutes as finer data, and follows every certain trade through the minutes by
itself. Writes to a temporary folder only.
"""

import csv
import json
import pathlib
import subprocess
import sys
import tempfile
from decimal import Decimal

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "target" / "release" / "engine").resolve()
table = root.parent / "shared" / "data" / "us-equity-minute" / "us_minute_trade_quote.csv"
if not table.exists():
    sys.exit("drill_down: the minute table is missing beside the checkout")
if not program.exists():
    sys.exit(f"drill_down: {program} is not built")

# Distances of stop and target in money: often both inside a bar, seldom inside a minute. Also half as wide.
SYMBOLS = {"SPY": ("0.24", "0.30"), "IBM": ("0.40", "0.50"), "BAC": ("0.04", "0.06"), "AIG": ("0.16", "0.20"),
           "GOOG": ("1.00", "1.20")}
CONTRACT = 'symbol = "US.{}"\nbars = "{}"\ntimezone = "America/New_York"\nstamp = "{}"\nprices = "raw"\n' \
           'currency = "USD"\nsource = "minutes of a check"\n'
CONFIG = """[account]
kind = "margin"
[[data]]
file = "{file}"
{finer}
[strategy]
name = "sma_cross"
fast = 1
slow = 2
[sizing]
kind = "fixed"
quantity = 100
[[exit]]
kind = "stop"
unit = "amount"
value = {stop}
[[exit]]
kind = "target"
unit = "amount"
value = {target}
"""


def end_of_bar(minute, length):
    """End of the bar, counted from 09:30, to which a minute belongs."""
    since = int(minute[11:13]) * 60 + int(minute[14:16]) - 570
    end = min(570 + (since // length + 1) * length, 960)
    return f"{minute[:10]} {end // 60:02}:{end % 60:02}:00"


def price_file(path, rows, symbol, bars, stamp):
    with path.open("w", newline="") as f:
        csv.writer(f).writerows([["time", "open", "high", "low", "close", "volume"], *rows])
    path.with_name(path.name + ".toml").write_text(CONTRACT.format(symbol, bars, stamp))


def run(folder, name, text):
    (folder / f"{name}.toml").write_text(text)
    done = subprocess.run([program, "backtest", folder / f"{name}.toml", "--out", folder / name, "--csv", "--json"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"drill_down: {name}: {done.stderr}")
    with (folder / name / "trades.csv").open() as f:
        return json.loads(done.stdout), list(csv.DictReader(f))


def exit_prices(bars, trade, stop, target):
    """Prices at which a bracket entered at the open of a bar may have ended, by the minutes; none when one minute
    holds both ends. Where the price jumps over a level there are two: a bar with one outcome is not replayed, and
    a bar alone knows no jumps.
    """
    entry = Decimal(trade["entry_price"])
    low, high = entry - stop, entry + target
    first, last = int(trade["entry_bar"]), int(trade["exit_bar"])
    for bar in range(first, last + 1):
        for number, (_, *prices, _) in enumerate(bars[bar]):
            open_, top, bottom, _ = map(Decimal, prices)
            is_entry = bar == first and number == 0
            if not is_entry and (open_ <= low or open_ >= high):
                return {open_} if number == 0 else {open_, low if open_ <= low else high}
            if bar == last and bar > first and number == 0 and Decimal(trade["exit_price"]) == open_:
                return {open_}  # the signal's exit, decided at the close before
            if bottom <= low and top >= high:
                return set()
            if bottom <= low:
                return {low}
            if top >= high:
                return {high}
    return set()


def check(folder, symbol, minutes, length, stop, target):
    """Runs without and with minutes; returns the drill-down, the fills and the trades that were followed."""
    global bad
    bars = {}
    for m in minutes:
        bars.setdefault(end_of_bar(m[0], length), []).append(m)
    joined = [[end, parts[0][1], max((p[2] for p in parts), key=Decimal), min((p[3] for p in parts), key=Decimal),
               parts[-1][4], str(sum(Decimal(p[5]) for p in parts))] for end, parts in bars.items()]
    name = f"{symbol}-{length}m-{stop}"
    price_file(folder / f"{symbol}_{length}.csv", joined, symbol, f"{length}m", "close")
    terms = {"file": f"{symbol}_{length}.csv", "stop": stop, "target": target}
    alone, _ = run(folder, f"{name}-alone", CONFIG.format(**terms, finer=""))
    drilled, trades = run(folder, f"{name}-drilled", CONFIG.format(**terms, finer=f'finer = "{symbol}_minute.csv"'))
    drill = drilled["drill_down"]
    if "drill_down" in alone or drill["disagreeing"] or drill["without_data"]:
        print(f"drill_down: {name}: the minutes do not make up the bars: {drill}")
        bad += 1
    parts = list(bars.values())
    followed = 0
    for trade in trades:
        found = exit_prices(parts, trade, stop, target)
        if not found or trade["certain"] != "true":
            if found or trade["certain"] == "true":
                print(f"drill_down: {name}: {trade['exit_time']}: certain {trade['certain']}, by the minutes {found}")
                bad += 1
            continue
        followed += 1
        if Decimal(trade["exit_price"]) not in found:
            print(f"drill_down: {name}: {trade['exit_time']}: exit at {trade['exit_price']}, by the minutes {found}")
            bad += 1
    return drill, drilled["fills"], followed, len(trades)


with table.open() as f:
    rows = [row for row in csv.DictReader(f) if row["open"] and "09:30" <= row["time"][11:16] < "16:00"]
KEYS = ("ambiguous", "resolved", "narrowed", "changed")
total = dict.fromkeys((*KEYS, "fills", "before", "after", "followed", "trades"), 0)
bad = 0
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for symbol, distances in SYMBOLS.items():
        minutes = [[row[k] for k in ("time", "open", "high", "low", "close", "volume")]
                   for row in rows if row["symbol"] == symbol]
        price_file(folder / f"{symbol}_minute.csv", minutes, symbol, "1m", "open")
        for length in (15, 30, 60, 195):
            for share in (1, 2):
                stop, target = (Decimal(d) / share for d in distances)
                drill, fills, followed, trades = check(folder, symbol, minutes, length, stop, target)
                for key in KEYS:
                    total[key] += drill[key]
                total["fills"] += fills
                total["before"] += round(drill["certain_share_before"] * fills)
                total["after"] += round(drill["certain_share_after"] * fills)
                total["followed"] += followed
                total["trades"] += trades
print(f"{total['ambiguous']} ambiguous bars: {total['resolved']} resolved by minutes, {total['narrowed']} narrowed, "
      f"{total['changed']} filled otherwise than the path rule alone would have done; fills certain "
      f"{total['before'] / total['fills']:.1%} -> {total['after'] / total['fills']:.1%}; "
      f"{total['followed']} of {total['trades']} trades followed through the minutes")
if total["ambiguous"] < 60 or total["resolved"] * 10 < total["ambiguous"] * 8 or total["followed"] < 500:
    print("drill_down: too little was ambiguous, resolved or followed")
    bad += 1
sys.exit(1 if bad else 0)
