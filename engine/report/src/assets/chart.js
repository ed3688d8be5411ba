// One chart: what it shows of the common view, and what pointer and keys do.

class Panel {
  // options: height, label, format, intraday, zero, and what setData takes.
  constructor(host, view, options) {
    this.view = view;
    this.options = options;
    this.log = false;
    this.drag = null;
    this.pointerY = null;
    // Of what lies inside the margins, pixels; measured by each drawing.
    this.plotWidth = 10;
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
    this.listenToPointer();
    this.listenToKeys();
    view.panels.push(this);
    new ResizeObserver(() => view.redraw()).observe(this.box);
  }

  // lines: [{name, color, x, v, t, fill, width, dash}], candles: {name, x, t, o, h, l, c},
  // marks: {x, price, quantity, kind}, trips: [{from, to, entry, exit, won}]; x are positions.
  setData({ lines = [], candles = null, marks = null, trips = [] }) {
    this.lines = lines.map((line) => ({ ...line, levels: levelsOf({ x: line.x, v: line.v }, coarserLine) }));
    this.candles = candles && { ...candles, levels: levelsOf(candles, coarserCandles) };
    this.marks = marks;
    this.trips = trips;
  }

  toPixel(position) {
    const { from, to } = this.view;
    return MARGIN.left + (position - from) / (to - from) * this.plotWidth;
  }

  toPosition(pixel) {
    const { from, to } = this.view;
    return from + (pixel - MARGIN.left) / this.plotWidth * (to - from);
  }

  // What is visible, at most so many points a pixel.
  part(levels, perPixel) {
    return visiblePart(levels, this.view.from, this.view.to, this.plotWidth * perPixel);
  }

