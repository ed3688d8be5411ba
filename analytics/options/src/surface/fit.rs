//! From a chain of quotes to a surface: rules, forwards, volatilities, smiles in order of expiry.

use super::exercise::de_americanise;
use super::points::{Candidate, Point, out_of_the_money, point, weigh};
use super::{Slice, Surface, SurfaceError};
use crate::OptionError;
use crate::chain::parity::{self, Forward, Pair, median};
use crate::chain::rules::{Rule, Rules, count};
use crate::chain::{Fate, Market, Quote, Style};
use crate::error::{finite, positive};
use crate::svi::Svi;
use crate::svi::arbitrage::{Violations, check};
use crate::svi::calibrate::{Calibrated, Neighbours, Target, calibrate, free};

/// A surface and how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The surface, free of butterfly and calendar arbitrage at its expiries, at every strike.
    pub surface: Surface,
    /// One for each expiry of the surface, in the same order.
    pub smiles: Vec<Smile>,
    /// What became of each quote, in the order of the chain.
    pub fates: Vec<Fate>,
    /// Expiries of the chain that the surface does not have, with the rule that left them out (the one
    /// that dropped the last of their quotes).
    pub expiries_dropped: Vec<(f64, Rule)>,
}

/// The fit of one expiry.
#[derive(Clone, Debug, PartialEq)]
pub struct Smile {
    /// Forward and discount factor.
    pub forward: Forward,
    /// The smile, with and without the constraints.
    pub calibrated: Calibrated,
    /// The quotes it was fitted to, ascending by strike.
    pub points: Vec<Point>,
    /// Violations of the smile fitted without constraints, against the one before fitted without.
    pub before: Violations,
    /// Violations of the smile, against the one before: none.
    pub after: Violations,
}

/// Fits a surface to a chain.
///
/// Quotes are judged by `rules`; of calls and puts of a strike the one out of the money is used. Forward and
/// discount factor of an expiry come from parity ([`parity::imply`]) unless the market says. Expiries are fitted from
/// the last to the first, each free of butterfly arbitrage and nowhere above the next.
///
/// American quotes are made European first: forwards from pairs near the money, where the premiums of early exercise are
/// least; by these forwards the premium of every quote ([`crate::american::de_americanise`]), which is taken off; then
/// both once more. Yields are continuous: where cash dividends are large, the premiums of calls are not
/// quite theirs. Give a rate: without one the first forwards take it from quotes that still have their premiums.
///
/// # Errors
/// [`SurfaceError::Argument`] names the part of `market` or `rules` that is not a number or outside its
/// domain; [`SurfaceError::NoQuotes`] and [`SurfaceError::NoExpiry`] when nothing can be fitted. A quote is never
/// an error: its fate says what is wrong with it.
pub fn fit(chain: &[Quote], market: &Market, rules: &Rules) -> Result<Fitted, SurfaceError> {
    validate(market, rules)?;
    if chain.is_empty() {
        return Err(SurfaceError::NoQuotes);
    }
    let mut dropped: Vec<Option<Rule>> = rules.apply(chain);
    let mut expiries = group(chain, &dropped);
    let mut forwards = parity::imply(&pairs(&expiries, market), market.style, market.rate);
    // The premiums need the forwards and the other way round: the first forwards are a little off, the second hardly.
    let rounds = if market.style == Style::American { 2 } else { 0 };
    for _ in 0..rounds {
        let mut drops = Vec::new();
        for ((_, candidates), forward) in expiries.iter_mut().zip(&forwards) {
            if let Ok(forward) = forward {
                de_americanise(candidates, forward, market, &mut drops);
            }
        }
        for (quote, rule) in drops {
            dropped[quote] = Some(rule);
        }
        forwards = parity::imply(&pairs(&expiries, market), market.style, market.rate);
    }
    let mut ready: Vec<(Forward, Vec<Point>)> = Vec::new();
    for ((years, candidates), forward) in expiries.iter().zip(forwards) {
        let mut drops = Vec::new();
        let points = forward.and_then(|forward| points(candidates, chain, rules, &forward, &mut drops));
        for (quote, rule) in drops {
            dropped[quote] = Some(rule);
        }
        match (forward, points) {
            (Ok(forward), Ok(points)) => ready.push((forward, points)),
            (Err(rule), _) | (_, Err(rule)) => {
                let left = chain.iter().zip(&mut dropped).filter(|(q, fate)| q.years == *years && fate.is_none());
                left.for_each(|(_, fate)| *fate = Some(rule));
            }
        }
    }
    let fates: Vec<Fate> = dropped.into_iter().map(|rule| rule.map_or(Fate::Used, Fate::Dropped)).collect();
    if ready.is_empty() {
        return Err(SurfaceError::NoExpiry { quotes: chain.len(), dropped: count(&fates) });
    }
    let smiles = smiles(ready)?;
    let slice = |smile: &Smile| Slice {
        years: smile.forward.years,
        forward: smile.forward.forward,
        discount: smile.forward.discount,
        smile: smile.calibrated.smile,
    };
    let surface = Surface::new(smiles.iter().map(slice).collect(), market.spot)?;
    let expiries_dropped = without(chain, &fates, &surface);
    Ok(Fitted { surface, smiles, fates, expiries_dropped })
}

