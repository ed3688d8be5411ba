"""Books and trades that the program makes of real ticks against what their files say themselves.

Brings the ticks beside the checkout in with the built program (argument: its path), reads the
tapes it writes, and compares them with the raw files, read here by polars alone: the book with
the files' best quotes and totals, trades with counts and volumes, bars with trades. Fails when
the data is not there, and when anything disagrees that is not explained below.
"""

import sys

sys.path.pop(0)  # What lies beside this file must not stand in for modules of the library.

import datetime  # noqa: E402
import json  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import tomllib  # noqa: E402
from collections import defaultdict  # noqa: E402

import polars as pl  # noqa: E402

root = pathlib.Path(__file__).resolve().parent.parent
program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else root / "target" / "release" / "engine")
data = root.parent / "shared" / "data"
if not data.exists():
    sys.exit("tapes: the data is missing beside the checkout")
if not program.exists():
    sys.exit(f"tapes: {program} is not built")
work = pathlib.Path(tempfile.mkdtemp())
bad = 0

TRADE, QUOTE, LEVEL, CLEAR, ADD, MODIFY, CANCEL, GAP = range(8)
BUY, SELL, LAST, SNAPSHOT, AUCTION, IRREGULAR = 0x10, 0x20, 0x40, 0x80, 0x100, 0x200
ONE = 100_000_000


def say(what, found, expected):
    """One comparison; must be exact."""
    global bad
    same = found == expected
    bad += not same
    print(f"{'ok  ' if same else 'BAD '} {what}: {found}" + ("" if same else f", expected {expected}"))


def source(name):
    path = data / name
    if not path.exists():
        sys.exit(f"tapes: {name} is missing beside the checkout")
    return path


def bring_in(name, *options):
    """The tapes of a file, by symbol."""
    folder = work / pathlib.Path(name).stem
    run = [program, "data", "import", source(name), "-o", folder, "--yes", *options]
    subprocess.run(run, check=True, capture_output=True, text=True)
    tapes = {}
    for path in sorted(folder.glob("*.tape.parquet")):
        contract = tomllib.loads(pathlib.Path(f"{path}.toml").read_text())
        tapes[contract["symbol"]] = (path, pl.read_parquet(path), contract)
    return tapes


