//! A simulation from its settings to the profit of every path.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use numeric::sobol::{DIMENSIONS_MAX, Sobol};
use rayon::prelude::*;

use super::book::{Book, Portfolio, Valuation};
use super::draw::{Source, combine, sequences};
use super::model::{Model, Ready};
use super::{BLOCK, GROUP, Lanes};
use crate::{RiskError, check};

/// Paths at most: their profits are kept in memory, 8 bytes each.
pub const PATHS_MAX: usize = 100_000_000;
/// Steps at most.
pub const STEPS_MAX: usize = 100_000;
/// Sobol replicates at most.
const REPLICATES_MAX: usize = 1_024;

/// How the random numbers are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampling {
    /// Independent paths.
    Random,
    /// Half of the paths mirror the other half: every normal number also with the other sign
    /// (Hammersley and Morton 1956). Not for the bootstrap, which has no mirror.
    Antithetic,
    /// Scrambled Sobol points, for [`Model::Normal`] with a rank of up to 64. The paths are
    /// divided over `replicates` independent scramblings, 8 to 1,024, whose spread gives the
    /// confidence bands; paths per replicate are best a power of two.
    Sobol {
        /// Number of scramblings; divides the number of paths.
        replicates: usize,
    },
}

/// Settings of a simulation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// Paths, 2 to [`PATHS_MAX`].
    pub paths: usize,
    /// Steps of the model to the horizon, 1 to [`STEPS_MAX`].
    pub steps: usize,
    /// Years to the horizon, by which options age; 0 leaves them as they are.
    pub years: f64,
    /// Start of the random numbers: the same seed, the same paths.
    pub seed: u64,
    /// How the random numbers are chosen.
    pub sampling: Sampling,
    /// How options are valued.
    pub valuation: Valuation,
    /// Whether the loss to first order in the factors (delta-normal), whose distribution is known,
    /// corrects the estimate: paths are weighted so that it has its exact chance in each of a few
    /// ranges. This is the control variate for a tail probability and, in the limit, the best
    /// multiple of it (Hesterberg and Nelson 1998, "Control variates for probability and quantile
    /// estimation"). For [`Model::Normal`] with [`Sampling::Random`].
    pub control: bool,
}

impl Default for Simulation {
    /// 100,000 random paths of one step, seed 0, options priced again, of the same age; no control.
    fn default() -> Self {
        Self {
            paths: 100_000,
            steps: 1,
            years: 0.0,
            seed: 0,
            sampling: Sampling::Random,
            valuation: Valuation::Full,
            control: false,
        }
    }
}

/// How far a simulation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Paths done.
    pub done: usize,
    /// All paths.
    pub total: usize,
}

/// The profit of every path.
#[derive(Clone, Debug)]
pub struct Outcome {
    profits: Vec<f64>,
    pub(super) controls: Vec<f64>,
    below_zero: usize,
    pub(super) plan: Plan,
}

/// Everything that is needed to make a path again.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) settings: Simulation,
    pub(super) model: Ready,
    pub(super) factors: usize,
    pub(super) book: Book,
    pub(super) sequences: Vec<Sobol>,
    pub(super) control: Option<Control>,
}

/// The loss to first order: normal with this mean and deviation.
#[derive(Clone, Debug)]
pub(super) struct Control {
    pub(super) mean: f64,
    pub(super) deviation: f64,
    /// Its slope in each normal number.
    slopes: Vec<f64>,
}

/// Simulates. `progress` is called after each block, from any thread; when it breaks,
/// the simulation stops.
///
/// # Errors
/// A setting outside its range, a model that does not fit the portfolio or is not a
/// distribution (covariance not positive semi-definite), profits that overflow,
/// [`RiskError::Cancelled`].
pub fn simulate(
    portfolio: &Portfolio,
    model: &Model<'_>,
    settings: &Simulation,
    progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
) -> Result<Outcome, RiskError> {
    let plan = Plan::new(portfolio, model, settings)?;
    let total = settings.paths;
    let mut profits = vec![0.0; total];
    let mut controls = vec![0.0; if plan.control.is_some() { total } else { 0 }];
    let (done, below_zero, stopped) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let mut parts: Vec<(&mut [f64], &mut [f64])> = Vec::with_capacity(total.div_ceil(BLOCK));
    let mut rest = &mut controls[..];
    for profits in profits.chunks_mut(BLOCK) {
        let (controls, after) = rest.split_at_mut(profits.len().min(rest.len()));
        parts.push((profits, controls));
        rest = after;
    }
    parts.par_iter_mut().enumerate().for_each(|(block, (profits, controls))| {
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        below_zero.fetch_add(plan.block(block, profits, controls), Ordering::Relaxed);
        let done = done.fetch_add(profits.len(), Ordering::Relaxed) + profits.len();
        if progress(Progress { done, total }).is_break() {
            stopped.store(true, Ordering::Relaxed);
        }
    });
    if stopped.into_inner() && done.into_inner() < total {
        return Err(RiskError::Cancelled);
    }
    if !profits.iter().fold(true, |all, p| all & p.is_finite()) {
        let problem = "are not finite: the moves over the horizon are too large";
        return Err(RiskError::Degenerate { argument: "profits", problem });
    }
    Ok(Outcome { profits, controls, below_zero: below_zero.into_inner(), plan })
}

impl Outcome {
    /// Profit of each path in base currency; a loss is negative.
    #[must_use]
    pub fn profits(&self) -> &[f64] {
        &self.profits
    }