  listenToPointer() {
    const { canvas, view } = this;
    const at = (event) => event.clientX - canvas.getBoundingClientRect().left;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      const pan = event.shiftKey || view.moving || (event.pointerType === "touch" && view.zoomed);
      this.drag = { start: at(event), now: at(event), pan, from: view.from, to: view.to };
    });
    canvas.addEventListener("pointermove", (event) => {
      view.sawPointer(event);
      this.pointerY = event.clientY - canvas.getBoundingClientRect().top;
      if (this.drag) {
        this.drag.now = at(event);
        if (this.drag.pan) {
          const by = (this.drag.start - this.drag.now) / this.plotWidth * (this.drag.to - this.drag.from);
          view.show(this.drag.from + by, this.drag.to + by);
        }
      }
      view.point(this.toPosition(at(event)));
    });
    canvas.addEventListener("pointerup", () => {
      const drag = this.drag;
      this.drag = null;
      if (drag && !drag.pan && Math.abs(drag.now - drag.start) > 6) {
        view.show(this.toPosition(Math.min(drag.start, drag.now)), this.toPosition(Math.max(drag.start, drag.now)));
      } else {
        view.redraw();
      }
    });
    canvas.addEventListener("pointercancel", () => { this.drag = null; view.redraw(); });
    canvas.addEventListener("pointerleave", () => {
      this.pointerY = null;
      if (!this.drag) view.point(null);
    });
    canvas.addEventListener("dblclick", () => view.reset());
    canvas.addEventListener("wheel", (event) => {
      if (!view.armed && document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        view.move(event.deltaX / this.plotWidth * (view.to - view.from));
      } else {
        view.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) * 0.003), this.toPosition(at(event)));
      }
    }, { passive: false });
  }

  listenToKeys() {
    const { canvas, view } = this;
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const width = view.to - view.from;
      const around = view.hover === null ? (view.from + view.to) / 2 : view.hover;
      const step = (by) => {
        // Read out what the keys point at, not what the mouse passes.
        this.readout.setAttribute("aria-live", "polite");
        view.step(by);
      };
      const actions = {
        ArrowLeft: () => view.move(-width / 8), ArrowRight: () => view.move(width / 8),
        "+": () => view.zoom(0.7, around), "=": () => view.zoom(0.7, around), "-": () => view.zoom(1 / 0.7, around),
        Home: () => view.move(-view.axis.last), End: () => view.move(view.axis.last),
        "<": () => step(-1), ",": () => step(-1), ">": () => step(1), ".": () => step(1),
        0: () => view.reset(), Escape: () => { view.point(null); canvas.blur(); },
      };
      if (actions[event.key]) {
        actions[event.key]();
        event.preventDefault();
      }
    });
    canvas.addEventListener("blur", () => this.readout.removeAttribute("aria-live"));
  }

  // Least and greatest visible value, with some air.
  range() {
    let low = Infinity;
    let high = -Infinity;
    const see = (values, { a, b }) => {
      for (let i = a; i < b; i += 1) {
        const value = values[i];
        if (value < low) low = value;
        if (value > high) high = value;
      }
    };
    for (const line of this.lines.filter((l) => !l.hidden)) {
      const part = this.part(line.levels, 2);
      see(part.level.v, part);
    }
    if (this.candles) {
      const part = this.part(this.candles.levels, 1.5);
      see(part.level.l, part);
      see(part.level.h, part);
    }
    if (this.options.fine && this.marks) {
      // Between two candles there may be nothing but fills.
      const { x, price } = this.marks;
      const [a, b] = [lowerBound(x, this.view.from), lowerBound(x, this.view.to)];
      if (b - a <= this.plotWidth / MARK_ROOM) see(price, { a, b });
    }
    if (this.options.zero) see([0], { a: 0, b: 1 });
    if (low > high) return { low: 0, high: 1, log: false };
    const log = this.log && low > 0;
    if (low === high) {
      const air = Math.abs(low) * 0.01 || 1;
      // Without a drawdown there is no depth to show.
      if (this.options.zero && low === 0) return { low: -0.01, high: 0, log: false };
      return { low: low - air, high: this.options.zero ? Math.max(0, low) : high + air, log: false };
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
    this.plotWidth = Math.max(10, width - MARGIN.left - MARGIN.right);
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const g = canvas.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    g.font = FONT;
    const bottom = height - MARGIN.bottom;
    const right = width - MARGIN.right;
    const { low, high, log } = this.range();
    const scale = log ? Math.log : (v) => v;
    const span = scale(high) - scale(low);
    this.y = (value) => bottom - (scale(value) - scale(low)) / span * (bottom - MARGIN.top);
    this.valueAt = (y) => {
      const value = scale(low) + (bottom - y) / (bottom - MARGIN.top) * span;
      return log ? Math.exp(value) : value;
    };
    const most = Math.max(3, Math.floor((bottom - MARGIN.top) / 44));
    const ticks = log ? logTicks(low, high, most) : valueTicks(low, high, most);
    paint.grid(g, this, { ticks, bottom, right, width });
    g.save();
    g.beginPath();
    // Some room for a marker on the first bar.
    g.rect(MARGIN.left - 8, 0, right - MARGIN.left + 12, bottom + 1);
    g.clip();
    if (this.candles) paint.candles(g, this);
    for (const line of this.lines) if (!line.hidden) paint.line(g, this, line, bottom);
    if (this.marks) {
      paint.trips(g, this);
      paint.marks(g, this, bottom);
    }
    paint.selection(g, this, bottom);
    const hover = this.hovered();
    if (hover) paint.crosshair(g, this, hover, bottom);
    g.restore();
    if (hover && !this.drag) paint.level(g, this, { bottom, right, width });
    this.tell(hover);
  }

  // So far from the crosshair a point of a line still counts as under it.
  reach({ x }) {
    const apart = x.length > 1 ? (x[x.length - 1] - x[0]) / (x.length - 1) : 0;
    return Math.max((this.view.to - this.view.from) * 0.02, apart * 3, 1);
  }

  // What lies under the crosshair, from the finest level.
  hovered() {
    const { view } = this;
    const at = view.hover;
    if (at === null || at < view.from || at > view.to) return null;
    const found = { x: at, time: view.axis.time(at), dots: [], marks: [] };
    for (const line of this.lines) {
      if (line.x.length === 0) {
        found.dots.push(null);
        continue;
      }
      const i = nearest(line.x, at);
      if (Math.abs(line.x[i] - at) > this.reach(line)) {
        found.dots.push(null);
        continue;
      }
      found.dots.push({ color: line.color, x: line.x[i], value: line.v[i], hidden: line.hidden });
      found.time = line.t[i];
      found.x = line.x[i];
    }
    if (this.candles && this.candles.x.length > 0) {
      const i = nearest(this.candles.x, at);
      found.candle = i;
      found.time = this.candles.t[i];
      found.x = this.candles.x[i];
    }
    if (this.marks) {
      const close = (view.to - view.from) / this.plotWidth * 7;
      const a = lowerBound(this.marks.x, at - close);
      const b = Math.min(lowerBound(this.marks.x, at + close), a + 4);
      for (let i = a; i < b; i += 1) found.marks.push(i);
    }
    return found;
  }

  // The legend, with values while the crosshair is on.
  tell(hover) {
    const { format, intraday } = this.options;
    const items = [];
    if (hover) items.push([null, showTime(hover.time, intraday), ""]);
    if (this.candles) {
      if (hover && hover.candle >= 0) {
        for (const key of ["o", "h", "l", "c"]) {
          items.push([null, key.toUpperCase(), format(this.candles[key][hover.candle])]);
        }
      } else {
        items.push(["--accent", this.candles.name, ""]);
        if (this.marks && this.marks.x.length > 0) {
          const { from, to, margin } = this.view;
          const [a, b] = [lowerBound(this.marks.x, from - margin), lowerBound(this.marks.x, to + margin)];
          const dense = b - a > this.plotWidth / MARK_ROOM;
          const markers = `\u25b2 buy  \u25bc sell  \u25b3\u25bd ${data.doubt ? `fill on the ${doubt}` : "ambiguous fill"}`;
          items.push([null, dense ? `${showCount(b - a)} fills, counted by the bars below; zoom in to see each` : markers, ""]);
        }
      }
    }
    for (const [n, line] of this.lines.entries()) {
      const value = hover ? (hover.dots[n] || {}).value : line.v[line.v.length - 1];
      items.push([line.color, line.name, value === undefined ? "" : format(value), n]);
    }
    for (const i of hover ? hover.marks : []) {
      const { price, quantity, kind } = this.marks;
      const name = `${kind[i] % 2 === 1 ? "buy" : "sell"}${kind[i] >= 2 ? "" : ` (${doubt})`}`;
      items.push([null, name, `${quantity[i].toLocaleString("en-US")} @ ${format(price[i])}`]);
    }
    const text = JSON.stringify([items, this.lines.map((line) => line.hidden)]);
    if (text === this.told) return;
    this.told = text;
    // Only the values change under a moving pointer: what is a button stays one.
    const focused = [...this.readout.children].indexOf(document.activeElement);
    this.readout.replaceChildren(...items.map(([color, name, value, n]) => {
      const toggles = n !== undefined && this.lines.length + (this.candles ? 1 : 0) > 1;
      const item = document.createElement(toggles ? "button" : "span");
      if (toggles) {
        const line = this.lines[n];
        item.type = "button";
        item.title = "Show or hide this line";
        item.setAttribute("aria-pressed", !line.hidden);
        item.addEventListener("click", () => { line.hidden = !line.hidden; this.view.redraw(); });
      }
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
    // It grows with what it has to say and stays so: charts below must not jump.
    const height = this.readout.offsetHeight;
    if (height > (this.tallest || 0)) {
      this.tallest = height;
      this.readout.style.minHeight = `${height}px`;
    }
    if (focused >= 0 && this.readout.children[focused]) this.readout.children[focused].focus();
  }
}