def checked(path):
    """What `data check` says of a tape."""
    run = subprocess.run([program, "data", "check", path, "--json"], check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["files"][0]


def trades_of(tape):
    return tape.filter(pl.col("code") & 15 == TRADE)


def units(column):
    """Doubles at 1e-8, as whole numbers."""
    return (pl.col(column) * ONE).round().cast(pl.Int64)


def bars_agree(path, tape, what):
    """Minutes by the program against minutes by polars of the same trades."""
    out = work / f"{path.parent.name}.{path.stem}.bars.csv"
    subprocess.run([program, "data", "bars", path, "--bars", "1m", "-o", out], check=True, capture_output=True)
    zone = tomllib.loads(pathlib.Path(f"{out}.toml").read_text())["timezone"]
    bars = pl.read_csv(out, schema_overrides={"time": pl.String})
    close = pl.col("time").str.slice(0, 16).str.to_datetime("%Y-%m-%d %H:%M").dt.replace_time_zone(zone)
    bars = bars.with_columns(close.dt.convert_time_zone("UTC").dt.timestamp("ns").alias("time"))
    minute = 60_000_000_000
    trades = trades_of(tape).filter(pl.col("code") & IRREGULAR == 0)
    price = pl.col("price")
    expected = (
        trades.with_columns(time=(pl.col("venue_time") // minute + 1) * minute)
        .group_by("time", maintain_order=True)
        .agg(open=price.first(), high=price.max(), low=price.min(), close=price.last(), volume=pl.col("quantity").sum())
    )
    columns = ["open", "high", "low", "close", "volume"]
    found = bars.select("time", *(units(c) for c in columns))
    say(f"{what}: minutes", found.height, expected.height)
    say(f"{what}: minutes that agree in every price and volume at 1e-8", found.equals(expected.select(found.columns)), True)


class Book:
    """Levels by price, and single orders."""

    def __init__(self):
        self.sides = (defaultdict(int), defaultdict(int))
        self.orders = {}

    def level(self, sell, price, size):
        if size:
            self.sides[sell][price] = size
        else:
            self.sides[sell].pop(price, None)

    def shift(self, sell, price, by):
        side = self.sides[sell]
        side[price] += by
        if side[price] <= 0:
            del side[price]

    def clear(self):
        self.sides[0].clear()
        self.sides[1].clear()
        self.orders.clear()

    def best(self):
        bids, asks = self.sides
        bid, ask = max(bids, default=None), min(asks, default=None)
        return (bid, bids.get(bid), ask, asks.get(ask))

    def apply(self, kind, sell, price, size, order):
        if kind == LEVEL:
            self.level(sell, price, size)
        elif kind == CLEAR:
            self.clear()
        elif kind == ADD:
            self.orders[order] = [sell, price, size]
            self.shift(sell, price, size)
        elif kind == MODIFY:
            old = self.orders[order]
            self.shift(old[0], old[1], -old[2])
            self.orders[order] = [sell, price, size]
            self.shift(sell, price, size)
        elif kind == CANCEL:
            old = self.orders[order]
            gone = min(size, old[2])
            self.shift(old[0], old[1], -gone)
            old[2] -= gone
            if not old[2]:
                del self.orders[order]


def packets(tape):
    """The book of a tape at the end of each packet: rows of the packet, book."""
    book, rows = Book(), []
    order = tape["order"] if "order" in tape.columns else pl.repeat(0, tape.height, eager=True)
    columns = [tape[c].to_list() for c in ("venue_time", "code", "price", "quantity")] + [order.to_list()]
    for time, code, price, size, number in zip(*columns):
        kind, sell = code & 15, int(code & SELL != 0)
        book.apply(kind, sell, price, size, number)
        rows.append((time, code, price, size, number))
        if code & LAST:
            yield rows, book
            rows = []


def stamps_hold(tape, what):
    sound = tape["venue_time"].is_sorted()
    if "local_time" in tape.columns:
        sound &= tape["local_time"].is_sorted() and (tape["local_time"] >= tape["venue_time"]).all()
    say(f"{what}: stamps in order, none received before it happened", sound, True)


def crypto():
    """The book after each depth message is the last best quote up to its update id."""
    name = "crypto-l2/BTCUSDT_perp_20240808.parquet"
    raw = pl.read_parquet(source(name))
    path, tape, contract = bring_in(name)["BTCUSDT"]
    what = "crypto-l2"
    stamps_hold(tape, what)
    trades = raw.filter(pl.col("event") == "trade")
    say(f"{what}: trades", trades_of(tape).height, trades.height)
    volume = trades.select(units("qty").sum()).item()
    say(f"{what}: volume at 1e-8", trades_of(tape)["quantity"].sum(), volume)
    bought = trades.filter(pl.col("side") == "B").height
    say(f"{what}: bought", trades_of(tape).filter(pl.col("code") & BUY != 0).height, bought)

    snapshot = raw.filter(pl.col("event") == "snapshot")
    first = snapshot["id"][0]
    depth = raw.filter((pl.col("event") == "depth") & (pl.col("id") > first))
    say(f"{what}: levels", tape.filter(pl.col("code") & 15 == LEVEL).height, depth.height + snapshot.height)
    ids = depth["id"].unique(maintain_order=True).to_list()
    quotes = {}
    bbo = raw.filter(pl.col("event") == "bbo").select("id", "side", units("price").alias("p"), units("qty").alias("q"))
    for number, side, price, size in bbo.iter_rows():
        quotes.setdefault(number, [None] * 4)[slice(0, 2) if side == "B" else slice(2, 4)] = [price, size]
    known = sorted(quotes)
    at, agree, compared, message = 0, 0, 0, 0
    for rows, book in packets(tape):
        kinds = {code & 15 for _, code, *_ in rows}
        if kinds == {TRADE}:
            continue
        if CLEAR in kinds:
            levels = snapshot.with_columns(p=units("price"), q=units("qty"))
            for sell, side in enumerate("BA"):
                expected = dict(levels.filter(pl.col("side") == side).select("p", "q").iter_rows())
                say(f"{what}: levels of the snapshot, side {side}", dict(book.sides[sell]) == expected, True)
            continue
        number = ids[message]
        message += 1
        while at + 1 < len(known) and known[at + 1] <= number:
            at += 1
        if first < known[at] <= number:
            compared += 1
            agree += list(book.best()) == quotes[known[at]]
    say(f"{what}: depth messages in the tape", message, len(ids))
    say(f"{what}: of {compared} depth messages, books that agree with the best quotes", agree, compared)
    lags = raw.select((pl.col("exch_ms") * 1_000_000 - pl.col("recv_ns")).max()).item()
    print(f"     the receiver's clock is {lags / 1e9:.6f} s behind; {checked(path)['trades_outside']['count']} trades "
          "lie outside the books around them: they are told one by one, the depth every 50 ms")
    bars_agree(path, tape, what)


def orders():
    """Order by order: the trades at the touch, the orders that remain, and an independent replay of the raw rows."""
    name = "us-futures/ESH4_mbo_20231225.parquet"
    raw = pl.read_parquet(source(name))
    path, tape, _ = bring_in(name)["ESH4"]
    what = "order by order"
    stamps_hold(tape, what)
    trades = raw.filter(pl.col("action") == "T")
    say(f"{what}: trades", trades_of(tape).height, trades.height)
    say(f"{what}: volume", trades_of(tape)["quantity"].sum() // ONE, trades["size"].sum())
    for action, kind in (("A", ADD), ("M", MODIFY), ("C", CANCEL)):
        found = tape.filter(pl.col("code") & 15 == kind).height
        say(f"{what}: rows of action {action}", found, raw.filter(pl.col("action") == action).height)

    # The raw rows by themselves: a dictionary of orders, and the best prices summed from it at each packet's end.
    resting, books = {}, []
    levels = (defaultdict(int), defaultdict(int))

    def add(sell, price, size):
        levels[sell][price] += size
        if not levels[sell][price]:
            del levels[sell][price]

    fits = hidden = own = auction = other = 0
    aggressor = None
    opening = 0
    for action, side, price, size, number, flags in raw.select(
        "action", "side", units("price"), "size", "order_id", "flags"
    ).iter_rows():
        sell = int(side == "A")
        if not flags & 32 and not books and not opening:
            opening = 1
            books.append((max(levels[0]), levels[0][max(levels[0])], min(levels[1]), levels[1][min(levels[1])]))
        if action == "A":
            resting[number] = (sell, price, size)
            add(sell, price, size)
        elif action in "MC":
            old = resting.pop(number)
            add(old[0], old[1], -old[2])
            new = (sell, price, size) if action == "M" else (old[0], old[1], old[2] - size)
            if new[2] > 0:
                resting[number] = new
                add(*new)
        elif action == "T":
            aggressor = number
        elif action == "F":
            old = resting.get(number)
            if side == "N":
                auction += 1
            elif number == aggressor:
                own += 1
            elif old and old[1] == price and old[2] >= size:
                fits += 1
            elif old and old[1] == price:
                hidden += 1
            else:
                other += 1
        if flags & 128:
            bid, ask = max(levels[0]), min(levels[1])
            books.append((bid, levels[0][bid], ask, levels[1][ask]))
    print(f"     fills: {fits} fit an order of the book, {hidden} are larger than it showed (hidden size), "
          f"{own} are of an aggressor that rested before, {auction} of the auction")
    say(f"{what}: fills that fit nothing", other, 0)
    agree = compared = crossed = inside = of_touch = 0
    before = None
    for (rows, book), expected in zip(packets(tape), books, strict=True):
        best = book.best()
        compared += 1
        agree += (best[0], best[1] // ONE, best[2], best[3] // ONE) == expected
        crossed += best[0] >= best[2]
        for _, code, price, *_ in rows:
            if code & 15 == TRADE and not code & AUCTION:
                of_touch += 1
                low, high = min(before[0], best[0]), max(before[2], best[2])
                inside += low <= price <= high
        before = best
    say(f"{what}: of {compared} packets, books that agree with a replay of the raw rows", agree, compared)
    say(f"{what}: of {of_touch} trades, those at prices that the book offered", inside, of_touch)
    say(f"{what}: orders that remain", len(book.orders), len(resting))
    spans = checked(path)["crossed"]
    say(f"{what}: spans in which the book is crossed", len(spans), 1)
    print(f"     crossed from {spans[0]['from']} to {spans[0]['to']}: {crossed} packets before the opening auction, none after")
    say(f"{what}: the crossed span ends with the auction", spans[0]["to"], "2023-12-25T23:00:00Z")
    bars_agree(path, tape, what)


def us_ticks(day, quote_bars):
    """The national best at the end of each second against the second bars that Lean made of the same feed."""
    name = f"us-equity-tick/IBM_{day}.parquet"
    raw = pl.read_parquet(source(name)).filter(pl.col("suspicious") == 0)
    path, tape, contract = bring_in(name)["US.IBM"]
    what = f"us ticks {day}"
    stamps_hold(tape, what)
    trades = raw.filter(pl.col("kind") == "T")
    say(f"{what}: trades", trades_of(tape).height, trades.height)
    say(f"{what}: volume", trades_of(tape)["quantity"].sum() // ONE, trades["size"].sum())
    say(f"{what}: quotes", tape.filter(pl.col("code") & 15 == QUOTE).height, raw.filter(pl.col("kind") == "Q").height)
    quotes = tape.filter(pl.col("code") & 15 == QUOTE)
    second = pl.from_epoch("venue_time", "ns").dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York")
    quotes = quotes.with_columns(time=second.dt.replace_time_zone(None).dt.truncate("1s").cast(pl.Datetime("us")))
    sides = []
    for flag, side in ((BUY, "bid"), (SELL, "ask")):
        one = quotes.filter(pl.col("code") & flag != 0).group_by("time", maintain_order=True)
        sides.append(one.agg(pl.col("price").last().alias(side), (pl.col("quantity").last() // ONE).alias(f"{side}_n")))
    ours = sides[0].join(sides[1], on="time", how="full", coalesce=True).sort("time")
    ours = ours.with_columns(pl.col("bid", "bid_n", "ask", "ask_n").forward_fill())
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    both = quote_bars.filter(pl.col("time").dt.strftime("%Y-%m-%d") == date).join(ours, on="time")
    same = (units("bid_close") == pl.col("bid")) & (units("ask_close") == pl.col("ask"))
    sizes = (pl.col("bid_size") == pl.col("bid_n")) & (pl.col("ask_size") == pl.col("ask_n"))
    say(f"{what}: of {both.height} seconds, best prices that agree with Lean's bars", both.filter(same).height, both.height)
    say(f"{what}: of {both.height} seconds, sizes at them that agree", both.filter(sizes).height, both.height)
    found = checked(path)
    print(f"     {contract['assumptions'][0]}")
    print(f"     crossed in {len(found['crossed'])} spans; {found['trades_outside']['count']} of {found['trades_compared']} "
          "trades outside the quotes around them: reports come late; of 8 October four in five lie within the quotes of the second before, and half are dealers' (D)")
    bars_agree(path, tape, what)


def ctp(day):
    """Trades made of totals: volume, turnover, high, low and last of the day; the quotes of every snapshot."""
    name = f"cn-futures-tick/CFFEX_IF2101_{day}.parquet"
    raw = pl.read_parquet(source(name))
    path, tape, contract = bring_in(name)["CFFEX.IF2101"]
    what = f"ctp depth {day}"
    stamps_hold(tape, what)
    trades, last = trades_of(tape), raw.row(-1, named=True)
    lots = trades["quantity"] // ONE
    say(f"{what}: volume", lots.sum(), last["total_volume"])
    turnover = sum(p * q for p, q in zip(trades["price"].to_list(), lots.to_list())) * 300 / ONE
    say(f"{what}: turnover to the yuan", round(turnover), round(last["total_turnover"]))
    day_prices = [trades["price"].max(), trades["price"].min(), trades["price"][-1], trades["price"][0]]
    expected = [round(last[c] * ONE) for c in ("high", "low", "last", "open")]
    say(f"{what}: high, low, last and open of the day at 1e-8", day_prices, expected)
    first_auction = trades["code"][0] & AUCTION != 0 and not (trades["code"][1:] & AUCTION != 0).any()
    say(f"{what}: the first trade alone is of the auction", first_auction, True)
    session = raw.filter(pl.col("time").dt.time() <= datetime.time(15, 1))
    quotes = tape.filter(pl.col("code") & 15 == QUOTE)
    found = [quotes.filter(pl.col("code") & flag != 0).select("price", "quantity") for flag in (BUY, SELL)]
    for one, side in zip(found, ("bid1", "ask1")):
        asked = session.select(units(side).alias("price"), (pl.col(f"{side}_size").cast(pl.Int64) * ONE).alias("quantity"))
        say(f"{what}: {side} of {session.height} snapshots agrees", one.equals(asked), True)
    print(f"     {contract['assumptions'][0]}; {checked(path)['trades_outside']['count']} of {trades.height} trades outside "
          "the quotes of the snapshots around them: the market moved there and back in half a second")
    bars_agree(path, tape, what)


def prints():
    """Trade prints: counts, shares, sides; bars. Prints of no lot are left out."""
    name = "cn-equity/cn_trade_ticks.csv"
    raw = pl.read_csv(source(name))
    tapes = bring_in(name)
    for code in raw["symbol"].unique(maintain_order=True):
        digits, market = code.split(".")
        path, tape, _ = tapes[f"{market}.{digits}"]
        one = raw.filter((pl.col("symbol") == code) & (pl.col("volume_lots") > 0))
        what = f"prints {code}"
        stamps_hold(tape, what)
        say(f"{what}: trades", tape.height, one.height)
        say(f"{what}: shares", tape["quantity"].sum() // ONE, one["volume_lots"].sum() * 100)
        sides = [tape.filter(pl.col("code") & 0x30 == flag).height for flag in (BUY, SELL, 0)]
        say(f"{what}: bought, sold, neither", sides, [one.filter(pl.col("side") == n).height for n in range(3)])
        bars_agree(path, tape, what)


def gold():
    """Trade ticks of gold futures, by expiry. Ticks of size 0 are left out."""
    name = "us-futures/GC_trade_ticks_20131008.parquet"
    raw = pl.read_parquet(source(name)).filter(pl.col("size") > 0)
    tapes = bring_in(name)
    say("gold: expiries", sorted(tapes), sorted(f"GC{e}" for e in raw["expiry"].unique()))
    for symbol, (path, tape, _) in tapes.items():
        one = raw.filter(pl.col("expiry") == symbol[2:])
        say(f"gold {symbol}: trades and contracts", [tape.height, tape["quantity"].sum() // ONE], [one.height, one["size"].sum()])
        say(f"gold {symbol}: prices at 1e-8", tape["price"].to_list() == one.select(units("price")).to_series().to_list(), True)
        say(f"gold {symbol}: times", tape["venue_time"].to_list() == one["time"].dt.timestamp("ns").to_list(), True)
        bars_agree(path, tape, f"gold {symbol}")


try:
    crypto()
    orders()
    bars = pl.read_parquet(source("us-equity-second/ibm_second_trade_quote.parquet")).drop_nulls(["bid_close", "ask_close"])
    us_ticks("20131008", bars)
    us_ticks("20131009", bars)
    ctp("20210104")
    ctp("20210105")
    prints()
    gold()
finally:
    shutil.rmtree(work)
print(f"tapes: {bad} comparisons failed" if bad else "tapes: everything agrees")
sys.exit(1 if bad else 0)
