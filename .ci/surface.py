"""The surface of a real chain: options on GOOG on 2015-12-24, from the minute quotes beside the checkout.

Makes the chain of one moment (the last quotes known by then), runs the built program (first argument)
on it, and fails when the surface is not free of arbitrage, is far from its quotes, or does not know the
forward that the share's own price tells. `--picture FILE` writes the picture that stands in the docs.
"""

import sys

sys.path.pop(0)  # What lies beside this file must not stand in for modules of the library.

import datetime  # noqa: E402
import json  # noqa: E402
import pathlib  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402

import polars as pl  # noqa: E402

MOMENT = datetime.datetime(2015, 12, 24, 12, 30)
SPOT = 748.4
# Volatility points of 0.01, over all quotes and for any expiry up to half a year.
RMSE_MAX, RMSE_MAX_NEAR = 1.0, 1.0
INSIDE_MIN = 0.85

root = pathlib.Path(__file__).resolve().parent.parent
program = sys.argv[1] if len(sys.argv) > 1 else str(root / "target" / "release" / "engine")
picture = sys.argv[sys.argv.index("--picture") + 1] if "--picture" in sys.argv else None
folder = root.parent / "shared" / "data" / "us-options"
if not folder.exists():
    sys.exit("surface: the option quotes are missing beside the checkout")

key = ["expiry", "strike", "right"]
quotes = pl.read_parquet(folder / "GOOG_20151224_quote.parquet").with_columns(pl.col("expiry").cast(pl.String).str.slice(0, 10))
# A minute's bar is known at its end; a quote holds until the next bar.
known = quotes.filter(pl.col("time") < MOMENT).sort("time", maintain_order=True)
last = known.group_by(key, maintain_order=True).last().sort(key)
interest = pl.read_parquet(folder / "GOOG_20151224_openinterest.parquet").with_columns(pl.col("expiry").cast(pl.String).str.slice(0, 10))
last = last.join(interest.select(*key, "open_interest").unique(key, keep="last", maintain_order=True), on=key, how="left")


def price(x):
    return "" if x is None or x == 0 or x != x else repr(float(x))


rows = ["expiry,strike,type,bid,ask,bid_size,ask_size,open_interest,quote_age_seconds"]
for row in last.iter_rows(named=True):
    age = (MOMENT - row["time"]).total_seconds() - 60
    kind = "call" if row["right"] == "C" else "put"
    interest = "" if row["open_interest"] is None else row["open_interest"]
    rows.append(
        f"{row['expiry']},{row['strike']!r},{kind},{price(row['bid_close'])},{price(row['ask_close'])},"
        f"{row['bid_size']},{row['ask_size']},{interest},{age}"
    )
with tempfile.TemporaryDirectory() as scratch:
    chain = pathlib.Path(scratch) / "GOOG_20151224.csv"
    chain.write_text("\n".join(rows) + "\n")
    command = [program, "options", "surface", chain, "--spot", str(SPOT), "--style", "american"]
    command += ["--date", MOMENT.isoformat(timespec="minutes"), "--max-age", "100000"]
    if picture:
        command += ["--svg", picture, "--svg-quotes", "12"]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    done = subprocess.run([*command, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"surface: exit code {done.returncode}: {done.stderr}")
found = json.loads(done.stdout)

bad = 0


def say(what, good, text):
    global bad
    bad += not good
    print(f"{'ok  ' if good else 'BAD '} {what}: {text}")


fit, after = found["fit"], found["violations_after"]["total"]
before = found["violations_before"]["total"]
say("expiries", len(found["expiries"]) >= 9, f"{len(found['expiries'])}, expected 9 or more")
say("quotes used", fit["used"] >= 300, f"{fit['used']} of {found['quotes']}, expected 300 or more")
say("violations", after == 0, f"{before} fitted freely, {after} in the surface, expected 0")
say("RMSE", fit["rmse_points"] <= RMSE_MAX, f"{fit['rmse_points']:.3f} points, expected at most {RMSE_MAX}")
say("inside bid and ask", fit["inside"] >= INSIDE_MIN, f"{fit['inside']:.3f}, expected {INSIDE_MIN} or more")
for expiry in found["expiries"]:
    rmse = expiry["fit"]["rmse_points"]
    if expiry["years"] <= 0.5:
        say(expiry["expiry"], rmse <= RMSE_MAX_NEAR, f"RMSE {rmse:.3f} points, expected at most {RMSE_MAX_NEAR}")
    if expiry["expiry"] == "2016-01-15":
        # 748.98 bid, 749.46 asked for the share at 11:00, and three weeks of interest.
        say("forward", 748.5 < expiry["forward"] < 751.5, f"{expiry['forward']:.2f}, expected about 750")
sys.exit(1 if bad else 0)
