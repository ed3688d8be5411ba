// One chart: lines, candles and markers on a canvas, with zoom and a crosshair.

const cssColor = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const MARGIN = { left: 12, right: 74, top: 10, bottom: 26 };

// First index whose value is at or above x, in an ascending array.
function lowerBound(values, x) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1; else high = middle;
  }
  return low;
}

function nearest(xs, x) {
  const i = lowerBound(xs, x);
  if (i <= 0) return 0;
  if (i >= xs.length) return xs.length - 1;
  return x - xs[i - 1] <= xs[i] - x ? i - 1 : i;
}

class Panel {
  // options: height, label, format, intraday, lines [{name, color, t, v, fill, width}], candles, marks, zero
  constructor(host, view, options) {
    this.view = view;
    this.options = options;
    this.log = false;
    this.drag = null;
    this.box = document.createElement("div");
    this.box.className = "panel";
    this.readout = document.createElement("div");
    this.readout.className = "readout";
    this.canvas = document.createElement("canvas");
    this.canvas.style.height = `${options.height}px`;
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", options.label);
    this.box.append(this.readout, this.canvas);
    host.append(this.box);
    this.setData(options);
    this.listen();
    view.panels.push(this);
    new ResizeObserver(() => view.redraw()).observe(this.box);
  }

  setData({ lines = [], candles = null, marks = [] }) {
    const place = (t) => t.map((time) => this.view.axis.position(time));
    this.lines = lines.map((line) => ({ ...line, x: place(line.t) }));
    this.candles = candles && { ...candles, x: place(candles.t) };
    this.marks = marks.map(([t, price, side, certain, quantity]) => (
      { x: this.view.axis.position(t), t, price, side, certain, quantity }));
  }

  get plotWidth() { return Math.max(10, this.canvas.clientWidth - MARGIN.left - MARGIN.right); }

  toPixel(position) {
    const { from, to } = this.view;
    return MARGIN.left + (position - from) / (to - from) * this.plotWidth;
  }

  toPosition(pixel) {
    const { from, to } = this.view;
    return from + (pixel - MARGIN.left) / this.plotWidth * (to - from);
  }

