#!/usr/bin/env python3
"""Make data/us_daily/ from the PyPI package bokeh_sampledata 2026.1.

Usage (Python 3.9 or later, standard library only):

    python3 -m venv /tmp/venv
    /tmp/venv/bin/pip install --no-deps bokeh_sampledata==2026.1
    /tmp/venv/bin/python data/make_us_daily.py            # rewrites data/us_daily
    /tmp/venv/bin/python data/make_us_daily.py --check    # compares, changes nothing

Reads `bokeh_sampledata/_data/stocks.csv.gz`, whose SHA-256 is pinned below, and
writes for each ticker NAME.csv, NAME.csv.toml and NAME.actions.csv, and the
package's LICENSE. Same input, same bytes. Prices and volumes are copied as the
text they are in the package; every promise that the engine's loader checks is
checked here too, and a row that breaks one stops the script (none does).

Corporate actions are derived from g = adj_close / close, which changes only at
an ex date. The source (Quandl WIKI) follows the CRSP method: on an ex date the
factor rises by

    g[t] / g[t-1] = split * (1 + dividend / close[t])

so that dividend = close[t] * (g[t] / g[t-1] - 1) on a date without a split. The
result is snapped to whole cents; a residual above 0.0005 stops the script. A
rise of 1.5 or more is a split: the ratio must be whole to 1e-6 and the raw price
must jump by it (close before / open after within 10 %).
"""

import argparse
import csv
import gzip
import hashlib
import importlib.metadata
import io
import sys
from pathlib import Path

from sample_files import check_bar, check_rising, contract_text, table_text, write_or_compare

PACKAGE, VERSION = "bokeh_sampledata", "2026.1"
SOURCE_SHA256 = "5abadf99b2d394f920120a27de6f0df129859d71d4cfb0bf661bcc99446ab1fd"
TICKERS = ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
NOTE = {"GOOG": "; the source files Google's history before 2014 under GOOGL"}
FACTOR_NOISE = 1e-9  # relative; adj_close has 11 or more significant digits
DIVIDEND_RESIDUAL_MAX = 0.0005  # dollars per share


def read_source():
    found = importlib.metadata.version(PACKAGE)
    if found != VERSION:
        sys.exit(f"{PACKAGE} is {found}, expected {VERSION}")
    dist = importlib.metadata.distribution(PACKAGE)
    raw = Path(dist.locate_file("bokeh_sampledata/_data/stocks.csv.gz")).read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if digest != SOURCE_SHA256:
        sys.exit(f"stocks.csv.gz has SHA-256 {digest}, expected {SOURCE_SHA256}")
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(raw).decode("ascii"))))
    licence = next(f for f in dist.files if f.name == "LICENSE.txt" and f.parent.name == "licenses")
    return rows, Path(dist.locate_file(licence)).read_text(encoding="utf-8")


def check(ticker, rows):
    """The loader's promises; the source keeps all of them."""
    for row in rows:
        where = f"{ticker} {row['Date']}"
        check_bar(where, [float(row[k]) for k in ("Open", "High", "Low", "Close")], int(row["Volume"]))
        if float(row["Adj Close"]) <= 0:
            sys.exit(f"{where}: adj close {row['Adj Close']}")
    check_rising(ticker, [row["Date"] for row in rows])


def derive_actions(ticker, rows):
    """(ex date, kind, value as text, residual) from the jumps of adj_close / close."""
    actions = []
    for before, row in zip(rows, rows[1:]):
        close_before, close = float(before["Close"]), float(row["Close"])
        factor = float(row["Adj Close"]) / close / (float(before["Adj Close"]) / close_before)
        where = f"{ticker} {row['Date']}"
        if abs(factor - 1) <= FACTOR_NOISE:
            continue
        if factor >= 1.5:
            ratio = round(factor)
            jump = close_before / float(row["Open"])
            if abs(factor - ratio) > 1e-6 or abs(jump / ratio - 1) > 0.1:
                sys.exit(f"{where}: factor {factor}, raw jump {jump}: no clean split")
            actions.append((row["Date"], "split", str(ratio), factor - ratio))
            continue
        exact = close * (factor - 1)
        dividend = round(exact, 2)
        if dividend <= 0 or abs(exact - dividend) > DIVIDEND_RESIDUAL_MAX:
            sys.exit(f"{where}: factor {factor} gives a dividend of {exact}")
        actions.append((row["Date"], "dividend", f"{dividend:.2f}", exact - dividend))
    return actions


def price_file(rows):
    keys = ("Date", "Open", "High", "Low", "Close", "Volume", "Adj Close")
    return table_text("time,open,high,low,close,volume,adj_close", [[row[k] for k in keys] for row in rows])


def actions_file(actions):
    return table_text("ex_date,kind,value", [action[:3] for action in actions])


def contract_file(ticker):
    source = f"PyPI {PACKAGE} {VERSION}, stocks.csv.gz (Quandl WIKI prices, public domain){NOTE.get(ticker, '')}"
    return contract_text(f"US.{ticker}", "1d", "America/New_York", "close", "raw", "USD", source)


def main():
    parser = argparse.ArgumentParser(description="Make data/us_daily from bokeh_sampledata.")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there")
    arguments = parser.parse_args()
    folder = Path(__file__).resolve().parent / "us_daily"

    source, licence = read_source()
    files = {"LICENSE": licence}
    for ticker in TICKERS:
        rows = [row for row in source if row["Ticker"] == ticker]
        check(ticker, rows)
        actions = derive_actions(ticker, rows)
        residual = max((abs(a[3]) for a in actions if a[1] == "dividend"), default=0.0)
        dividends = sum(a[1] == "dividend" for a in actions)
        print(
            f"{ticker}: {len(rows)} rows {rows[0]['Date']} to {rows[-1]['Date']}, "
            f"{len(actions) - dividends} splits, {dividends} dividends, largest residual {residual:.1e}"
        )
        files[f"{ticker}.csv"] = price_file(rows)
        files[f"{ticker}.csv.toml"] = contract_file(ticker)
        files[f"{ticker}.actions.csv"] = actions_file(actions)

    write_or_compare(folder, files, arguments.check)


if __name__ == "__main__":
    main()
