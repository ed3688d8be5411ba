"use strict";
// Reads the columns of numbers in the page, and makes coarser levels of them, so
// that a chart of a million bars draws no more points than it has pixels.

// Differences as zigzag varints in base64; see column.rs.
function decode(column) {
  const bytes = atob(column.d);
  const values = new Float64Array(column.n);
  const scale = 10 ** Math.abs(column.p);
  let before = 0;
  let at = 0;
  for (let i = 0; i < column.n; i += 1) {
    let rest = 0;
    let weight = 1;
    let byte = bytes.charCodeAt(at);
    // Multiplication: shifts would end at 32 bits.
    while (byte >= 128) {
      rest += (byte - 128) * weight;
      weight *= 128;
      at += 1;
      byte = bytes.charCodeAt(at);
    }
    rest += byte * weight;
    at += 1;
    before += rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
    values[i] = column.p >= 0 ? before / scale : before * scale;
  }
  for (const i of column.none || []) values[i] = NaN;
  return values;
}

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

const LEAST_OF_A_LEVEL = 1500;
const LINE_GROUP = 8;
const CANDLE_GROUP = 4;

// The least and the greatest of every group, in their order.
function coarserLine({ x, v }) {
  const groups = Math.ceil(v.length / LINE_GROUP);
  const next = { x: new Float64Array(groups * 2), v: new Float64Array(groups * 2) };
  for (let n = 0; n < groups; n += 1) {
    const end = Math.min(v.length, (n + 1) * LINE_GROUP);
    let low = n * LINE_GROUP;
    let high = low;
    for (let i = low + 1; i < end; i += 1) {
      if (v[i] < v[low]) low = i;
      if (v[i] >= v[high]) high = i;
    }
    const [first, second] = low <= high ? [low, high] : [high, low];
    next.x[2 * n] = x[first];
    next.v[2 * n] = v[first];
    next.x[2 * n + 1] = x[second];
    next.v[2 * n + 1] = v[second];
  }
  return next;
}

function coarserCandles({ x, o, h, l, c }) {
  const groups = Math.ceil(x.length / CANDLE_GROUP);
  const make = () => new Float64Array(groups);
  const next = { x: make(), o: make(), h: make(), l: make(), c: make() };
  for (let n = 0; n < groups; n += 1) {
    const start = n * CANDLE_GROUP;
    const end = Math.min(x.length, start + CANDLE_GROUP);
    let high = h[start];
    let low = l[start];
    for (let i = start + 1; i < end; i += 1) {
      if (h[i] > high) high = h[i];
      if (l[i] < low) low = l[i];
    }
    next.x[n] = x[end - 1];
    next.o[n] = o[start];
    next.h[n] = high;
    next.l[n] = low;
    next.c[n] = c[end - 1];
  }
  return next;
}

// The finest level first.
function levelsOf(finest, coarser) {
  const levels = [finest];
  let last = finest;
  while (last.x.length > LEAST_OF_A_LEVEL) {
    last = coarser(last);
    levels.push(last);
  }
  return levels;
}

// The finest level that has at most so many points between two positions, and
// which of its points those are, with one more on either side.
function visiblePart(levels, from, to, most) {
  let part = null;
  for (const level of levels) {
    const a = Math.max(0, lowerBound(level.x, from) - 1);
    const b = Math.min(level.x.length, lowerBound(level.x, to) + 1);
    part = { level, a, b };
    if (b - a <= most) break;
  }
  return part;
}