fn validate(market: &Market, rules: &Rules) -> Result<(), OptionError> {
    if let Some(spot) = market.spot {
        positive("spot", spot)?;
    }
    if let Some(rate) = market.rate {
        finite("rate", rate)?;
    }
    for (years, forward) in &market.forwards {
        finite("years", *years)?;
        positive("forward", *forward)?;
    }
    let thresholds = [
        ("years_min", rules.years_min),
        ("age_seconds_max", rules.age_seconds_max),
        ("spread_max", rules.spread_max),
        ("spread_share_max", rules.spread_share_max),
        ("spread_always_fine", rules.spread_always_fine),
        ("open_interest_min", rules.open_interest_min),
        ("outlier", rules.outlier),
    ];
    for (argument, found) in thresholds {
        if found.is_nan() || found < 0.0 {
            return Err(OptionError::Argument {
                argument,
                found,
                expected: "a number, 0 or more (infinity: no limit)",
            });
        }
    }
    Ok(())
}

/// The good quotes of each expiry by strike, calls before puts; expiries in order of time.
fn group(chain: &[Quote], dropped: &[Option<Rule>]) -> Vec<(f64, Vec<Candidate>)> {
    let mut places: Vec<usize> = (0..chain.len()).filter(|&i| dropped[i].is_none()).collect();
    let order = |i: usize| (chain[i].years, chain[i].strike, -chain[i].kind.sign());
    places.sort_by(|&i, &j| {
        let ((t, k, c), (u, l, d)) = (order(i), order(j));
        t.total_cmp(&u).then(k.total_cmp(&l)).then(c.total_cmp(&d))
    });
    let mut expiries: Vec<(f64, Vec<Candidate>)> = Vec::new();
    for (i, candidate) in places.into_iter().filter_map(|i| Some((i, Candidate::of(i, &chain[i])?))) {
        match expiries.last_mut() {
            Some((years, candidates)) if *years == chain[i].years => candidates.push(candidate),
            _ => expiries.push((chain[i].years, vec![candidate])),
        }
    }
    expiries
}

fn pairs(expiries: &[(f64, Vec<Candidate>)], market: &Market) -> Vec<parity::Expiry> {
    let one = |(years, candidates): &(f64, Vec<Candidate>)| {
        let twins = candidates.windows(2).filter(|pair| pair[0].strike == pair[1].strike);
        let pair = |pair: &[Candidate]| {
            let [call, put] = [&pair[0], &pair[1]];
            let half = [0.5 * (call.ask - call.bid), 0.5 * (put.ask - put.bid)];
            // Locked quotes: as good as a hundredth of a basis point of the strike.
            let least = 1e-6 * call.strike;
            let error = (half[0] * half[0] + half[1] * half[1] + least * least).sqrt();
            Pair { strike: call.strike, call: call.european_mid(), put: put.european_mid(), error }
        };
        let known = market.forwards.iter().find(|(at, _)| at == years).map(|(_, forward)| *forward);
        parity::Expiry { years: *years, pairs: twins.map(pair).collect(), forward: known }
    };
    expiries.iter().map(one).collect()
}

