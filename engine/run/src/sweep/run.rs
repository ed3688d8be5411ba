//! The threads of a sweep, and how far they are.
//!
//! Each thread of a rayon pool takes the next cell and keeps its own buffers; outcomes go back in
//! batches, and where they belong is their number, so that nothing depends on who
//! was first.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use engine_core::registry::Registry;

use super::cell::{CellOutcome, Cells, Shared};
use super::folder::SweepFolder;
use super::{Sweep, border, table};
use crate::error::RunFailure;

/// Most threads.
pub const THREADS_MAX: usize = 1_024;
/// How often results go from a thread to the sweep, and the sweep tells how far it is.
const BEAT: Duration = Duration::from_millis(50);
/// Time between two writings of partial results, at least.
const KEEP_EVERY: Duration = Duration::from_secs(30);

/// How far a sweep is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SweepProgress {
    /// Cells that have an outcome.
    pub done: usize,
    /// All cells.
    pub cells: usize,
    /// Of those done: invalid or failed.
    pub not_run: usize,
    /// Cells done per second since this start.
    pub rate: f64,
    /// Seconds left at that rate, when it is known.
    pub left: Option<f64>,
}

impl Sweep {
    /// Runs the cells that have no outcome yet. `stop` ends it after the cells that
    /// are being run; `folder` keeps partial results now and then.
    ///
    /// # Errors
    /// Partial results that cannot be written, or threads that cannot be had.
    pub fn run(
        &mut self,
        registry: &Registry,
        threads: usize,
        stop: &AtomicBool,
        folder: Option<&SweepFolder>,
        watch: &mut dyn FnMut(&SweepProgress),
    ) -> Result<(), RunFailure> {
        let pending: Vec<usize> = (0..self.outcomes.len()).filter(|i| self.outcomes[*i].is_none()).collect();
        let threads = threads.clamp(1, THREADS_MAX).min(pending.len().max(1));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("sweep-{i}"))
            .build()
            .map_err(|e| RunFailure::Threads(threads, e.to_string()))?;
        let mut outcomes = std::mem::take(&mut self.outcomes);
        let already = outcomes.len() - pending.len();
        let whole = self.hashes_all();
        let mut far = SweepProgress { cells: outcomes.len(), ..SweepProgress::default() };
        outcomes.iter().flatten().for_each(|outcome| far.add(outcome));
        let shared = self.shared(registry);
        let next = AtomicUsize::new(0);
        let began = Instant::now();
        let mut kept = Instant::now();
        let mut pause = KEEP_EVERY;
        let mut written = Ok(());
        pool.in_place_scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..threads {
                let (sender, shared, pending, next) = (sender.clone(), &shared, &pending, &next);
                scope.spawn(move |_| work(shared, pending, next, stop, whole, &sender));
            }
            drop(sender);
            loop {
                let batch = receiver.recv_timeout(BEAT);
                match batch {
                    Ok(batch) => {
                        for (cell, outcome) in batch {
                            far.add(&outcome);
                            outcomes[cell] = Some(outcome);
                        }
                    }
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => {}
                }
                watch(&far.after(already, began.elapsed().as_secs_f64()));
                if let Some(folder) = folder
                    && kept.elapsed() > pause
                    && written.is_ok()
                {
                    let start = Instant::now();
                    written = folder.keep(&table::of(&self.spec, &self.plan, &outcomes));
                    kept = Instant::now();
                    // Writing takes at most a twentieth of the time.
                    pause = KEEP_EVERY.max(start.elapsed() * 20);
                }
            }
        });
        drop(shared);
        self.threads = threads;
        self.seconds += began.elapsed().as_secs_f64();
        self.ran += far.done - already;
        watch(&far.after(already, began.elapsed().as_secs_f64()));
        self.outcomes = outcomes;
        written
    }
}

/// One thread: takes the next cell until there is none.
fn work(
    shared: &Shared<'_>,
    pending: &[usize],
    next: &AtomicUsize,
    stop: &AtomicBool,
    whole: bool,
    sender: &mpsc::Sender<Vec<(usize, CellOutcome)>>,
) {
    let mut cells = Cells::new(shared);
    let mut batch = Vec::new();
    let mut sent = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        let Some(cell) = pending.get(next.fetch_add(1, Ordering::Relaxed)).copied() else { break };
        let outcome = border::guard(|| cells.run(cell, whole)).unwrap_or_else(CellOutcome::Failed);
        batch.push((cell, outcome));
        if sent.elapsed() > BEAT {
            // The receiver outlives the threads.
            let _ = sender.send(std::mem::take(&mut batch));
            sent = Instant::now();
        }
    }
    let _ = sender.send(batch);
}

impl SweepProgress {
    fn add(&mut self, outcome: &CellOutcome) {
        self.done += 1;
        self.not_run += usize::from(!matches!(outcome, CellOutcome::Done { .. }));
    }

    fn after(&mut self, already: usize, seconds: f64) -> Self {
        self.rate = if seconds > 0.0 { (self.done - already) as f64 / seconds } else { 0.0 };
        self.left = (self.rate > 0.0).then(|| (self.cells - self.done) as f64 / self.rate);
        *self
    }
}
