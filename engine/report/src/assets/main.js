// Reads the data in the page and puts charts and the trade list in their places.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

const leastOf = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
const greatestOf = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

// Decimal places that tell labels so far apart from each other, at least so many.
const placesFor = (apart, least) => (apart > 0 ? Math.min(8, Math.max(least, Math.ceil(-Math.log10(apart) - 1e-9))) : least);

function showAmount(x, short, apart = 0) {
  if (short && Math.abs(x) >= 1e6) {
    const [unit, name] = Math.abs(x) >= 1e9 ? [1e9, "B"] : [1e6, "M"];
    return `${(x / unit).toLocaleString("en-US", { maximumFractionDigits: placesFor(apart / unit, 2) })}${name}`;
  }
  if (!short) return showMoney(x);
  return Math.abs(x) >= 100 ? showWhole(x) : showTick(x);
}
function showLevel(x) {
  const digits = Math.abs(x) >= 1000 ? 2 : Math.abs(x) >= 1 ? 3 : 6;
  return x.toLocaleString("en-US", { maximumFractionDigits: digits });
}
function showFall(x, short, apart = 0) {
  const digits = short ? placesFor(apart * 100, 1) : 2;
  return `${(x * 100).toLocaleString("en-US", { minimumFractionDigits: short ? 0 : digits, maximumFractionDigits: digits, signDisplay: "negative" })}%`;
}

const view = new View(new Axis(decode(data.axis)));
// On tapes times go to the millisecond, and charts show seconds.
if (data.fine) [data.intraday, view.fine] = ["fine", true];
const doubt = data.doubt || "ambiguous";

// A line of the page with its positions on the axis.
function readLine(line, look) {
  const times = line.t ? decode(line.t) : view.axis.times;
  return { name: line.name, t: times, x: positions(line.t, times), v: decode(line.v), ...look };
}

// Instants of the axis itself need no search.
let ownPositions = null;
function positions(column, times) {
  if (column) return times.map((time) => view.axis.position(time));
  ownPositions = ownPositions || Float64Array.from(times, (_, i) => i);
  return ownPositions;
}

function start() {
  const trades = readTrades(data);
  equityCharts();
  const price = priceChart(trades);
  if (byId("trade-table")) {
    new TradeList(trades, data.intraday, (i) => {
      if (price) price(trades.symbol[i]);
      const [entry, exit] = [trades.columns[4][i], trades.columns[EXIT][i]];
      view.showTimes(entry, exit);
      byId("price").scrollIntoView();
    });
  }
  for (const button of document.querySelectorAll("button[data-from]")) {
    button.addEventListener("click", () => {
      view.showTimes(Number(button.dataset.from), Number(button.dataset.to));
      byId("performance").scrollIntoView();
    });
  }
  // Dark, light and print have their own colours.
  for (const query of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(query).addEventListener("change", () => view.drawNow());
  }
  view.drawNow();
}

function equityCharts() {
  const { intraday } = data;
  const [reset, mode] = [byId("reset"), byId("mode")];
  if (!byId("equity-chart")) return;
  reset.addEventListener("click", () => view.reset());
  mode.addEventListener("click", () => {
    view.moving = !view.moving;
    mode.setAttribute("aria-pressed", view.moving);
    document.body.classList.toggle("moving", view.moving);
  });
  view.changed = () => { reset.disabled = !view.zoomed; };
  const lines = [readLine(data.equity, { color: "--accent", fill: data.benchmark ? null : "--shade" })];
  if (data.benchmark) lines.unshift(readLine(data.benchmark, { color: "--held", width: 1.2 }));
  const looks = [{ color: "--bad", width: 1.2, dash: [5, 3] }, { color: "--good", width: 1.2, dash: [5, 3] }];
  lines.push(...data.scenarios.map((line) => readLine(line, looks[/^(Optimistic|First)/.test(line.name) ? 1 : 0])));
  const equity = new Panel(byId("equity-chart"), view, {
    height: 340, label: "Equity over time", format: showAmount, intraday, lines,
  });
  const log = byId("log");
  const useLog = () => { equity.log = log.checked; view.redraw(); };
  log.addEventListener("change", useLog);
  // On a linear scale the smaller of two lines far apart would lie flat.
  const all = lines.flatMap((line) => [leastOf(line.v), greatestOf(line.v)]);
  log.checked = Math.min(...all) > 0 && Math.max(...all) / Math.min(...all) > 5;
  useLog();
  new Panel(byId("drawdown-chart"), view, {
    height: 150, label: "Drawdown over time", format: showFall, intraday, zero: true,
    lines: [readLine(data.drawdown, { color: "--bad", fill: "--fall", width: 1.2 })],
  });
  if (data.rolling) {
    byId("rolling").hidden = false;
    byId("rolling-title").textContent = data.rolling.title;
    const look = (line) => (line.name === "Sharpe" ? { color: "--accent", width: 1.4 } : { color: "--held", width: 1.1 });
    new Panel(byId("rolling-chart"), view, {
      height: 150, label: "Rolling Sharpe ratio", format: showMoney, intraday,
      lines: data.rolling.lines.map((line) => readLine(line, look(line))),
    });
  }
}

