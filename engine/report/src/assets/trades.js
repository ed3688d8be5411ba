// The trade list: sorted by a click on a heading, filtered, page by page.

const TRADE_COLUMNS = [
  ["#", "link"], ["Symbol", "text"], ["Side", "text"], ["Quantity", "number"], ["Entry", "time"],
  ["Entry price", "price"], ["Exit", "time"], ["Exit price", "price"], ["Bars", "number"], ["Fees", "money"],
  ["P&L", "gain"], ["Return", "share"], ["MAE", "share"], ["MFE", "share"], ["Certain", "text"],
];
const ENTRY = 4;
const EXIT = 6;
const BARS = 8;
const PNL = 10;
const RETURN = 11;
const CERTAIN = 14;

// Rows of a print from the present page on, at most.
const PRINTED_MAX = 1000;

// What rounds to zero has no sign.
const places = (n) => ({ minimumFractionDigits: n, maximumFractionDigits: n, signDisplay: "negative" });
const numbers = (options) => {
  const format = new Intl.NumberFormat("en-US", options);
  return (x) => format.format(x);
};
const showMoney = numbers(places(2));
const showWhole = numbers(places(0));
const showTick = numbers({ maximumFractionDigits: 2, signDisplay: "negative" });
const showCount = numbers({ maximumFractionDigits: 8 });
const showPercent = numbers(places(2));
const showShare = (x) => (Number.isNaN(x) ? "-" : `${showPercent(x * 100)}%`);
// Seconds, in the unit that fits them.
const showTenth = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
function showSpan(x) {
  if (x < 120) return `${showPrecise(x)} s`;
  return x < 7200 ? `${showTenth(x / 60)} min` : `${showTenth(x / 3600)} h`;
}
const showPrecise = numbers(places(3));
const showHigh = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 4 });
const showLow = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 8 });
const showPrice = (x) => (Math.abs(x) < 1 ? showLow(x) : showHigh(x));

// The columns as the table shows them, by the number of a trade.
function readTrades({ symbols, trades, fine }) {
  const kind = decode(trades.kind);
  const symbol = decode(trades.symbol);
  const ordinal = Float64Array.from(kind, (_, i) => i + 1);
  // Bars say little of a trade that lasts seconds.
  if (fine) TRADE_COLUMNS[BARS] = ["Held", "held"];
  const figures = ["quantity", "entry", "entry_price", "exit", "exit_price", "bars", "fees", "pnl", "gained", "mae", "mfe"];
  const columns = [
    ordinal, Array.from(symbol, (id) => symbols[id]), Array.from(kind, (k) => (k % 2 === 1 ? "long" : "short")),
    ...figures.map((name) => decode(trades[name])),
    Array.from(kind, (k) => (k >= 2 ? "certain" : "ambiguous")),
  ];
  if (fine) columns[BARS] = columns[EXIT].map((exit, i) => exit - columns[ENTRY][i]);
  return { count: kind.length, symbol, columns };
}