    /// Paths on which some factor fell below zero, which only [`super::Growth::Arithmetic`] allows. There
    /// assets keep falling, and options are worth what they are at zero.
    #[must_use]
    pub fn below_zero(&self) -> usize {
        self.below_zero
    }
}

fn within(argument: &'static str, found: usize, range: [usize; 2], expected: &'static str) -> Result<(), RiskError> {
    if (range[0]..=range[1]).contains(&found) {
        return Ok(());
    }
    Err(RiskError::Argument { argument, found: found as f64, expected })
}

impl Plan {
    fn new(portfolio: &Portfolio, model: &Model<'_>, settings: &Simulation) -> Result<Self, RiskError> {
        let Simulation { paths, steps, years, sampling, control, .. } = *settings;
        within("paths", paths, [2, PATHS_MAX], "2 to 100,000,000")?;
        within("steps", steps, [1, STEPS_MAX], "1 to 100,000")?;
        check::not_negative("years", years)?;
        let factors = portfolio.levels().len();
        let ready = model.ready(factors, steps)?;
        let book = Book::new(portfolio, settings.valuation, years)?;
        let mismatch = |problem| RiskError::Degenerate { argument: "sampling", problem };
        let normal = matches!(model, Model::Normal { .. });
        let mut sequences_made = Vec::new();
        match (&ready, sampling) {
            (Ready::Bootstrap { .. }, Sampling::Antithetic) => {
                return Err(mismatch("a bootstrap has no antithetic paths"));
            }
            (Ready::Elliptical { root, .. }, Sampling::Sobol { replicates }) if normal => {
                within("sampling.replicates", replicates, [8, REPLICATES_MAX], "8 to 1,024")?;
                if !paths.is_multiple_of(replicates) {
                    let expected = "a multiple of the Sobol replicates";
                    return Err(RiskError::Argument { argument: "paths", found: paths as f64, expected });
                }
                let Some(made) = sequences(root, settings.seed, replicates) else {
                    let (argument, found) = ("rank of the covariance", root.rank as f64);
                    const { assert!(DIMENSIONS_MAX == 64) };
                    return Err(RiskError::Argument { argument, found, expected: "at most 64 for Sobol points" });
                };
                sequences_made = made;
            }
            (_, Sampling::Sobol { .. }) => return Err(mismatch("Sobol points are for the normal model")),
            _ => {}
        }
        let control = if control {
            let unfit = |problem| RiskError::Degenerate { argument: "control", problem };
            if sampling != Sampling::Random {
                return Err(unfit("is for random sampling"));
            }
            match &ready {
                Ready::Elliptical { mean, root, scale, degrees: None, .. } => {
                    let control = Control::new(&book.slopes, mean, root, *scale);
                    Some(control.ok_or(unfit("the portfolio has no loss to first order"))?)
                }
                _ => return Err(unfit("is for the normal model")),
            }
        } else {
            None
        };
        Ok(Self { settings: *settings, model: ready, factors, book, sequences: sequences_made, control })
    }

    /// Paths of one Sobol replicate; all of them otherwise.
    pub(super) fn per_replicate(&self) -> usize {
        self.settings.paths / self.sequences.len().max(1)
    }

    /// Replicate and point of a path.
    pub(super) fn point(&self, path: usize) -> (usize, usize) {
        (path / self.per_replicate(), path % self.per_replicate())
    }

    /// Profits (and control losses, if wanted) of one block; on how many paths a factor fell below zero.
    fn block(&self, block: usize, profits: &mut [f64], controls: &mut [f64]) -> usize {
        let mut source = Source::new(self, block);
        let mut factors = vec![[0.0; GROUP]; self.factors];
        let (mut profit, mut control): (Lanes, Lanes) = ([0.0; GROUP], [0.0; GROUP]);
        let watched = matches!(self.model, Ready::Elliptical { arithmetic: true, .. });
        let mut below_zero = 0;
        let mut control_groups = controls.chunks_mut(GROUP);
        for group in profits.chunks_mut(GROUP) {
            source.next(self, &mut factors);
            self.book.profit(&factors, &mut profit);
            group.copy_from_slice(&profit[..group.len()]);
            if let (Some(known), Some(out)) = (&self.control, control_groups.next()) {
                combine(&known.slopes, &source.normals, &mut control);
                for (out, x) in out.iter_mut().zip(&control) {
                    *out = known.mean + x;
                }
            }
            if watched {
                let fell = |lane: &usize| factors.iter().any(|factor| factor[*lane] < -1.0);
                below_zero += (0..group.len()).filter(fell).count();
            }
        }
        below_zero
    }
}

impl Control {
    /// `None` without variance.
    fn new(slopes: &[f64], mean: &[f64], root: &super::root::Root, scale: f64) -> Option<Self> {
        let mut of_normals = vec![0.0; root.rank];
        for (factor, slope) in slopes.iter().enumerate() {
            for (sum, x) in of_normals.iter_mut().zip(root.row(factor)) {
                *sum -= slope * x * scale;
            }
        }
        let deviation = of_normals.iter().map(|x| x * x).sum::<f64>().sqrt();
        let mean = -slopes.iter().zip(mean).map(|(slope, mean)| slope * mean).sum::<f64>();
        (deviation.is_finite() && deviation > 0.0).then_some(Self { mean, deviation, slopes: of_normals })
    }
}
