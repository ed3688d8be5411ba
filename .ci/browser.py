"""Opens reports in a headless Chromium and uses them: zoom, move, hover, sort, page, filter, print.

    browser.py ENGINE PICTURES

Makes three runs (stops and targets with an ambiguous bar; no closed trade; 300,000 generated minute
bars), opens each report from its file, and fails on a figure that does not follow, on an error in the
console, on a request to the network, and on a page that is wider than the window. Writes pictures in
light and dark, wide and narrow, to the folder PICTURES.
"""

import base64
import datetime
import math
import pathlib
import random
import subprocess
import sys

from devtools import Browser, Page

ROOT = pathlib.Path(__file__).resolve().parent.parent
MINUTE_BARS = 300_000
# A drawing of all charts may take so long, milliseconds; software rendering included.
DRAW_MS_MAX = 60


def minute_bars(path):
    """A reproducible walk in cents, 390 minutes a day from half past nine in New York."""
    draw = random.Random(7)
    price, rows = 10_000.0, []
    day = datetime.date(2019, 1, 2)
    while len(rows) < MINUTE_BARS:
        if day.weekday() < 5:
            for minute in range(390):
                opened = price
                price *= math.exp(draw.gauss(0, 0.0006) + 0.00004 * math.sin(len(rows) / 9_000))
                high = max(opened, price) * (1 + abs(draw.gauss(0, 0.0002)))
                low = min(opened, price) * (1 - abs(draw.gauss(0, 0.0002)))
                stamp = f"{day} {9 + (31 + minute) // 60:02}:{(31 + minute) % 60:02}:00"
                o, h, l, c = (round(x) / 100 for x in (opened, high, low, price))
                rows.append(f"{stamp},{o:.2f},{max(h, o, c):.2f},{min(l, o, c):.2f},{c:.2f},1000")
        day += datetime.timedelta(days=1)
    path.write_text("time,open,high,low,close,volume\n" + "\n".join(rows[:MINUTE_BARS]) + "\n")
    contract = ('symbol = "US.WALK"\nbars = "1m"\ntimezone = "America/New_York"\nstamp = "close"\n'
                'prices = "raw"\ncurrency = "USD"\nsource = "generated"\n')
    pathlib.Path(f"{path}.toml").write_text(contract)


def runs(engine, folder):
    """Name and report of each run."""
    bars = folder / "walk.csv"
    minute_bars(bars)
    walk = ["--set", f"data.0.file={bars}", "--set", "data.0.symbol=US.WALK", "--set", "data.0.bars=1m",
            "--set", "strategy.symbol=US.WALK", "--set", "benchmark.symbol=US.WALK", "--set", "run.start=2019-01-01",
            "--set", "run.end=2035-01-01", "--set", "run.name=walk-minutes", "--set", "costs.rate=0.00001"]
    for name, config, more in [("bracket", "macd_bracket", []), ("hold", "buy_and_hold", []),
                               ("minutes", "sma_cross", walk)]:
        out = folder / name
        command = [engine, "backtest", str(ROOT / "configs" / f"{config}.toml"), "--out", str(out), "--json", *more]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"browser: {' '.join(command)}\n{done.stderr}")
        report = out / "report.html"
        size = report.stat().st_size
        check(size < 6_000_000, f"{name}: {size} bytes")
        print(f"{name}: {size:,} bytes")
        yield name, report


def check(holds, text):
    if not holds:
        raise SystemExit(f"browser: {text}")


def canvas(page, host):
    """The middle and the size of a chart, scrolled into sight."""
    page.evaluate(f"document.querySelector('#{host} canvas').scrollIntoView({{block: 'center', behavior: 'instant'}})")
    page.settle()
    box = page.evaluate(f"(() => {{ const b = document.querySelector('#{host} canvas').getBoundingClientRect();"
                        " return [b.left, b.top, b.width, b.height]; })()")
    return box[0] + box[2] / 2, box[1] + box[3] / 2, box[2], box[3]


def span(page):
    page.settle()
    return page.evaluate("[view.from, view.to]")


