// How lines, candles, markers and the crosshair of a chart are painted.

const cssColor = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const MARGIN = { left: 12, right: 76, top: 10, bottom: 26 };
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';
// Candles need so many pixels each.
const CANDLE_ROOM = 3.5;
// A fill gets a marker of its own while it has so many pixels; else bars count them.
const MARK_ROOM = 4;
const ACTIVITY_WIDTH = 5;
const ACTIVITY_HEIGHT = 30;
// Entries and exits are joined while at most so many trades are in sight.
const JOINED_MAX = 150;

const paint = {
  grid(g, panel, { ticks, bottom, right, width }) {
    g.strokeStyle = cssColor("--grid");
    g.fillStyle = cssColor("--soft");
    g.lineWidth = 1;
    g.textBaseline = "middle";
    g.textAlign = "left";
    const apart = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : 0;
    for (const value of ticks) {
      const y = Math.round(panel.y(value)) + 0.5;
      g.beginPath();
      g.moveTo(MARGIN.left, y);
      g.lineTo(right, y);
      g.stroke();
      g.fillText(panel.options.format(value, true, apart), right + 8, y, width - right - 10);
    }
    g.textBaseline = "alphabetic";
    g.textAlign = "center";
    let free = 0;
    for (const [position, text] of timeLabels(panel.view, panel.plotWidth / 90)) {
      const x = panel.toPixel(position);
      const half = g.measureText(text).width / 2;
      g.beginPath();
      g.moveTo(Math.round(x) + 0.5, MARGIN.top);
      g.lineTo(Math.round(x) + 0.5, bottom);
      g.stroke();
      if (x - half >= free && x + half <= right + 4) {
        g.fillText(text, x, bottom + 17);
        free = x + half + 10;
      }
    }
  },

  line(g, panel, line, bottom) {
    const { level, a, b } = panel.part(line.levels, 2);
    if (b <= a) return;
    const { x, v } = level;
    g.strokeStyle = cssColor(line.color);
    g.lineWidth = line.width || 1.6;
    g.lineJoin = "round";
    g.setLineDash(line.dash || []);
    g.beginPath();
    for (let i = a; i < b; i += 1) {
      if (i === a) g.moveTo(panel.toPixel(x[i]), panel.y(v[i]));
      else g.lineTo(panel.toPixel(x[i]), panel.y(v[i]));
    }
    g.stroke();
    g.setLineDash([]);
    if (b - a === 1) g.fillRect(panel.toPixel(x[a]) - 2, panel.y(v[a]) - 2, 4, 4);
    if (!line.fill) return;
    const base = panel.options.zero ? panel.y(0) : bottom;
    g.lineTo(panel.toPixel(x[b - 1]), base);
    g.lineTo(panel.toPixel(x[a]), base);
    g.closePath();
    g.fillStyle = cssColor(line.fill);
    g.fill();
  },

  candles(g, panel) {
    const { level, a, b } = panel.part(panel.candles.levels, 1.5);
    if (b <= a) return;
    const { fine } = panel.options;
    // What is in sight may be less than a candle.
    const seen = fine && b - a > 1 ? (panel.view.to - panel.view.from) * (b - a - 1) / (level.x[b - 1] - level.x[a]) : b - a;
    const step = panel.plotWidth / (fine ? seen : Math.max(1, seen));
    if (level !== panel.candles.levels[0] || step < CANDLE_ROOM) paint.band(g, panel, level, a, b);
    else paint.bars(g, panel, level, a, b, step);
  },

  // Too narrow for candles: the range as a band, the close as a line.
  band(g, panel, { x, h, l, c }, a, b) {
    g.fillStyle = cssColor("--shade");
    g.beginPath();
    for (let i = a; i < b; i += 1) g.lineTo(panel.toPixel(x[i]), panel.y(h[i]));
    for (let i = b - 1; i >= a; i -= 1) g.lineTo(panel.toPixel(x[i]), panel.y(l[i]));
    g.fill();
    g.strokeStyle = cssColor("--accent");
    g.lineWidth = 1.2;
    g.lineJoin = "round";
    g.beginPath();
    for (let i = a; i < b; i += 1) g.lineTo(panel.toPixel(x[i]), panel.y(c[i]));
    g.stroke();
  },

  bars(g, panel, { x, o, h, l, c }, a, b, step) {
    const [up, down] = [cssColor("--good"), cssColor("--bad")];
    // On tapes fills stand inside a candle: a wide one is a shade behind them.
    const wide = panel.options.fine && step > 40;
    const body = wide ? step * 0.94 : Math.max(1, Math.min(14, step * 0.66));
    g.lineWidth = 1;
    g.globalAlpha = wide ? 0.25 : 1;
    for (let i = a; i < b; i += 1) {
      const at = panel.toPixel(x[i]);
      const rose = c[i] >= o[i];
      g.strokeStyle = rose ? up : down;
      g.fillStyle = g.strokeStyle;
      g.beginPath();
      g.moveTo(at, panel.y(h[i]));
      g.lineTo(at, panel.y(l[i]));
      g.stroke();
      const top = panel.y(Math.max(o[i], c[i]));
      g.fillRect(at - body / 2, top, body, Math.max(1, panel.y(Math.min(o[i], c[i])) - top));
    }
    g.globalAlpha = 1;
  },

  // Entry and exit of each trade joined, while there are few in sight.
  trips(g, panel) {
    const { from, to } = panel.view;
    const seen = panel.trips.filter((trip) => trip.to >= from && trip.from <= to);
    if (seen.length > JOINED_MAX) return;
    const [good, bad] = [cssColor("--good"), cssColor("--bad")];
    g.lineWidth = 1.4;
    g.setLineDash([4, 3]);
    for (const trip of seen) {
      g.strokeStyle = trip.won ? good : bad;
      g.beginPath();
      g.moveTo(panel.toPixel(trip.from), panel.y(trip.entry));
      g.lineTo(panel.toPixel(trip.to), panel.y(trip.exit));
      g.stroke();
    }
    g.setLineDash([]);
  },

  // A buy points up from below, a sell down from above; hollow is ambiguous.
  marks(g, panel, bottom) {
    const { x, price, kind } = panel.marks;
    const a = lowerBound(x, panel.view.from - panel.view.margin);
    const b = lowerBound(x, panel.view.to + panel.view.margin);
    if (b <= a) return;
    if (b - a > panel.plotWidth / MARK_ROOM) {
      paint.activity(g, panel, a, b, bottom);
      return;
    }
    const [buy, sell, ground] = [cssColor("--fourth"), cssColor("--third"), cssColor("--panel")];
    // Smaller where they stand close.
    const size = Math.max(2.5, Math.min(5.5, panel.plotWidth / (b - a) * 0.6));
    for (let i = a; i < b; i += 1) {
      const at = panel.toPixel(x[i]);
      const [bought, certain] = [kind[i] % 2 === 1, kind[i] >= 2];
      const way = bought ? 1 : -1;
      const tip = panel.y(price[i]);
      g.beginPath();
      g.moveTo(at, tip + way);
      g.lineTo(at - size, tip + way * size * 2);
      g.lineTo(at + size, tip + way * size * 2);
      g.closePath();
      const color = bought ? buy : sell;
      g.fillStyle = certain ? color : ground;
      g.strokeStyle = certain ? ground : color;
      g.lineWidth = certain ? 0.6 : Math.min(1.8, size / 3);
      if (certain) g.stroke();
      g.fill();
      if (!certain) g.stroke();
    }
  },

  // Too many to see one by one: how many fills fall on each piece of the axis.
  activity(g, panel, a, b, bottom) {
    const pieces = new Float64Array(Math.ceil(panel.plotWidth / ACTIVITY_WIDTH) + 1);
    const ambiguous = new Float64Array(pieces.length);
    for (let i = a; i < b; i += 1) {
      const n = Math.floor((panel.toPixel(panel.marks.x[i]) - MARGIN.left) / ACTIVITY_WIDTH);
      if (n < 0 || n >= pieces.length) continue;
      pieces[n] += 1;
      if (panel.marks.kind[i] < 2) ambiguous[n] += 1;
    }
    const most = pieces.reduce((x, y) => Math.max(x, y), 1);
    for (const [counts, color] of [[pieces, cssColor("--fourth")], [ambiguous, cssColor("--bad")]]) {
      g.fillStyle = color;
      g.globalAlpha = 0.4;
      for (let n = 0; n < counts.length; n += 1) {
        const height = counts[n] / most * ACTIVITY_HEIGHT;
        g.fillRect(MARGIN.left + n * ACTIVITY_WIDTH, bottom - height, ACTIVITY_WIDTH - 1, height);
      }
    }
    g.globalAlpha = 1;
  },

  selection(g, panel, bottom) {
    if (!panel.drag || panel.drag.pan) return;
    g.fillStyle = cssColor("--shade");
    g.fillRect(panel.drag.start, MARGIN.top, panel.drag.now - panel.drag.start, bottom - MARGIN.top);
  },

  crosshair(g, panel, hover, bottom) {
    const x = Math.round(panel.toPixel(hover.x)) + 0.5;
    g.strokeStyle = cssColor("--soft");
    g.lineWidth = 1;
    g.setLineDash([3, 3]);
    g.beginPath();
    g.moveTo(x, MARGIN.top);
    g.lineTo(x, bottom);
    g.stroke();
    g.setLineDash([]);
    for (const dot of hover.dots) {
      if (!dot || dot.hidden) continue;
      g.fillStyle = cssColor(dot.color);
      g.beginPath();
      g.arc(panel.toPixel(dot.x), panel.y(dot.value), 3.2, 0, 7);
      g.fill();
    }
  },

  // The value at the height of the pointer, on the scale.
  level(g, panel, { bottom, right, width }) {
    const y = panel.pointerY;
    if (y === null || y < MARGIN.top || y > bottom) return;
    g.strokeStyle = cssColor("--soft");
    g.setLineDash([3, 3]);
    g.beginPath();
    g.moveTo(MARGIN.left, Math.round(y) + 0.5);
    g.lineTo(right, Math.round(y) + 0.5);
    g.stroke();
    g.setLineDash([]);
    g.fillStyle = cssColor("--ink");
    g.fillRect(right + 2, y - 9, width - right - 4, 18);
    g.fillStyle = cssColor("--ground");
    g.textBaseline = "middle";
    g.textAlign = "left";
    g.fillText(panel.options.format(panel.valueAt(y), true), right + 8, y + 0.5, width - right - 12);
  },
};