/// The points of one expiry, or the rule that leaves it without a smile.
fn points(
    candidates: &[Candidate],
    chain: &[Quote],
    rules: &Rules,
    forward: &Forward,
    drops: &mut Vec<(usize, Rule)>,
) -> Result<Vec<Point>, Rule> {
    let strikes_min = if rules.strikes_min > 3 { rules.strikes_min } else { 3 };
    let mut points = Vec::new();
    for candidate in candidates {
        match point(candidate, forward) {
            Ok(point) => points.push(point),
            Err(rule) => drops.push((candidate.quote, rule)),
        }
    }
    let mut points = out_of_the_money(points, drops);
    // A few rounds: a wild quote hides lesser ones.
    for round in 0..=5 {
        if points.len() < strikes_min {
            return Err(Rule::TooFewStrikes);
        }
        weigh(&mut points, chain, forward.years);
        if round == 5 {
            break;
        }
        let smile = free(&targets(&points), forward.years);
        let wild = outliers(&points, &smile, forward.years, rules.outlier);
        if wild.is_empty() {
            break;
        }
        points.retain(|p| !wild.contains(&p.quote));
        drops.extend(wild.into_iter().map(|quote| (quote, Rule::Outlier)));
    }
    Ok(points)
}

/// The smiles, fitted from the last expiry to the first, each below the next.
fn smiles(mut ready: Vec<(Forward, Vec<Point>)>) -> Result<Vec<Smile>, OptionError> {
    let slopes: Vec<[f64; 2]> =
        ready.iter().map(|(at, points)| free(&targets(points), at.years).wing_slopes()).collect();
    let mut smiles: Vec<Smile> = Vec::new();
    while let Some((forward, mut points)) = ready.pop() {
        let next = smiles.last().map(|next| next.calibrated.smile);
        let floors: Vec<Target> =
            ready.iter().flat_map(|(at, points)| floors(points, at.years, forward.years)).collect();
        let tolerance = median(points.iter().map(Point::half_spread).filter(|half| half.is_finite()).collect());
        let neighbours = Neighbours {
            next: next.as_ref(),
            floors: &floors,
            slopes: &slopes[..ready.len()],
            tolerance: if tolerance > 0.0 { tolerance } else { 0.0 },
        };
        let calibrated = calibrate(&targets(&points), forward.years, &neighbours)?;
        for point in &mut points {
            point.fitted_volatility = (calibrated.smile.total_variance(point.k) / forward.years).sqrt();
        }
        let none = Violations::default();
        smiles.push(Smile { forward, calibrated, points, before: none, after: none });
    }
    smiles.reverse();
    let mut last: Option<Calibrated> = None;
    for smile in &mut smiles {
        let now = smile.calibrated;
        smile.before = check(&now.free, last.as_ref().map(|last| &last.free));
        smile.after = check(&now.smile, last.as_ref().map(|last| &last.smile));
        last = Some(now);
    }
    Ok(smiles)
}

fn targets(points: &[Point]) -> Vec<Target> {
    points.iter().map(|p| Target { k: p.k, volatility: p.mid_volatility, weight: p.weight }).collect()
}

/// The total variance of quotes at `years` as volatilities at the later time `until`.
fn floors(points: &[Point], years: f64, until: f64) -> Vec<Target> {
    let mut floors = targets(points);
    floors.iter_mut().for_each(|floor| floor.volatility *= (years / until).sqrt());
    floors
}

/// Places of the quotes far from the smile: beyond `limit` times the median distance, half of their own spread and a
/// quarter of a point. Only the worst and those at least half as far are named; the others may look better without them.
fn outliers(points: &[Point], smile: &Svi, years: f64, limit: f64) -> Vec<usize> {
    let distance = |p: &Point| ((smile.total_variance(p.k) / years).sqrt() - p.mid_volatility).abs();
    let typical = median(points.iter().map(distance).collect());
    let far: Vec<&Point> = points
        .iter()
        .filter(|p| distance(p) > limit * typical && distance(p) > p.half_spread() && distance(p) > 0.0025)
        .collect();
    let worst = far.iter().map(|p| distance(p)).fold(0.0, |worst, d| if d > worst { d } else { worst });
    far.into_iter().filter(|p| distance(p) >= 0.5 * worst).map(|p| p.quote).collect()
}

/// The expiries of the chain that the surface does not have.
fn without(chain: &[Quote], fates: &[Fate], surface: &Surface) -> Vec<(f64, Rule)> {
    let mut found: Vec<(f64, Rule)> = Vec::new();
    for (quote, fate) in chain.iter().zip(fates) {
        let Fate::Dropped(rule) = *fate else { continue };
        if surface.slices().iter().any(|slice| slice.years == quote.years) || !quote.years.is_finite() {
            continue;
        }
        match found.iter_mut().find(|(years, _)| *years == quote.years) {
            Some((_, last)) => *last = (*last).max(rule),
            None => found.push((quote.years, rule)),
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}