// Candles, fills and trades of an instrument.
function readPrices(prices, trades) {
  const t = prices.t ? decode(prices.t) : view.axis.times;
  const [o, h, l, c] = ["o", "h", "l", "c"].map((key) => decode(prices[key]));
  const [times, price, quantity, kind] = ["t", "price", "quantity", "kind"].map((key) => decode(prices.marks[key]));
  const id = data.symbols.indexOf(prices.symbol);
  const trips = [];
  const [, , , , entry, entryPrice, exit, exitPrice] = trades.columns;
  for (let i = 0; i < trades.count; i += 1) {
    if (trades.symbol[i] !== id) continue;
    trips.push({
      from: view.axis.position(entry[i]), to: view.axis.position(exit[i]),
      entry: entryPrice[i], exit: exitPrice[i], won: trades.columns[PNL][i] > 0,
    });
  }
  return {
    // On tapes a candle stands where its fills are: in the middle of its time, not at its end.
    candles: { name: prices.symbol, t, x: positions(prices.t, t).map((x) => (data.fine ? x - prices.per / 2 : x)), o, h, l, c },
    marks: { x: positions(true, times), price, quantity, kind },
    trips,
  };
}

// Lines on the scale of the price are drawn over it, others below in charts of their own.
function splitPlots(candles) {
  const colors = ["--second", "--third", "--fourth", "--bad"];
  const color = (n) => ({ color: colors[n % colors.length], width: 1.3 });
  const plots = data.plots.map((line) => readLine(line, {}));
  const [low, high] = candles ? [leastOf(candles.l) * 0.7, greatestOf(candles.h) * 1.3] : [1, 0];
  const fits = (line) => line.v.length > 0 && leastOf(line.v) >= low && greatestOf(line.v) <= high;
  const over = plots.filter(fits).map((line, n) => ({ ...line, ...color(n) }));
  const apart = plots.filter((line) => !fits(line)).map((line, n) => ({ ...line, ...color(n) }));
  return { over, apart };
}

// Gives the function that shows an instrument, by its number among the symbols.
function priceChart(trades) {
  const { intraday, prices } = data;
  const read = prices.map(() => null);
  const content = (n) => {
    read[n] = read[n] || readPrices(prices[n], trades);
    return read[n];
  };
  const { over, apart } = splitPlots(prices.length === 1 ? content(0).candles : null);
  const section = byId("plots");
  if (section && apart.length === 0) section.hidden = true;
  for (const line of apart) {
    new Panel(byId("plot-charts"), view, {
      height: 140, label: `Plot ${line.name}`, format: showLevel, intraday, lines: [line],
    });
  }
  if (prices.length === 0) {
    byId("price-note").textContent = "The report was made without price series.";
    return null;
  }
  const note = (p) => {
    const notes = [];
    if (p.per > 1) notes.push(`The finest candle spans ${p.per} bars, extremes kept.`);
    if (p.marks_left_out > 0) notes.push(`${p.marks_left_out.toLocaleString("en-US")} fills are not drawn.`);
    const missing = data.symbols.length - prices.length;
    if (missing > 0) notes.push(`${missing} instruments with fewer fills have no chart here.`);
    const hollow = data.doubt ? "rest on the model of the queue" : "ambiguous";
    notes.push(`Prices as they traded. Solid markers are certain fills, hollow ones ${hollow}.`);
    notes.push("Dashed lines join entry and exit of each trade when few are in sight.");
    byId("price-note").textContent = notes.join(" ");
  };
  // First the instrument with most fills.
  let shown = 0;
  for (let n = 1; n < prices.length; n += 1) if (prices[n].marks.t.n > prices[shown].marks.t.n) shown = n;
  const panel = new Panel(byId("price-chart"), view, {
    height: 360, label: `Price of ${prices[shown].symbol} with fills`, format: showLevel, intraday, fine: data.fine,
    ...content(shown), lines: over,
  });
  note(prices[shown]);
  const choice = byId("symbol");
  const show = (n) => {
    shown = n;
    choice.value = n;
    panel.setData({ ...content(n), lines: over });
    panel.canvas.setAttribute("aria-label", `Price of ${prices[n].symbol} with fills`);
    note(prices[n]);
    view.redraw();
  };
  if (prices.length > 1) {
    byId("symbol-label").hidden = false;
    choice.append(...prices.map((p, n) => new Option(p.symbol, n, n === shown, n === shown)));
    choice.addEventListener("change", () => show(Number(choice.value)));
  }
  return (id) => {
    const n = prices.findIndex((p) => p.symbol === data.symbols[id]);
    if (n >= 0 && n !== shown) show(n);
  };
}

start();
