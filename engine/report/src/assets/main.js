// Reads the data in the page and puts charts and the trade list in their places.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

function showAmount(x, short) {
  if (short && Math.abs(x) >= 1e6) {
    const [unit, name] = Math.abs(x) >= 1e9 ? [1e9, "B"] : [1e6, "M"];
    return `${(x / unit).toLocaleString("en-US", { maximumFractionDigits: 2 })}${name}`;
  }
  return x.toLocaleString("en-US", { maximumFractionDigits: short || Math.abs(x) >= 1e6 ? 0 : 2 });
}
function showLevel(x) {
  const digits = Math.abs(x) >= 1000 ? 2 : Math.abs(x) >= 1 ? 3 : 6;
  return x.toLocaleString("en-US", { maximumFractionDigits: digits });
}
function showFall(x, short) {
  const digits = short ? 1 : 2;
  return `${(x * 100).toLocaleString("en-US", { minimumFractionDigits: short ? 0 : digits, maximumFractionDigits: digits, signDisplay: "negative" })}%`;
}

function start() {
  const { intraday } = data;
  const axis = new Axis(data.axis);
  const view = new View(axis);
  const reset = byId("reset");
  reset.addEventListener("click", () => view.reset());
  view.changed = () => { reset.disabled = !view.zoomed; };

  if (byId("equity-chart")) {
    const lines = [{ ...data.equity, color: "--accent", fill: data.benchmark ? null : "--shade" }];
    if (data.benchmark) lines.unshift({ ...data.benchmark, color: "--second", width: 1.2 });
    const equity = new Panel(byId("equity-chart"), view, {
      height: 340, label: "Equity over time", format: showAmount, intraday, lines,
    });
    byId("log").addEventListener("change", (event) => {
      equity.log = event.target.checked;
      view.redraw();
    });
    new Panel(byId("drawdown-chart"), view, {
      height: 150, label: "Drawdown over time", format: showFall, intraday, zero: true,
      lines: [{ ...data.drawdown, color: "--bad", fill: "--fall", width: 1.2 }],
    });
  }
  priceChart(view);
  // Dark, light and print have their own colours.
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", () => view.drawNow());
  }
  if (byId("trade-table")) new TradeList(data);
  view.drawNow();
}

// Lines on the scale of the price are drawn over it, others below in charts of their own.
function priceChart(view) {
  const { intraday, prices } = data;
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  const colors = ["--second", "--third", "--fourth", "--bad"];
  let plots = data.plots;
  let over = [];
  if (prices.length === 1) {
    const low = least(prices[0].l) * 0.7;
    const high = greatest(prices[0].h) * 1.3;
    const fits = (line) => line.v.length > 0 && least(line.v) >= low && greatest(line.v) <= high;
    over = plots.filter(fits).map((line, n) => ({ ...line, color: colors[n % colors.length], width: 1.3 }));
    plots = plots.filter((line) => !fits(line));
  }
  const section = byId("plots");
  if (section && plots.length === 0) section.hidden = true;
  for (const [n, line] of plots.entries()) {
    new Panel(byId("plot-charts"), view, {
      height: 140, label: `Plot ${line.name}`, format: showLevel, intraday,
      lines: [{ ...line, color: colors[n % colors.length], width: 1.3 }],
    });
  }
  if (prices.length === 0) {
    byId("price-note").textContent = "The report was made without price series.";
    return;
  }
  const content = (p) => ({ lines: over, marks: p.marks, candles: { ...p, name: p.symbol } });
  // First the instrument with most fills.
  const first = prices.reduce((best, p) => (p.marks.length > best.marks.length ? p : best));
  const panel = new Panel(byId("price-chart"), view, {
    height: 360, label: `Price of ${first.symbol} with fills`, format: showLevel, intraday, ...content(first),
  });
  const note = (p) => {
    const notes = [];
    if (p.per > 1) notes.push(`Each candle spans ${p.per} bars, extremes kept.`);
    if (p.marks_left_out > 0) notes.push(`${p.marks_left_out.toLocaleString("en-US")} fills are not drawn.`);
    const missing = data.symbols.length - prices.length;
    if (missing > 0) notes.push(`${missing} instruments with fewer fills have no chart here.`);
    notes.push("Prices as they traded. Solid markers are certain fills, hollow ones ambiguous.");
    byId("price-note").textContent = notes.join(" ");
  };
  note(first);
  if (prices.length > 1) {
    byId("symbol-label").hidden = false;
    const choice = byId("symbol");
    choice.append(...prices.map((p, n) => new Option(p.symbol, n, p === first, p === first)));
    choice.addEventListener("change", () => {
      const p = prices[choice.value];
      panel.setData(content(p));
      panel.canvas.setAttribute("aria-label", `Price of ${p.symbol} with fills`);
      note(p);
      view.redraw();
    });
  }
}

start();
