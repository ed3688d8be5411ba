//! Legs of the same contract as one position.

use super::{Instrument, Strategy, Style};
use crate::OptionType;

/// An option position after duplicates are added up and opposites cancelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NetOption {
    pub(super) kind: OptionType,
    pub(super) strike: f64,
    pub(super) years: f64,
    /// Shares, signed, not 0.
    pub(super) units: f64,
    /// Mean opening price per share of the legs on the side that is left.
    pub(super) premium: f64,
    /// Mean mark per share of the same legs.
    pub(super) mark: f64,
}

/// The net positions of a strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Net {
    /// Calls before puts, then by strike, then by expiry.
    pub(super) options: Vec<NetOption>,
    /// Shares, signed; 0 when there are none.
    pub(super) shares: f64,
}

/// `sum` without what is only the rounding of adding up values of size `gross`.
pub(super) fn without_rounding(sum: f64, gross: f64) -> f64 {
    if sum.abs() <= 32.0 * f64::EPSILON * gross { 0.0 } else { sum }
}

impl Strategy {
    /// Net positions; `marks` are prices per share of the legs now, as many as legs.
    pub(super) fn net(&self, marks: impl Fn(usize) -> f64) -> Net {
        let rank = |kind| u8::from(kind == OptionType::Put);
        let mut lines: Vec<_> = self.legs().iter().enumerate().collect();
        lines.sort_by(|(_, a), (_, b)| match (a.instrument, b.instrument) {
            (
                Instrument::Option { kind: k1, strike: s1, years: y1, style: e1 },
                Instrument::Option { kind: k2, strike: s2, years: y2, style: e2 },
            ) => {
                let by_style = (e1 == Style::American).cmp(&(e2 == Style::American));
                rank(k1).cmp(&rank(k2)).then(s1.total_cmp(&s2)).then(y1.total_cmp(&y2)).then(by_style)
            }
            (Instrument::Option { .. }, Instrument::Shares) => std::cmp::Ordering::Less,
            (Instrument::Shares, Instrument::Option { .. }) => std::cmp::Ordering::Greater,
            (Instrument::Shares, Instrument::Shares) => std::cmp::Ordering::Equal,
        });
        let mut net = Net::default();
        for same in lines.chunk_by(|(_, a), (_, b)| a.instrument == b.instrument) {
            let gross: f64 = same.iter().map(|(_, leg)| leg.units().abs()).sum();
            let units = without_rounding(same.iter().map(|(_, leg)| leg.units()).sum(), gross);
            let Some((_, first)) = same.first() else { continue };
            let mean = |price: &dyn Fn(usize) -> f64| {
                let side = || same.iter().filter(|(_, leg)| leg.units() * units > 0.0);
                let weight: f64 = side().map(|(_, leg)| leg.units()).sum();
                side().map(|(at, leg)| leg.units() / weight * price(*at)).sum::<f64>()
            };
            match first.instrument {
                Instrument::Shares => net.shares = units,
                Instrument::Option { .. } if units == 0.0 => {}
                Instrument::Option { kind, strike, years, .. } => {
                    let premium = mean(&|at| self.legs().get(at).map_or(0.0, |leg| leg.premium));
                    net.options.push(NetOption { kind, strike, years, units, premium, mark: mean(&marks) });
                }
            }
        }
        net
    }
}
