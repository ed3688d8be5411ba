//! Where the columns of CTP snapshots stand, and what holds for all their rows.

use engine_core::fixed::SCALE;

use super::Input;
use crate::error::DataError;

/// Levels of a side at most.
const LEVELS_MAX: usize = 10;
/// Where the columns stand.
pub(super) struct Layout {
    pub(super) time: usize,
    pub(super) last: usize,
    pub(super) total_volume: usize,
    pub(super) total_turnover: Option<usize>,
    pub(super) volume: Option<usize>,
    pub(super) high: Option<usize>,
    pub(super) low: Option<usize>,
    pub(super) day: Option<usize>,
    pub(super) sides: [Vec<(usize, usize)>; 2],
}

impl Layout {
    pub(super) fn of(input: &Input<'_>) -> Result<Self, DataError> {
        let t = input.table;
        let total = t.find(&["total_volume"]);
        let level = |side: &str, n: usize| {
            let price = [format!("{side}{n}"), format!("{side}_price_{n}"), format!("{side}price{n}")];
            let size = [format!("{side}{n}_size"), format!("{side}_volume_{n}"), format!("{side}volume{n}")];
            let names = |all: &[String; 3]| t.find(&[&all[0], &all[1], &all[2]]);
            Some((names(&price)?, names(&size)?))
        };
        let side = |name: &str| (1..=LEVELS_MAX).map_while(|n| level(name, n)).collect::<Vec<_>>();
        let sides = [side("bid"), side("ask")];
        for (levels, names) in sides.iter().zip([["bid1", "bid1_size"], ["ask1", "ask1_size"]]) {
            if levels.is_empty() {
                t.need(&names[..1])?;
                t.need(&names[1..])?;
            }
        }
        Ok(Self {
            time: t.need(&["time", "datetime"])?,
            last: t.need(&["last", "last_price", "lastprice"])?,
            total_volume: t.need(&["total_volume", "volume"])?,
            total_turnover: t.find(if total.is_some() { &["total_turnover"] } else { &["turnover"] }),
            volume: total.and(t.find(&["volume"])),
            high: t.find(&["high", "high_price", "highestprice"]),
            low: t.find(&["low", "low_price", "lowestprice"]),
            day: t.find(&["trading_day", "tradingday"]),
            sides,
        })
    }
}

/// What holds for all rows.
pub(super) struct Scales {
    /// Price step in units.
    pub(super) step: i64,
    /// Yuan per point.
    pub(super) multiplier: Option<i64>,
    /// First and last time.
    pub(super) seen: (i64, i64),
}

pub(super) fn scales(input: &mut Input<'_>, layout: &Layout) -> Result<Scales, DataError> {
    let t = input.table;
    let mut step = 0;
    let mut ratios = Vec::new();
    let (mut first, mut last_time) = (None, 0);
    let mut above: Option<(i64, f64)> = None;
    for row in input.rows() {
        last_time = input.time(layout.time, row, None)?;
        first.get_or_insert(last_time);
        let volume = t.int(layout.total_volume, row)?;
        if volume > 0 {
            let last = t.price(layout.last, row)?;
            step = gcd(step, last);
            for column in [layout.high, layout.low].into_iter().flatten() {
                step = if t.is_empty(column, row) { step } else { gcd(step, t.price(column, row)?) };
            }
            if let Some(column) = layout.total_turnover {
                let turnover = t.float(column, row)?;
                if let Some((v, money)) = above.filter(|(v, _)| volume > *v) {
                    ratios.push((turnover - money) / ((volume - v) as f64 * (last as f64 / SCALE as f64)));
                }
                above = Some((volume, turnover));
            }
        }
        for (price, size) in layout.sides.iter().flatten() {
            if let Some((price, _)) = t.level(*price, *size, row)? {
                step = gcd(step, price);
            }
        }
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let middle = ratios.get(ratios.len() / 2).copied().unwrap_or(0.0);
    let whole = middle.round();
    let guess = ((1.0..1e9).contains(&whole) && (middle - whole).abs() <= 0.002 * whole).then_some(whole as i64);
    let multiplier = input.wishes.multiplier.or(guess);
    Ok(Scales { step: step.max(1), multiplier, seen: (first.unwrap_or(0), last_time) })
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
