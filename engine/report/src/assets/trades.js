// The trade list: sorted by a click on a heading, filtered, drawn in parts.

const TRADE_COLUMNS = [
  ["Symbol", "text"], ["Side", "text"], ["Quantity", "number"], ["Entry", "time"], ["Entry price", "price"],
  ["Exit", "time"], ["Exit price", "price"], ["Fees", "money"], ["P&L", "gain"], ["Return", "share"],
  ["MAE", "share"], ["MFE", "share"], ["Certain", "text"],
];
const ROWS_AT_ONCE = 200;

// What rounds to zero has no sign.
const places = (n) => ({ minimumFractionDigits: n, maximumFractionDigits: n, signDisplay: "negative" });
const showMoney = (x) => x.toLocaleString("en-US", places(2));
const showShare = (x) => (x === null ? "-" : `${(x * 100).toLocaleString("en-US", places(2))}%`);
function showPrice(x) {
  return x.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(x) < 1 ? 8 : 4 });
}

class TradeList {
  constructor(data) {
    this.table = document.getElementById("trade-table");
    this.head = this.table.querySelector("thead");
    this.body = this.table.querySelector("tbody");
    this.tally = document.getElementById("trade-count");
    this.kind = document.getElementById("trade-kind");
    this.text = document.getElementById("trade-text");
    this.intraday = data.intraday;
    this.rows = data.trades.map((t) => [
      data.symbols[t[0]], t[1] > 0 ? "long" : "short", ...t.slice(2, 12), t[12] ? "certain" : "ambiguous",
    ]);
    this.column = 5;
    this.way = 1;
    this.shown = ROWS_AT_ONCE;
    this.makeHead();
    const again = () => { this.shown = ROWS_AT_ONCE; this.draw(); };
    this.kind.addEventListener("change", again);
    this.text.addEventListener("input", again);
    const box = this.table.parentElement;
    box.addEventListener("scroll", () => {
      const near = box.scrollTop + box.clientHeight > box.scrollHeight - 400;
      if (near && this.shown < this.matching.length) {
        this.shown += ROWS_AT_ONCE;
        this.drawRows();
      }
    });
    window.addEventListener("beforeprint", () => { this.shown = 1000; this.drawRows(); });
    this.draw();
  }

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
    if (kind === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 8 });
    return value;
  }

  keeps(row) {
    const kind = this.kind.value;
    if (kind === "won" && !(row[8] > 0)) return false;
    if (kind === "lost" && !(row[8] < 0)) return false;
    if ((kind === "long" || kind === "short") && row[1] !== kind) return false;
    if (kind === "ambiguous" && row[12] !== kind) return false;
    const wanted = this.text.value.trim().toLowerCase();
    if (!wanted) return true;
    const text = `${row[0]} ${showTime(row[3], this.intraday)} ${showTime(row[5], this.intraday)}`;
    return text.toLowerCase().includes(wanted);
  }

  draw() {
    const { column, way } = this;
    this.matching = this.rows.filter((row) => this.keeps(row));
    const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    this.matching.sort((a, b) => way * order(a[column], b[column]) || order(a[5], b[5]));
    for (const [n, { cell, button, name }] of this.headings.entries()) {
      const here = n === column;
      button.textContent = name + (here ? (way > 0 ? " \u2191" : " \u2193") : "");
      cell.setAttribute("aria-sort", here ? (way > 0 ? "ascending" : "descending") : "none");
    }
    this.drawRows();
  }

  drawRows() {
    const rows = this.matching.slice(0, this.shown).map((trade) => {
      const row = document.createElement("tr");
      for (const [n, [, kind]] of TRADE_COLUMNS.entries()) {
        const cell = document.createElement("td");
        const text = this.show(trade[n], kind);
        if (n === 12 && trade[n] === "ambiguous") {
          const chip = document.createElement("span");
          chip.className = "chip";
          chip.textContent = text;
          cell.append(chip);
        } else {
          cell.textContent = text;
        }
        if (kind === "text" || kind === "time") cell.className = "text";
        if (n === 8 || n === 9) cell.className = trade[n] > 0 ? "gain" : trade[n] < 0 ? "loss" : "";
        row.append(cell);
      }
      return row;
    });
    this.body.replaceChildren(...rows);
    const total = this.matching.reduce((sum, row) => sum + row[8], 0);
    const won = this.matching.filter((row) => row[8] > 0).length;
    const count = this.matching.length;
    this.tally.textContent = count === 0
      ? "No trade matches."
      : `${count.toLocaleString("en-US")} trades, P&L ${showMoney(total)}, ${showShare(won / count)} winners`;
  }
}