class TradeList {
  // `focus` is told the number of a trade that is to be shown in the charts.
  constructor(trades, intraday, focus) {
    const byId = (id) => document.getElementById(`trade-${id}`);
    this.trades = trades;
    this.intraday = intraday;
    this.focus = focus;
    this.table = byId("table");
    this.head = this.table.querySelector("thead");
    this.body = this.table.querySelector("tbody");
    this.tally = byId("count");
    this.kind = byId("kind");
    this.text = byId("text");
    this.rows = byId("rows");
    this.place = byId("page");
    this.turns = ["first", "before", "next", "last"].map(byId);
    this.column = 0;
    this.way = 1;
    this.page = 0;
    this.makeHead();
    const again = () => { this.page = 0; this.draw(); };
    this.kind.addEventListener("change", again);
    this.rows.addEventListener("change", again);
    let waiting = 0;
    this.text.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(again, 120);
    });
    for (const [n, turn] of this.turns.entries()) {
      turn.addEventListener("click", () => {
        this.page = [0, this.page - 1, this.page + 1, this.pages - 1][n];
        this.drawRows();
      });
    }
    // On paper there is nothing to turn.
    window.addEventListener("beforeprint", () => { this.printing = true; this.drawRows(); });
    window.addEventListener("afterprint", () => { this.printing = false; this.drawRows(); });
    this.draw();
  }

  get perPage() { return this.printing ? PRINTED_MAX : Number(this.rows.value); }

  get pages() { return Math.max(1, Math.ceil(this.matching.length / this.perPage)); }

  makeHead() {
    const row = document.createElement("tr");
    this.headings = TRADE_COLUMNS.map(([name, kind], column) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      if (kind === "text" || kind === "time") cell.className = "text";
      const button = document.createElement("button");
      button.type = "button";
      button.addEventListener("click", () => {
        this.way = this.column === column ? -this.way : 1;
        this.column = column;
        this.page = 0;
        this.draw();
      });
      cell.append(button);
      row.append(cell);
      return { cell, button, name };
    });
    this.head.replaceChildren(row);
  }

  show(value, kind) {
    if (kind === "time") return showTime(value, this.intraday);
    if (kind === "price") return showPrice(value);
    if (kind === "money" || kind === "gain") return showMoney(value);
    if (kind === "share") return showShare(value);
    if (kind === "held") return showSpan(value);
    if (kind === "number") return showCount(value);
    return value;
  }

  keeps(i, wanted) {
    const { columns } = this.trades;
    const kind = this.kind.value;
    if (kind === "won" && !(columns[PNL][i] > 0)) return false;
    if (kind === "lost" && !(columns[PNL][i] < 0)) return false;
    if ((kind === "long" || kind === "short") && columns[2][i] !== kind) return false;
    if (kind === "ambiguous" && columns[CERTAIN][i] !== kind) return false;
    if (!wanted) return true;
    const time = (column) => showTime(columns[column][i], this.intraday);
    return `${columns[1][i]} ${time(4)} ${time(EXIT)}`.toLowerCase().includes(wanted);
  }

  draw() {
    const { column, way } = this;
    const values = this.trades.columns[column];
    const wanted = this.text.value.trim().toLowerCase();
    this.matching = [];
    for (let i = 0; i < this.trades.count; i += 1) if (this.keeps(i, wanted)) this.matching.push(i);
    // Equal ones stay in the order they closed; what is undefined goes last.
    const missing = (x) => Number.isNaN(x) ? 1 : 0;
    this.matching.sort((a, b) => {
      const [x, y] = [values[a], values[b]];
      if (x < y) return -way;
      if (x > y) return way;
      return missing(x) - missing(y) || a - b;
    });
    for (const [n, { cell, button, name }] of this.headings.entries()) {
      const here = n === column;
      button.textContent = name + (here ? (way > 0 ? " \u2191" : " \u2193") : "");
      cell.setAttribute("aria-sort", here ? (way > 0 ? "ascending" : "descending") : "none");
    }
    this.drawRows();
  }

  cell(i, n) {
    const kind = TRADE_COLUMNS[n][1];
    const value = this.trades.columns[n][i];
    const cell = document.createElement("td");
    if (kind === "text" || kind === "time") cell.className = "text";
    if (n === PNL || n === RETURN) cell.className = value > 0 ? "gain" : value < 0 ? "loss" : "";
    if (kind === "link") {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "show";
      button.title = "Show in the charts";
      button.textContent = showCount(value);
      button.addEventListener("click", () => this.focus(i));
      cell.append(button);
    } else if (n === CERTAIN && value === "ambiguous") {
      const chip = document.createElement("span");
      chip.className = "chip";
      chip.textContent = doubt;
      cell.append(chip);
    } else {
      cell.textContent = this.show(value, kind);
    }
    return cell;
  }

  drawRows() {
    const { matching, perPage, pages } = this;
    this.page = Math.max(0, Math.min(pages - 1, this.page));
    const first = this.page * perPage;
    this.body.replaceChildren(...matching.slice(first, first + perPage).map((i) => {
      const row = document.createElement("tr");
      row.append(...TRADE_COLUMNS.map((_, n) => this.cell(i, n)));
      return row;
    }));
    this.place.textContent = `${showCount(this.page + 1)} of ${showCount(pages)}`;
    const [start, end] = [this.page === 0, this.page === pages - 1];
    for (const [n, turn] of this.turns.entries()) turn.disabled = n < 2 ? start : end;
    const pnl = this.trades.columns[PNL];
    let total = 0;
    let won = 0;
    for (const i of matching) {
      total += pnl[i];
      if (pnl[i] > 0) won += 1;
    }
    const count = matching.length;
    this.tally.textContent = count === 0
      ? "No trade matches."
      : `${showCount(count)} ${count === 1 ? "trade" : "trades"}, P&L ${showMoney(total)}, ${showShare(won / count)} won`;
  }
}
