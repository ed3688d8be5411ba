// The horizontal axis: instants side by side, so that nights, weekends and
// halts take no room. A position is an index into the instants, with fractions.

class Axis {
  constructor(times) {
    this.times = times;
    this.last = Math.max(times.length - 1, 1);
  }

  position(time) {
    const t = this.times;
    let low = 0;
    let high = t.length - 1;
    if (high <= 0 || time <= t[0]) return 0;
    if (time >= t[high]) return high;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (t[middle] <= time) low = middle; else high = middle;
    }
    return low + (time - t[low]) / (t[high] - t[low]);
  }

  time(position) {
    const t = this.times;
    if (t.length === 0) return 0;
    const low = Math.max(0, Math.min(t.length - 1, Math.floor(position)));
    const high = Math.min(t.length - 1, low + 1);
    return t[low] + (t[high] - t[low]) * (position - low);
  }
}

// The part of the axis that all charts show together, and the common crosshair.
class View {
  constructor(axis) {
    this.axis = axis;
    this.panels = [];
    this.from = 0;
    this.to = axis.last;
    this.hover = null;
    // Fills have times of their own.
    this.fine = false;
    // Dragging moves instead of zooming.
    this.moving = false;
    // The wheel zooms once the pointer has moved over a chart; a page that scrolls
    // past a chart keeps scrolling.
    this.armed = false;
    this.pointer = "";
    window.addEventListener("scroll", () => { this.armed = false; }, { passive: true });
  }

  // Where the pointer is now; a scrolling page moves charts, not the pointer.
  sawPointer(event) {
    const place = `${event.clientX} ${event.clientY}`;
    if (this.pointer && this.pointer !== place) this.armed = true;
    this.pointer = place;
  }

  // So far outside of what is in sight a marker is still drawn.
  get margin() { return this.fine ? Math.min(1, (this.to - this.from) * 0.02) : 1; }

  get zoomed() { return this.from > 0 || this.to < this.axis.last; }

  show(from, to) {
    // On tapes down to about a second of one-minute bars.
    const least = Math.min(this.fine ? 0.02 : 5, this.axis.last);
    let width = Math.max(to - from, least);
    width = Math.min(width, this.axis.last);
    const middle = (from + to) / 2;
    this.from = Math.max(0, Math.min(this.axis.last - width, middle - width / 2));
    this.to = this.from + width;
    this.redraw();
  }

  zoom(factor, around) {
    const width = (this.to - this.from) * factor;
    const share = (around - this.from) / (this.to - this.from);
    const from = around - share * width;
    this.show(from, from + width);
  }

  // Two times with some room around them.
  showTimes(from, to) {
    const [a, b] = [this.axis.position(from), this.axis.position(to)];
    const room = Math.max(this.fine ? 0.1 : 10, (b - a) * 0.35);
    this.show(a - room, b + room);
  }

  // The crosshair by so many instants; into view when it leaves it.
  step(by) {
    const start = this.hover === null ? (by > 0 ? Math.ceil(this.from) : Math.floor(this.to)) : this.hover + by;
    const at = Math.max(0, Math.min(this.axis.last, Math.round(start)));
    if (at < this.from) this.move(at - this.from);
    if (at > this.to) this.move(at - this.to);
    this.point(at);
  }

  move(by) { this.show(this.from + by, this.to + by); }

  reset() { this.show(0, this.axis.last); }

  point(position) {
    this.hover = position;
    this.redraw();
  }

  redraw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.drawNow();
    });
  }

  drawNow() {
    for (const panel of this.panels) panel.draw();
    if (this.changed) this.changed();
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n) => String(n).padStart(2, "0");

function showDate(seconds) {
  const d = new Date(seconds * 1000);
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}

function showTime(seconds, intraday) {
  const d = new Date(seconds * 1000);
  const date = showDate(seconds);
  if (!intraday) return date;
  const minute = `${date} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  if (intraday !== "fine") return minute;
  const ms = d.getUTCMilliseconds();
  return `${minute}:${two(d.getUTCSeconds())}${ms ? `.${String(ms).padStart(3, "0")}` : ""}`;
}

// Calendar steps for labels: approximate length in seconds, start of the unit at
// or before a time, the next start, the label.
const DAY = 86400;
const monthStep = (n) => ({
  length: n * 30.4 * DAY,
  start: (d) => Date.UTC(d.getUTCFullYear(), Math.floor(d.getUTCMonth() / n) * n, 1),
  next: (d) => Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + n, 1),
  label: (d) => d.getUTCMonth() === 0 ? String(d.getUTCFullYear()) : MONTHS[d.getUTCMonth()],
});
const yearStep = (n) => ({
  length: n * 365.25 * DAY,
  start: (d) => Date.UTC(Math.floor(d.getUTCFullYear() / n) * n, 0, 1),
  next: (d) => Date.UTC(d.getUTCFullYear() + n, 0, 1),
  label: (d) => String(d.getUTCFullYear()),
});
const clockStep = (seconds) => ({
  length: seconds,
  start: (d) => Math.floor(d.getTime() / 1000 / seconds) * seconds * 1000,
  next: (d) => d.getTime() + seconds * 1000,
  label: (d) => d.getTime() % (DAY * 1000) === 0
    ? `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]}`
    : `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds < 60 ? `:${two(d.getUTCSeconds())}` : ""}`,
});
const FINE_STEPS = [clockStep(1), clockStep(5), clockStep(15)];
const STEPS = [
  clockStep(60), clockStep(300), clockStep(900), clockStep(3600), clockStep(4 * 3600), clockStep(DAY),
  clockStep(7 * DAY), monthStep(1), monthStep(3), monthStep(6), yearStep(1), yearStep(2), yearStep(5),
  yearStep(10), yearStep(20), yearStep(50),
];
// A week's labels are dates too.
STEPS[6].label = STEPS[5].label;

// Labels for the visible part: [position, text], at least `gap` positions apart.
function timeLabels(view, most) {
  const from = view.axis.time(view.from);
  const to = view.axis.time(view.to);
  const wanted = (to - from) / Math.max(most, 1);
  const steps = view.fine ? [...FINE_STEPS, ...STEPS] : STEPS;
  const step = steps.find((s) => s.length >= wanted * 0.75) || STEPS[STEPS.length - 1];
  const gap = (view.to - view.from) / Math.max(most, 1) * 0.7;
  const labels = [];
  let at = new Date(step.start(new Date(from * 1000)));
  for (let i = 0; i < 2000 && at.getTime() <= to * 1000; i += 1) {
    const seconds = at.getTime() / 1000;
    if (seconds >= from) {
      const position = view.axis.position(seconds);
      const before = labels[labels.length - 1];
      const text = step.label(at);
      // The first label names the year.
      const year = /^\d{4}$|:/.test(text) ? "" : ` ${at.getUTCFullYear()}`;
      if (!before) labels.push([position, text + year]);
      else if (position - before[0] >= gap) labels.push([position, text]);
    }
    at = new Date(step.next(at));
  }
  return labels;
}

// Round values for the vertical axis.
function valueTicks(low, high, most) {
  const rough = (high - low) / Math.max(most, 1);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high && ticks.length < 50; i += 1) ticks.push(i * step + 0);
  return ticks;
}

function logTicks(low, high, most) {
  if (high / low < 8) return valueTicks(low, high, most);
  const ticks = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p += 1) {
    for (const m of [1, 2, 5]) {
      const value = m * 10 ** p;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}