  listen() {
    const { canvas, view } = this;
    const at = (event) => event.clientX - canvas.getBoundingClientRect().left;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.drag = { start: at(event), now: at(event), pan: event.shiftKey, from: view.from, to: view.to };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.drag) {
        this.drag.now = at(event);
        if (this.drag.pan) {
          const by = (this.drag.start - this.drag.now) / this.plotWidth * (this.drag.to - this.drag.from);
          view.show(this.drag.from + by, this.drag.to + by);
        }
      }
      view.point(this.toPosition(at(event)));
    });
    const finish = () => {
      const drag = this.drag;
      this.drag = null;
      if (drag && !drag.pan && Math.abs(drag.now - drag.start) > 6) {
        view.show(this.toPosition(Math.min(drag.start, drag.now)), this.toPosition(Math.max(drag.start, drag.now)));
      } else {
        view.redraw();
      }
    };
    canvas.addEventListener("pointerup", finish);
    canvas.addEventListener("pointercancel", () => { this.drag = null; view.redraw(); });
    canvas.addEventListener("pointerleave", () => { if (!this.drag) view.point(null); });
    canvas.addEventListener("dblclick", () => view.reset());
    canvas.addEventListener("wheel", (event) => {
      // A page that scrolls past a chart keeps scrolling: the wheel zooms after a click, or with Ctrl.
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        view.move(event.deltaX / this.plotWidth * (view.to - view.from));
      } else {
        view.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) * 0.003), this.toPosition(at(event)));
      }
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const width = view.to - view.from;
      const middle = (view.from + view.to) / 2;
      const actions = {
        ArrowLeft: () => view.move(-width / 8), ArrowRight: () => view.move(width / 8),
        "+": () => view.zoom(0.7, middle), "=": () => view.zoom(0.7, middle), "-": () => view.zoom(1 / 0.7, middle),
        0: () => view.reset(), Escape: () => canvas.blur(),
      };
      if (actions[event.key]) {
        actions[event.key]();
        event.preventDefault();
      }
    });
  }

  // Least and greatest visible value, with some air.
  range() {
    const { from, to } = this.view;
    let low = Infinity;
    let high = -Infinity;
    const see = (value) => { if (value < low) low = value; if (value > high) high = value; };
    const visible = (xs) => [Math.max(0, lowerBound(xs, from) - 1), Math.min(xs.length, lowerBound(xs, to) + 1)];
    for (const line of this.lines) {
      const [a, b] = visible(line.x);
      for (let i = a; i < b; i += 1) see(line.v[i]);
    }
    if (this.candles) {
      const [a, b] = visible(this.candles.x);
      for (let i = a; i < b; i += 1) { see(this.candles.l[i]); see(this.candles.h[i]); }
    }
    if (this.options.zero) see(0);
    if (low > high) return { low: 0, high: 1, log: false };
    const log = this.log && low > 0;
    if (low === high) {
      const air = Math.abs(low) * 0.01 || 1;
      return { low: low - air, high: high + air, log: false };
    }
    if (log) {
      const air = (high / low) ** 0.04;
      return { low: low / air, high: high * air, log };
    }
    const air = (high - low) * 0.06;
    return { low: low - air, high: this.options.zero ? Math.max(high, 0) : high + air, log };
  }

  draw() {
    const { canvas } = this;
    const width = canvas.clientWidth;
    const height = this.options.height;
    if (width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const bottom = height - MARGIN.bottom;
    const right = width - MARGIN.right;
    const { low, high, log } = this.range();
    const scale = log ? Math.log : (v) => v;
    const span = scale(high) - scale(low);
    this.y = (value) => bottom - (scale(value) - scale(low)) / span * (bottom - MARGIN.top);
    g.font = "11px system-ui, sans-serif";
    this.grid(g, { low, high, log, bottom, right, width });
    g.save();
    g.beginPath();
    g.rect(MARGIN.left, 0, right - MARGIN.left, bottom + 1);
    g.clip();
    if (this.candles) this.drawCandles(g);
    for (const line of this.lines) this.drawLine(g, line, bottom);
    this.drawMarks(g);
    this.drawDrag(g, bottom);
    const hover = this.hovered();
    if (hover) this.drawCrosshair(g, hover, bottom);
    g.restore();
    this.tell(hover);
  }

  grid(g, { low, high, log, bottom, right, width }) {
    g.strokeStyle = cssColor("--grid");
    g.fillStyle = cssColor("--soft");
    g.lineWidth = 1;
    g.textBaseline = "middle";
    g.textAlign = "left";
    const most = Math.max(4, Math.floor((bottom - MARGIN.top) / 44));
    for (const value of log ? logTicks(low, high, most) : valueTicks(low, high, most)) {
      const y = Math.round(this.y(value)) + 0.5;
      g.beginPath();
      g.moveTo(MARGIN.left, y);
      g.lineTo(right, y);
      g.stroke();
      g.fillText(this.options.format(value, true), right + 8, y, width - right - 10);
    }
    g.textBaseline = "alphabetic";
    g.textAlign = "center";
    for (const [position, text] of timeLabels(this.view, this.plotWidth / 90)) {
      const x = this.toPixel(position);
      const room = g.measureText(text).width / 2;
      g.beginPath();
      g.moveTo(Math.round(x) + 0.5, MARGIN.top);
      g.lineTo(Math.round(x) + 0.5, bottom);
      g.stroke();
      if (x - room >= 2 && x + room <= right + 4) g.fillText(text, x, bottom + 17);
    }
  }

  visible(xs) {
    return [Math.max(0, lowerBound(xs, this.view.from) - 1), Math.min(xs.length, lowerBound(xs, this.view.to) + 1)];
  }

  drawLine(g, line, bottom) {
    const [a, b] = this.visible(line.x);
    if (b <= a) return;
    g.strokeStyle = cssColor(line.color);
    g.lineWidth = line.width || 1.6;
    g.lineJoin = "round";
    g.beginPath();
    for (let i = a; i < b; i += 1) {
      const x = this.toPixel(line.x[i]);
      const y = this.y(line.v[i]);
      if (i === a) g.moveTo(x, y); else g.lineTo(x, y);
    }
    g.stroke();
    if (b - a === 1) g.fillRect(this.toPixel(line.x[a]) - 2, this.y(line.v[a]) - 2, 4, 4);
    if (line.fill) {
      const base = this.options.zero ? this.y(0) : bottom;
      g.lineTo(this.toPixel(line.x[b - 1]), base);
      g.lineTo(this.toPixel(line.x[a]), base);
      g.closePath();
      g.fillStyle = cssColor(line.fill);
      g.fill();
    }
  }

  drawCandles(g) {
    const c = this.candles;
    const [a, b] = this.visible(c.x);
    if (b <= a) return;
    const step = this.plotWidth / Math.max(1, b - a);
    if (step < 3.5) {
      // Too narrow for candles: the range as a band, the close as a line.
      g.fillStyle = cssColor("--shade");
      g.beginPath();
      for (let i = a; i < b; i += 1) g.lineTo(this.toPixel(c.x[i]), this.y(c.h[i]));
      for (let i = b - 1; i >= a; i -= 1) g.lineTo(this.toPixel(c.x[i]), this.y(c.l[i]));
      g.fill();
      g.strokeStyle = cssColor("--accent");
      g.lineWidth = 1.2;
      g.beginPath();
      for (let i = a; i < b; i += 1) g.lineTo(this.toPixel(c.x[i]), this.y(c.c[i]));
      g.stroke();
      return;
    }
    const [up, down] = [cssColor("--good"), cssColor("--bad")];
    const body = Math.max(1, Math.min(14, step * 0.66));
    g.lineWidth = 1;
    for (let i = a; i < b; i += 1) {
      const x = this.toPixel(c.x[i]);
      const color = c.c[i] >= c.o[i] ? up : down;
      g.strokeStyle = color;
      g.fillStyle = color;
      g.beginPath();
      g.moveTo(x, this.y(c.h[i]));
      g.lineTo(x, this.y(c.l[i]));
      g.stroke();
      const top = this.y(Math.max(c.o[i], c.c[i]));
      g.fillRect(x - body / 2, top, body, Math.max(1, this.y(Math.min(c.o[i], c.c[i])) - top));
    }
  }

  drawMarks(g) {
    if (this.marks.length === 0) return;
    const [buy, sell, ground] = [cssColor("--fourth"), cssColor("--third"), cssColor("--panel")];
    const seen = this.marks.filter((mark) => mark.x >= this.view.from - 1 && mark.x <= this.view.to + 1);
    // Smaller where they stand close.
    const size = Math.max(2.5, Math.min(5.5, this.plotWidth / Math.max(1, seen.length) * 0.6));
    for (const mark of seen) {
      const x = this.toPixel(mark.x);
      const tip = this.y(mark.price);
      const way = mark.side > 0 ? 1 : -1;
      g.beginPath();
      g.moveTo(x, tip + way);
      g.lineTo(x - size, tip + way * size * 2);
      g.lineTo(x + size, tip + way * size * 2);
      g.closePath();
      const color = mark.side > 0 ? buy : sell;
      g.fillStyle = mark.certain ? color : ground;
      g.strokeStyle = mark.certain ? ground : color;
      g.lineWidth = mark.certain ? 0.6 : Math.min(1.8, size / 3);
      if (mark.certain) g.stroke();
      g.fill();
      if (!mark.certain) g.stroke();
    }
  }

  drawDrag(g, bottom) {
    if (!this.drag || this.drag.pan) return;
    g.fillStyle = cssColor("--shade");
    g.fillRect(this.drag.start, MARGIN.top, this.drag.now - this.drag.start, bottom - MARGIN.top);
  }

  // What lies under the crosshair.
  hovered() {
    const at = this.view.hover;
    if (at === null || at < this.view.from || at > this.view.to) return null;
    const found = { x: at, time: this.view.axis.time(at), dots: [] };
    for (const line of this.lines) {
      if (line.x.length === 0) continue;
      const i = nearest(line.x, at);
      found.dots.push({ name: line.name, color: line.color, x: line.x[i], value: line.v[i] });
      found.time = line.t[i];
      found.x = line.x[i];
    }
    if (this.candles && this.candles.x.length > 0) {
      const i = nearest(this.candles.x, at);
      found.candle = i;
      found.time = this.candles.t[i];
      found.x = this.candles.x[i];
    }
    const close = (this.view.to - this.view.from) / this.plotWidth * 7;
    found.marks = this.marks.filter((mark) => Math.abs(mark.x - at) <= close).slice(0, 4);
    return found;
  }

  drawCrosshair(g, hover, bottom) {
    const x = Math.round(this.toPixel(hover.x)) + 0.5;
    g.strokeStyle = cssColor("--soft");
    g.lineWidth = 1;
    g.setLineDash([3, 3]);
    g.beginPath();
    g.moveTo(x, MARGIN.top);
    g.lineTo(x, bottom);
    g.stroke();
    g.setLineDash([]);
    for (const dot of hover.dots) {
      g.fillStyle = cssColor(dot.color);
      g.beginPath();
      g.arc(this.toPixel(dot.x), this.y(dot.value), 3.2, 0, 7);
      g.fill();
    }
  }

  // The legend, with values while the crosshair is on.
  tell(hover) {
    const { format, intraday } = this.options;
    const items = [];
    if (hover) items.push([null, showTime(hover.time, intraday), ""]);
    if (this.candles) {
      const i = hover ? hover.candle : this.candles.c.length - 1;
      if (hover && i >= 0) {
        for (const key of ["o", "h", "l", "c"]) items.push([null, key.toUpperCase(), format(this.candles[key][i])]);
      } else {
        items.push(["--accent", this.candles.name, ""]);
        if (this.marks.length > 0) items.push([null, "\u25b2 buy  \u25bc sell  \u25b3\u25bd ambiguous fill", ""]);
      }
    }
    for (const [n, line] of this.lines.entries()) {
      const last = line.v.length - 1;
      const value = hover ? (hover.dots[n] || {}).value : line.v[last];
      items.push([line.color, line.name, value === undefined ? "" : format(value)]);
    }
    for (const mark of hover ? hover.marks : []) {
      const kind = `${mark.side > 0 ? "buy" : "sell"}${mark.certain ? "" : " (ambiguous)"}`;
      items.push([null, kind, `${mark.quantity.toLocaleString("en-US")} @ ${format(mark.price)}`]);
    }
    const text = JSON.stringify(items);
    if (text === this.told) return;
    this.told = text;
    this.readout.replaceChildren(...items.map(([color, name, value]) => {
      const item = document.createElement("span");
      if (color) {
        const swatch = document.createElement("span");
        swatch.className = "swatch";
        swatch.style.background = `var(${color})`;
        item.append(swatch);
      }
      item.append(name);
      if (value) {
        const bold = document.createElement("b");
        bold.textContent = value;
        item.append(bold);
      }
      return item;
    }));
  }
}