def zoom_and_move(page, name):
    x, y, width, _ = canvas(page, "equity-chart")
    whole = span(page)
    # The page under a resting pointer scrolls; after the pointer moved, the chart zooms.
    page.mouse("mouseMoved", x - 5, y)
    page.mouse("mouseMoved", x, y)
    page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-120)
    wheel = span(page)
    check(wheel[1] - wheel[0] < 0.9 * (whole[1] - whole[0]), f"{name}: the wheel does not zoom: {whole} {wheel}")
    check(not page.evaluate("document.getElementById('reset').disabled"), f"{name}: reset stays disabled")
    # Drag over the middle half.
    page.mouse("mousePressed", x - width / 4, y, button="left", clickCount=1)
    page.mouse("mouseMoved", x, y, button="left", buttons=1)
    page.mouse("mouseMoved", x + width / 4, y, button="left", buttons=1)
    page.mouse("mouseReleased", x + width / 4, y, button="left", clickCount=1)
    drag = span(page)
    check(0.3 < (drag[1] - drag[0]) / (wheel[1] - wheel[0]) < 0.7, f"{name}: a drag does not zoom: {wheel} {drag}")
    check(drag[0] > wheel[0] and drag[1] < wheel[1], f"{name}: a drag leaves its range: {wheel} {drag}")
    # Shift and drag to the right shows what was before.
    page.mouse("mousePressed", x, y, button="left", clickCount=1, modifiers=8)
    page.mouse("mouseMoved", x + 60, y, button="left", buttons=1, modifiers=8)
    page.mouse("mouseReleased", x + 60, y, button="left", clickCount=1, modifiers=8)
    moved = span(page)
    check(moved[0] < drag[0] and abs((moved[1] - moved[0]) - (drag[1] - drag[0])) < 1e-6,
          f"{name}: shift and drag does not move: {drag} {moved}")
    for count in (1, 2):
        page.mouse("mousePressed", x, y, button="left", clickCount=count)
        page.mouse("mouseReleased", x, y, button="left", clickCount=count)
    check(span(page) == whole, f"{name}: a double click does not reset")
    keys(page, name, whole)
    # Into a corner, at the finest level.
    page.evaluate("view.show(view.axis.last * 0.6, view.axis.last * 0.6 + 120)")
    page.settle()


def keys(page, name, whole):
    page.mouse("mouseMoved", 5, 5)
    page.evaluate("document.querySelector('#price-chart canvas').focus()")
    page.settle()
    page.evaluate("view.point(null)")
    page.key("+")
    closer = span(page)
    check(closer[1] - closer[0] < whole[1] - whole[0], f"{name}: + does not zoom")
    page.key("ArrowRight")
    check(span(page)[0] > closer[0], f"{name}: the arrow does not move")
    page.key(".")
    first = page.evaluate("view.hover")
    page.key(".")
    check(page.evaluate("view.hover") == first + 1, f"{name}: . does not step the crosshair")
    page.key("0")
    check(span(page) == whole, f"{name}: 0 does not reset")
    page.evaluate("view.point(null)")


def hover(page, name):
    """The legend shows the values of the bar under the pointer."""
    for share in (0.3, 0.7):
        x, y, width, _ = canvas(page, "equity-chart")
        at = x + (share - 0.5) * width * 0.8
        page.mouse("mouseMoved", at, y)
        page.settle()
        told = page.evaluate("document.querySelector('#equity-chart .readout').textContent")
        wanted = page.evaluate("""(() => {
            const panel = view.panels[0];
            const line = panel.lines.find((l) => l.name === 'Equity');
            const i = nearest(line.x, view.hover);
            return [showTime(line.t[i], data.intraday), showAmount(line.v[i])];
        })()""")
        check(all(text in told for text in wanted), f"{name}: the legend says {told!r}, expected {wanted}")
        told = page.evaluate("document.querySelector('#price-chart .readout').textContent")
        wanted = page.evaluate("""(() => {
            const { candles } = view.panels.find((panel) => panel.candles);
            const i = nearest(candles.x, view.hover);
            return [showTime(candles.t[i], data.intraday),
                    ...['o', 'h', 'l', 'c'].map((key) => key.toUpperCase() + showLevel(candles[key][i]))];
        })()""")
        check(all(text in told for text in wanted), f"{name}: the candle's legend says {told!r}, expected {wanted}")
    page.mouse("mouseMoved", 5, 5)


