//! What a sweep found: ranking, neighbours, heat map, deflated Sharpe ratio.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use engine_core::registry::Registry;
use engine_report::sweep::{Cell, Deflated, HeatMap, Parameter, SweepCounts, SweepReport};
use risk::deflated::{Estimate, expected_best_sharpe};
use risk::{moments, ratios};

use super::axis::Source;
use super::cell::{CellOutcome, Cells};
use super::figures::{LESS_IS_BETTER, NAMES};
use super::spec::Mode;
use super::value::Scalar;
use super::{Sweep, border};

/// Cells without a result that a report names.
const NOT_RUN_MAX: usize = 50;
/// Most columns or rows of a heat map; more values are put together.
const HEAT_MAX: usize = 50;

impl Sweep {
    /// The cells that ran and have the ranking figure, the best first.
    #[must_use]
    pub fn ranking(&self) -> Vec<usize> {
        let mut cells: Vec<(f64, usize)> = self.metrics().map(|(cell, x)| (x, cell)).collect();
        cells.sort_by(|a, b| self.better(a.0, b.0).then(a.1.cmp(&b.1)));
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    fn better(&self, a: f64, b: f64) -> Ordering {
        if self.less_is_better() { a.total_cmp(&b) } else { b.total_cmp(&a) }
    }

    fn less_is_better(&self) -> bool {
        LESS_IS_BETTER.contains(&NAMES[self.spec.rank])
    }

    /// Cells with the ranking figure.
    fn metrics(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.outcomes.iter().enumerate().filter_map(|(cell, outcome)| match outcome {
            Some(CellOutcome::Done { figures, .. }) => figures.at(self.spec.rank).map(|x| (cell, x)),
            _ => None,
        })
    }

    /// Sums up. The best cells are run again, for their digests, and to see that they
    /// give the same result.
    #[must_use]
    pub fn report(&mut self, registry: &Registry, top: usize) -> SweepReport {
        let ranking = self.ranking();
        let best: Vec<usize> = ranking.iter().copied().take(top.max(1)).collect();
        let mut warnings: Vec<String> = self.base.notes.iter().filter(|n| !n.starts_with("[sweep]")).cloned().collect();
        warnings.extend(self.input.warnings.iter().cloned());
        let deflated = self.confirm(registry, &best, &mut warnings);
        let neighbours = best.first().map_or(Vec::new(), |cell| self.plan.neighbours(&self.spec, *cell));
        let ran = |cell: &usize| matches!(self.outcomes[*cell], Some(CellOutcome::Done { .. }));
        let counts = self.counts();
        if counts.failed > 0 {
            warnings.push(format!("{} cells failed: no figure of theirs is counted", counts.failed));
        }
        if let Mode::Random { samples, .. } = self.spec.mode
            && (self.plan.len() as u64) < samples
        {
            warnings.push(format!(
                "only {} of {samples} draws: the constraints exclude too many, or there are no more values",
                self.plan.len()
            ));
        }
        let usage = self.columns();
        let mut columns = format!(
            "{} distinct, {:.0} MB; limit {} MB",
            usage.distinct,
            usage.bytes_most as f64 / 1e6,
            self.spec.memory_mb
        );
        if usage.refilled > 0 {
            columns += &format!(", {} filled again", usage.refilled);
        }
        let (assumptions, provenance) = (
            crate::backtest::assumptions(&self.base, &self.input),
            crate::backtest::provenance(&self.config, &self.input),
        );
        SweepReport {
            name: self.name().to_owned(),
            mode: match self.spec.mode {
                Mode::Grid => "grid".to_owned(),
                Mode::Random { samples, seed } => format!("random, {samples} draws, seed {seed}"),
            },
            parameters: self.spec.axes.iter().map(parameter).collect(),
            constraints: self.spec.constraints.iter().map(|c| c.text().to_owned()).collect(),
            counts: SweepCounts {
                combinations: u64::try_from(counts.combinations).unwrap_or(u64::MAX),
                excluded: counts.excluded,
                cells: counts.cells as u64,
                done: counts.done as u64,
                invalid: counts.invalid as u64,
                failed: counts.failed as u64,
                pending: counts.pending as u64,
            },
            figures: NAMES.iter().map(|n| (*n).to_owned()).collect(),
            rank: self.spec.rank,
            less_is_better: self.less_is_better(),
            top: best.iter().take(top).map(|cell| self.cell(*cell)).collect(),
            metric: self.metrics().map(|(_, x)| x).collect(),
            heat_map: self.heat_map(best.first().copied()),
            neighbours: neighbours.iter().filter(|c| ran(c)).map(|cell| self.cell(*cell)).collect(),
            deflated,
            not_run: self.not_run(),
            columns,
            threads: self.threads,
            seconds: self.seconds,
            ran: self.ran as u64,
            bars: self.bars(),
            digest: self.digest(),
            warnings,
            assumptions,
            provenance,
        }
    }

    /// Runs the best cells again; fills in their digests and what the deflated Sharpe
    /// ratio needs of the first.
    fn confirm(&mut self, registry: &Registry, best: &[usize], warnings: &mut Vec<String>) -> Deflated {
        let mut deflated = self.trials();
        let mut outcomes = std::mem::take(&mut self.outcomes);
        let shared = self.shared(registry);
        let mut cells = Cells::new(&shared);
        for (place, cell) in best.iter().copied().enumerate() {
            let Some(Some(CellOutcome::Done { result, digest, .. })) = outcomes.get_mut(cell) else { continue };
            if place > 0 && digest.is_some() {
                continue;
            }
            match border::guard(|| cells.play(cell)) {
                Ok(Ok((run, _, again))) => {
                    let found = engine_core::digest::digest(&run);
                    if again != *result || digest.as_ref().is_some_and(|d| *d != found) {
                        warnings.push(format!(
                            "cell {cell} gave another result when it was run again: the strategy is not deterministic"
                        ));
                    }
                    *digest = Some(found);
                    if place == 0 {
                        deflate(&mut deflated, &run.equity);
                    }
                }
                _ => warnings.push(format!("cell {cell} did not run to its end when it was run again")),
            }
        }
        drop(cells);
        drop(shared);
        self.outcomes = outcomes;
        deflated
    }

    /// Number of trials and the variance of their Sharpe ratios per period.
    fn trials(&self) -> Deflated {
        let periods_per_year = engine_report::periods_per_year(&self.times());
        let year = periods_per_year.sqrt();
        let done = self.outcomes.iter().flatten().filter_map(|o| match o {
            CellOutcome::Done { figures, .. } => Some(figures),
            _ => None,
        });
        let trials = done.clone().count() as u64;
        let ratios: Vec<f64> = done.filter_map(|f| f.get("sharpe")).map(|s| s / year).collect();
        let variance = moments::deviation(&ratios).map(|d| d * d);
        Deflated { trials, variance, periods_per_year, ..Deflated::default() }
    }

    /// The instants that figures are annualised by: those of the run.
    fn times(&self) -> Vec<i64> {
        let mut times: Vec<i64> =
            self.input.feed.series().iter().flat_map(|s| s.bars.columns().close_time.iter().copied()).collect();
        times.sort_unstable();
        times.dedup();
        times.retain(|t| *t >= self.input.begin.nanos());
        times
    }

    fn cell(&self, number: usize) -> Cell {
        let (figures, digest) = match &self.outcomes[number] {
            Some(CellOutcome::Done { figures, digest, .. }) => {
                ((0..NAMES.len()).map(|i| figures.at(i)).collect(), digest.clone())
            }
            _ => (vec![None; NAMES.len()], None),
        };
        let values = self.values(number).iter().map(ToString::to_string).collect();
        Cell { number, values, figures, digest }
    }

    /// Failed cells first.
    fn not_run(&self) -> Vec<(String, String)> {
        let of = |failed: bool| {
            self.outcomes.iter().enumerate().filter_map(move |(cell, outcome)| match outcome {
                Some(CellOutcome::Failed(reason)) if failed => Some((cell, reason)),
                Some(CellOutcome::Invalid(reason)) if !failed => Some((cell, reason)),
                _ => None,
            })
        };
        let named = |(cell, reason): (usize, &String)| {
            let values = self.values(cell);
            let pairs = self.spec.axes.iter().zip(values).map(|(a, v)| format!("{} {v}", a.name));
            (pairs.collect::<Vec<_>>().join(", "), reason.clone())
        };
        of(true).chain(of(false)).take(NOT_RUN_MAX).map(named).collect()
    }

    /// The two parameters that were chosen, or that explain most of the ranking figure.
    fn heat_map(&self, best: Option<usize>) -> Option<HeatMap> {
        let cells: Vec<(Vec<Scalar>, f64, usize)> =
            self.metrics().map(|(cell, x)| (self.values(cell), x, cell)).collect();
        if cells.is_empty() {
            return None;
        }
        let axes = &self.spec.axes;
        let groups: Vec<Groups> = (0..axes.len()).map(|axis| Groups::of(&cells, axis)).collect();
        let mut order: Vec<(f64, usize)> = (0..axes.len())
            .filter(|axis| groups[*axis].labels.len() > 1)
            .map(|axis| (explained(&cells, &groups[axis]), axis))
            .collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let (x, y, chosen) = match (self.spec.heat_map, order.as_slice()) {
            (Some((x, y)), _) => (x, Some(y), "Parameters as chosen in [sweep] heat_map.".to_owned()),
            (None, []) => return None,
            (None, [(_, x)]) => (*x, None, String::new()),
            (None, [(_, a), (_, b)]) => (*a.min(b), Some(*a.max(b)), String::new()),
            (None, [(p, a), (q, b), ..]) => {
                let text = format!(
                    "The two parameters that explain most of the figure alone: {} {:.0}%, {} {:.0}%.",
                    axes[*a].name,
                    p * 100.0,
                    axes[*b].name,
                    q * 100.0
                );
                (*a, Some(*b), text)
            }
        };
        let (columns, rows) = (&groups[x].labels, y.map_or(1, |y| groups[y].labels.len()));
        let mut values: Vec<Vec<f64>> = vec![Vec::new(); columns.len() * rows];
        let mut mark = None;
        for (i, (_, metric, cell)) in cells.iter().enumerate() {
            let at = y.map_or(0, |y| groups[y].of_cell[i]) * columns.len() + groups[x].of_cell[i];
            values[at].push(*metric);
            if Some(*cell) == best {
                mark = Some(at);
            }
        }
        let best_of = |v: &Vec<f64>| v.iter().copied().reduce(|a, b| if self.better(a, b).is_le() { a } else { b });
        Some(HeatMap {
            x: axes[x].name.clone(),
            y: y.map_or(String::new(), |y| axes[y].name.clone()),
            columns: columns.clone(),
            rows: y.map_or(Vec::new(), |y| groups[y].labels.clone()),
            best: values.iter().map(best_of).collect(),
            median: values.iter().map(|v| moments::quantile(v, 0.5)).collect(),
            mark,
            chosen,
        })
    }
}

fn deflate(deflated: &mut Deflated, equity: &[f64]) {
    let Some(returns) = ratios::returns(equity) else { return };
    deflated.observations = returns.len() as u64;
    deflated.sharpe = ratios::sharpe(&returns, 1.0, 0.0);
    deflated.skew = moments::skew(&returns);
    deflated.kurtosis = moments::excess_kurtosis(&returns).map(|k| k + 3.0);
    let Some(variance) = deflated.variance else { return };
    deflated.threshold = expected_best_sharpe(deflated.trials, variance);
    if let (Some(sharpe), Some(skew), Some(kurtosis)) = (deflated.sharpe, deflated.skew, deflated.kurtosis) {
        let estimate = Estimate { sharpe, periods: returns.len(), skew, kurtosis };
        deflated.ratio = estimate.deflated(deflated.trials, variance);
    }
}

/// The cells by the values of one parameter, in the order of the values; many
/// numbers are put into intervals of one width.
struct Groups {
    labels: Vec<String>,
    /// Group of each cell.
    of_cell: Vec<usize>,
}

impl Groups {
    fn of(cells: &[(Vec<Scalar>, f64, usize)], axis: usize) -> Self {
        let numbers: Option<Vec<f64>> = cells.iter().map(|(v, ..)| v[axis].number()).collect();
        let Some(numbers) = numbers else {
            let words: Vec<String> = cells.iter().map(|(v, ..)| v[axis].to_string()).collect();
            let mut labels: Vec<String> = Vec::new();
            for word in &words {
                if !labels.contains(word) {
                    labels.push(word.clone());
                }
            }
            let of_cell = words.iter().map(|w| labels.iter().position(|l| l == w).unwrap_or(0)).collect();
            return Self { labels, of_cell };
        };
        let mut distinct: BTreeMap<u64, (f64, String)> = BTreeMap::new();
        for ((v, ..), x) in cells.iter().zip(&numbers) {
            // Bits in the order of the numbers.
            let bits = x.to_bits();
            let key = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
            distinct.entry(key).or_insert_with(|| (*x, v[axis].to_string()));
        }
        let sorted: Vec<(f64, String)> = distinct.into_values().collect();
        if sorted.len() <= HEAT_MAX {
            let of_cell = numbers.iter().map(|x| sorted.partition_point(|(s, _)| s < x)).collect();
            return Self { labels: sorted.into_iter().map(|(_, l)| l).collect(), of_cell };
        }
        let (low, high) = (sorted[0].0, sorted[sorted.len() - 1].0);
        let bins = HEAT_MAX / 2;
        let width = (high - low) / bins as f64;
        let of_cell = numbers.iter().map(|x| (((x - low) / width) as usize).min(bins - 1)).collect();
        let label = |i: usize| format!("{:.4}", low + (i as f64 + 0.5) * width);
        let tidy = |text: String| text.trim_end_matches('0').trim_end_matches('.').to_owned();
        Self { labels: (0..bins).map(|i| tidy(label(i))).collect(), of_cell }
    }
}

/// Share of the variance of the ranking figure between the groups.
fn explained(cells: &[(Vec<Scalar>, f64, usize)], groups: &Groups) -> f64 {
    let mean = cells.iter().map(|(_, x, _)| x).sum::<f64>() / cells.len() as f64;
    let total: f64 = cells.iter().map(|(_, x, _)| (x - mean) * (x - mean)).sum();
    let mut sums = vec![(0.0, 0.0); groups.labels.len()];
    for ((_, x, _), group) in cells.iter().zip(&groups.of_cell) {
        sums[*group].0 += x;
        sums[*group].1 += 1.0;
    }
    let between: f64 = sums
        .iter()
        .filter(|(_, n)| *n > 0.0)
        .map(|(sum, n)| {
            let off = sum / n - mean;
            n * off * off
        })
        .sum();
    if total > 0.0 { between / total } else { 0.0 }
}

fn parameter(axis: &super::Axis) -> Parameter {
    let scale = |log: bool| if log { ", drawn by logarithm" } else { ", drawn" };
    let values = match &axis.source {
        Source::Whole { from, to, log } => format!("{from} to {to}{}", scale(*log)),
        Source::Range { from, to, log } => format!("{from} to {to}{}", scale(*log)),
        Source::List(values) if values.len() <= 8 => {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        Source::List(values) => {
            let last = values.last().map_or(String::new(), ToString::to_string);
            format!("{}, {}, {} ... {last} ({} values)", values[0], values[1], values[2], values.len())
        }
    };
    Parameter { name: axis.name.clone(), path: axis.path.clone(), values }
}