def sort(page, name):
    """Every column up and down, pages, and filters."""
    if not page.evaluate("!!document.getElementById('trade-table')"):
        check(page.evaluate("document.querySelector('#trades .note').textContent") == "No trade was closed.",
              f"{name}: an empty list says nothing")
        return
    count = page.evaluate("decode(data.trades.kind).length")
    columns = page.evaluate("TRADE_COLUMNS.length")
    for column in range(columns):
        orders = []
        for way in ("ascending", "descending"):
            page.evaluate(f"document.querySelectorAll('#trade-table thead button')[{column}].click()")
            state = page.evaluate(f"document.querySelectorAll('#trade-table thead th')[{column}].ariaSort")
            if column == 0 and way == "ascending" and state == "descending":
                # It was sorted by its number to begin with.
                page.evaluate("document.querySelectorAll('#trade-table thead button')[0].click()")
                state = page.evaluate("document.querySelectorAll('#trade-table thead th')[0].ariaSort")
            check(state == way, f"{name}: column {column} is {state}, expected {way}")
            cells = page.evaluate(f"[...document.querySelectorAll('#trade-table tbody tr')]"
                                  f".map((row) => row.cells[{column}].textContent)")
            keys = [comparable(cell) for cell in cells]
            check(keys == sorted(keys, reverse=way == "descending"), f"{name}: column {column} {way}: {cells[:8]}")
            orders.append(cells)
        if count > 60:
            check(orders[0] != orders[1] or len(set(orders[0])) == 1, f"{name}: column {column} does not turn round")
    page.evaluate("document.querySelectorAll('#trade-table thead button')[0].click()")
    first = "document.querySelector('#trade-table tbody tr').textContent"
    if count > 25:
        before = page.evaluate(first)
        page.evaluate("document.getElementById('trade-next').click()")
        check(page.evaluate(first) != before, f"{name}: the next page is the same")
        page.evaluate("document.getElementById('trade-last').click()")
        check(page.evaluate("document.getElementById('trade-next').disabled"), f"{name}: the last page has a next")
    page.evaluate("document.getElementById('trade-kind').value = 'won';"
                  "document.getElementById('trade-kind').dispatchEvent(new Event('change'))")
    won = page.evaluate("decode(data.trades.pnl).filter((x) => x > 0).length")
    tally = page.evaluate("document.getElementById('trade-count').textContent")
    check(tally.startswith(f"{won:,} trade") or won == 0, f"{name}: {tally!r} of {won} winners")
    total = page.evaluate("showMoney(decode(data.trades.pnl).filter((x) => x > 0).reduce((a, b) => a + b, 0))")
    check(f"P&L {total}" in tally or won == 0, f"{name}: {tally!r}, expected {total}")
    page.evaluate("document.getElementById('trade-kind').value = 'all';"
                  "document.getElementById('trade-kind').dispatchEvent(new Event('change'))")
    # A trade's number shows it in the charts.
    page.evaluate("view.reset(); document.querySelector('#trade-table button.show').click()")
    seen = span(page)
    whole = page.evaluate("view.axis.last")
    check(seen[1] - seen[0] < whole, f"{name}: a trade is not shown in the charts")
    page.evaluate("view.reset()")


def comparable(text):
    plain = text.replace(",", "").rstrip("%")
    try:
        return (0, float(plain), "")
    except ValueError:
        return (1, 0.0, text)


def pictures(page, name, folder):
    for width in (1440, 420):
        page.size(width, 900)
        for scheme in ("light", "dark"):
            page.scheme(scheme)
            page.settle()
            page.evaluate("window.scrollTo(0, 0)")
            page.evaluate("new Promise((done) => setTimeout(done, 150))")
            wide = page.evaluate("document.documentElement.scrollWidth")
            check(wide <= width, f"{name}: the page is {wide} pixels wide in a window of {width}")
            shot = page.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
            (folder / f"{name}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))
    page.size(1440, 900)
    page.scheme("light")
    printed = base64.b64decode(page.call("Page.printToPDF", printBackground=True)["data"])
    check(len(printed) > 20_000, f"{name}: prints {len(printed)} bytes")
    (folder / f"{name}.pdf").write_bytes(printed)


def draw_ms(page):
    return page.evaluate("""(() => {
        const times = [];
        for (let i = 0; i < 9; i += 1) {
            view.from += 1e-9;
            const start = performance.now();
            view.drawNow();
            times.push(performance.now() - start);
        }
        view.reset();
        return times.sort((a, b) => a - b)[4];
    })()""")


def main():
    engine, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    try:
        for name, report in runs(engine, folder):
            page = Page(browser)
            page.open(report.as_uri())
            page.settle()
            took = draw_ms(page)
            print(f"{name}: all charts drawn in {took:.1f} ms")
            check(took < DRAW_MS_MAX, f"{name}: drawing takes {took:.0f} ms")
            zoom_and_move(page, name)
            hover(page, name)
            page.evaluate("view.reset()")
            sort(page, name)
            pictures(page, name, folder)
            found = page.complaints()
            check(not found, f"{name}: {found[:3]}")
            page.close()
    finally:
        browser.close()
    print(f"browser: three reports used, pictures in {folder}")


main()
