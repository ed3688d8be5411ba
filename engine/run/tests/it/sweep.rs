//! Sweeps: the same for any number of threads, each cell a backtest of its own,
//! stopped and resumed, failing cells, draws, limits.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::parameters;
use engine_core::registry::{Plugin, Registry};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::{Intent, Signal};
use engine_data::run_tables::{Column, read_parquet};
use engine_run::sweep::{CellOutcome, Consent, Sweep, SweepFolder, figures};
use engine_run::{Config, RunFailure};

use crate::support::{BASE, changed, folder, run};

const GRID: &str = "[sweep]\nfast = [5, 12, 30]\nslow = { from = 20, to = 40, step = 10 }\n";

fn sweep_of(base: &str, section: &str, registry: &Registry) -> Result<Sweep, String> {
    let place = folder("../../configs");
    let prefix = format!("{}/", place.display());
    let shown = |e: String| e.replace(&prefix, "");
    let text = format!("{base}{section}");
    let config = Config::parse(&place.join("run.toml"), text, &[], registry).map_err(|e| shown(e.to_string()))?;
    Sweep::prepare(config, registry, Consent::default()).map_err(|e: RunFailure| shown(e.to_string()))
}

fn prepared(section: &str) -> Sweep {
    sweep_of(BASE, section, &strategies::registry()).expect("a valid sweep")
}

fn run_all(sweep: &mut Sweep, threads: usize) -> String {
    let stop = AtomicBool::new(false);
    sweep.run(&strategies::registry(), threads, &stop, None, &mut |_| {}).expect("runs");
    sweep.digest().expect("complete")
}

/// Figures, result and digest of a cell that ran.
fn done(sweep: &Sweep, cell: usize) -> (figures::Figures, String, Option<String>) {
    match &sweep.outcomes()[cell] {
        Some(CellOutcome::Done { figures, result, digest }) => (*figures, result.clone(), digest.clone()),
        other => unreachable!("cell {cell}: {other:?}"),
    }
}

#[test]
fn any_number_of_threads_gives_the_same_digest() {
    let digests: Vec<String> = [1, 2, 5].map(|threads| run_all(&mut prepared(GRID), threads)).into();
    assert_eq!((&digests[0], &digests[0]), (&digests[1], &digests[2]));
    let other = run_all(&mut prepared(&GRID.replace("30]", "31]")), 2);
    assert_ne!(digests[0], other);
}

#[test]
fn invalid_combinations_are_reported_and_not_counted() {
    let mut sweep = prepared(GRID);
    run_all(&mut sweep, 2);
    let counts = sweep.counts();
    assert_eq!((counts.cells, counts.done, counts.invalid, counts.failed, counts.pending), (9, 7, 2, 0, 0));
    let reason = sweep.outcomes().iter().flatten().find_map(|o| match o {
        CellOutcome::Invalid(reason) => Some(reason.as_str()),
        _ => None,
    });
    assert_eq!(reason, Some("[strategy] fast: is 30, expected less than slow, which is 20"));
    let report = sweep.report(&strategies::registry(), 3);
    assert_eq!((report.deflated.trials, report.counts.invalid, report.not_run.len()), (7, 2, 2));

    let mut sweep = prepared(&format!("{GRID}constraint = \"fast < slow\"\n"));
    run_all(&mut sweep, 1);
    let counts = sweep.counts();
    assert_eq!((counts.combinations, counts.excluded, counts.cells, counts.invalid), (9, 2, 7, 0));
}

#[test]
fn each_cell_is_a_backtest_of_its_own() {
    let section = r#"[[exit]]
kind = "stop"
value = 3.0
[sweep]
fast = [5, 12]
signal = [9, 20]
seeding = ["first", "sma"]
"sizing.kind" = ["all_in", "percent"]
"exit.0.value" = [1.0, 4.0]
"costs.rate" = [0.0, 0.002]
"fill.path" = ["near_first", "low_first"]
"account.cash" = [5000, 1e6]
digests = "all"
scenarios = true
"#;
    let mut sweep = prepared(section);
    run_all(&mut sweep, 2);
    assert_eq!(sweep.counts().done, 256);
    let base = format!("{BASE}{}", section.split("[sweep]").next().unwrap_or_default());
    for cell in (0..256).step_by(15) {
        let overrides = sweep.overrides(cell);
        let lone = run(&base, &overrides.iter().map(String::as_str).collect::<Vec<_>>()).expect("runs");
        let (figures, _, digest) = done(&sweep, cell);
        assert_eq!(digest.as_deref(), Some(lone.digest.as_str()), "{overrides:?}");
        let summary = serde_json::to_value(&lone.summary).expect("a summary");
        for name in figures::NAMES {
            assert_eq!(figures.get(name), summary[name].as_f64(), "{name} of {overrides:?}");
        }
    }
}

#[test]
fn columns_are_shared_and_bounded() {
    let mut free = prepared(GRID);
    let digest = run_all(&mut free, 1);
    // One column of the histogram for each valid pair.
    assert_eq!((free.columns().distinct, free.columns().refilled), (7, 0));
    let long = BASE
        .replace("name = \"macd\"\nfast = 12", "name = \"sma_cross\"")
        .replace("start = \"2005-01-01\"\nend = \"2006-12-31\"\n", "");
    let section = "[sweep]\nslow = [70, 80, 90]\nfast = { from = 2, to = 69, step = 1 }\ndigests = \"top\"\n";
    let sweep = |extra: &str| sweep_of(&long, &format!("{section}{extra}"), &strategies::registry()).expect("valid");
    let (mut free, mut tight) = (sweep(""), sweep("memory_mb = 1\n"));
    let (a, b) = (run_all(&mut free, 2), run_all(&mut tight, 2));
    assert_eq!(a, b);
    assert_ne!(a, digest);
    assert_eq!((free.columns().distinct, free.columns().refilled), (71, 0));
    assert!(tight.columns().bytes_most <= 1_000_000, "{:?}", tight.columns());
    assert!(tight.columns().refilled > 0, "{:?}", tight.columns());
}

#[test]
fn what_was_stopped_goes_on_to_the_same_digest() {
    let section = "[sweep]\nfast = { from = 2, to = 41, step = 1 }\nslow = [45, 50, 55]\n";
    let expected = run_all(&mut prepared(section), 2);
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("sweep");
    let registry = strategies::registry();
    let mut sweep = prepared(section);
    let kept = SweepFolder::create(&sweep, Some(&out)).expect("a folder");
    assert!(SweepFolder::create(&sweep, Some(&out)).is_err(), "a sweep is never overwritten");
    let stop = AtomicBool::new(false);
    let mut seen = 0;
    let mut watch = |p: &engine_run::sweep::SweepProgress| {
        seen = p.done;
        stop.store(p.done > 5, Ordering::Relaxed);
    };
    sweep.run(&registry, 2, &stop, Some(&kept), &mut watch).expect("runs");
    let first = sweep.counts();
    assert!(first.done > 5 && first.pending > 0 && seen == first.done, "{first:?}");
    assert_eq!(sweep.digest(), None);
    let report = sweep.report(&registry, 5);
    let summary = kept.finish(&sweep, &report, false, true).expect("written");
    assert_eq!((summary["complete"].as_bool(), summary["digest"].is_null()), (Some(false), true));

    let (kept, mut sweep) = SweepFolder::resume(&out, &registry).expect("goes on");
    assert_eq!(sweep.counts(), first);
    let mut ran = usize::MAX;
    let stop = AtomicBool::new(false);
    sweep.run(&registry, 3, &stop, Some(&kept), &mut |p| ran = ran.min(p.done)).expect("runs");
    assert!(ran >= first.done, "what was done is not run again");
    assert_eq!(sweep.digest(), Some(expected.clone()));
    let report = sweep.report(&registry, 5);
    let summary = kept.finish(&sweep, &report, true, true).expect("written");
    assert_eq!(summary["digest"].as_str(), Some(expected.as_str()));
    assert_eq!(names(&out), ["report.html", "results.csv", "results.parquet", "sweep.json"]);
    let table = read_parquet(&out.join("results.parquet")).expect("a table");
    assert_eq!(table.len(), 120);
    let Some(Column::I64(fast)) = table.column("parameter.fast") else { unreachable!("no parameter") };
    assert_eq!((fast[0], fast[119]), (2, 41));

    // Complete: resuming it changes nothing.
    let (_, sweep) = SweepFolder::resume(&out, &registry).expect("goes on");
    assert_eq!(sweep.digest(), Some(expected));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_cannot_be_resumed() {
    let dir = tempfile::tempdir().expect("a folder");
    let registry = strategies::registry();
    let resume = || SweepFolder::resume(dir.path(), &registry).err().map(|e| e.to_string()).unwrap_or_default();
    assert!(resume().ends_with("sweep.json: cannot read: No such file or directory (os error 2)"), "{}", resume());
    let mark = dir.path().join("sweep.json");
    std::fs::write(&mark, "{}").expect("written");
    assert!(resume().contains("is no sweep.json of this version"), "{}", resume());
    std::fs::remove_file(&mark).expect("removed");
    let sweep = prepared(GRID);
    SweepFolder::create(&sweep, Some(dir.path())).expect("a folder");
    assert_eq!(resume(), "");
    let text = std::fs::read_to_string(&mark).expect("a file");
    let hash = &sweep.files()[0].sha256;
    std::fs::write(&mark, text.replace(hash.as_str(), &"0".repeat(64))).expect("written");
    assert!(resume().contains("the inputs are not those of the sweep"), "{}", resume());
    std::fs::write(&mark, text.replace("\"version\": \"", "\"version\": \"9")).expect("written");
    assert!(resume().contains("results would mix"), "{}", resume());
}

parameters! {
    /// Parameters of the signal that fails.
    pub struct BoomParameters {
        /// At which bar it panics; never when 0.
        at: usize = 0, Domain::Integer(0, 1_000_000);
    }
}

/// Holds from the first bar, and panics on one.
struct Boom(BoomParameters);

impl Plugin for Boom {
    const NAME: &'static str = "boom";
    const DOC: &'static str = "Fails.";
    type Parameters = BoomParameters;
    fn new(parameters: BoomParameters) -> Result<Self, SetupError> {
        Ok(Self(parameters))
    }
}

impl Signal for Boom {
    fn setup(&mut self, _: &mut Setup<'_>, _: InstrumentId) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, _: &Context, _: InstrumentId, bar: BarRef<'_>) -> Intent {
        assert!(self.0.at == 0 || bar.row() != self.0.at, "bar {} is too much", self.0.at);
        Intent::Enter(engine_core::order::Side::Buy)
    }
}

#[test]
fn a_cell_that_panics_is_reported_and_the_others_finish() {
    let registry = strategies::registry().signal::<Boom>();
    let base = BASE.replace("name = \"macd\"\nfast = 12", "name = \"boom\"");
    let mut digests = Vec::new();
    for threads in [1, 3] {
        let mut sweep = sweep_of(&base, "[sweep]\nat = [0, 7, 100000, 90]\n", &registry).expect("valid");
        sweep.run(&registry, threads, &AtomicBool::new(false), None, &mut |_| {}).expect("runs");
        let failed: Vec<(usize, &str)> = sweep
            .outcomes()
            .iter()
            .enumerate()
            .filter_map(|(i, o)| match o {
                Some(CellOutcome::Failed(reason)) => Some((i, reason.split(" (").next().unwrap_or_default())),
                _ => None,
            })
            .collect();
        assert_eq!(failed, [(1, "bar 7 is too much"), (3, "bar 90 is too much")]);
        assert_eq!(sweep.counts().done, 2);
        digests.push(sweep.digest());
        let report = sweep.report(&registry, 5);
        assert!(report.warnings.iter().any(|w| w.starts_with("2 cells failed")), "{:?}", report.warnings);
        assert_eq!(report.not_run[0].0, "at 7");
    }
    assert!(digests[0].is_some() && digests[0] == digests[1]);
}

#[test]
fn draws_depend_on_the_seed_alone() {
    let section = |seed: u64| {
        format!(
            "[sweep]\nmode = \"random\"\nsamples = 12\nseed = {seed}\nfast = {{ from = 2, to = 60 }}\n\
             slow = {{ from = 10, to = 200, scale = \"log\" }}\n\"costs.rate\" = {{ from = 0.0001, to = 0.01 }}\n\
             constraint = \"fast < slow\"\n"
        )
    };
    let values = |sweep: &Sweep| (0..sweep.len()).map(|c| sweep.overrides(c)).collect::<Vec<_>>();
    let (mut a, mut b, c) = (prepared(&section(3)), prepared(&section(3)), prepared(&section(4)));
    assert_eq!(values(&a), values(&b));
    assert_ne!(values(&a), values(&c));
    assert_eq!(run_all(&mut a, 1), run_all(&mut b, 3));
    assert_eq!((a.counts().done, a.counts().invalid), (12, 0));
    // Draws are cells like any other.
    let overrides = a.overrides(4);
    let lone = run(BASE, &overrides.iter().map(String::as_str).collect::<Vec<_>>()).expect("runs");
    assert_eq!(done(&a, 4).2, Some(lone.digest));
    assert_eq!(a.report(&strategies::registry(), 3).neighbours.len(), 6);

    // Fewer combinations than draws: each once, and said.
    let mut few = prepared("[sweep]\nmode = \"random\"\nsamples = 50\nfast = [3, 4, 5]\nsignal = [8, 9]\n");
    run_all(&mut few, 2);
    assert_eq!(few.counts().done, 6);
    let report = few.report(&strategies::registry(), 3);
    assert!(report.warnings.iter().any(|w| w.starts_with("only 6 of 50 draws")), "{:?}", report.warnings);
}

#[test]
fn a_billion_cells_are_asked_back() {
    let axis = |name: &str| format!("{name} = {{ from = 2, to = 1001, step = 1 }}\n");
    let refused = |section: &str, consent: Consent| {
        let registry = strategies::registry();
        let path = folder("../../configs").join("run.toml");
        let config = Config::parse(&path, format!("{BASE}[sweep]\n{section}"), &[], &registry).expect("valid");
        Sweep::prepare(config, &registry, consent).err().map(|e| e.to_string()).unwrap_or_default()
    };
    let billion = axis("fast") + &axis("slow") + &axis("signal");
    let said = refused(&billion, Consent::default());
    assert!(said.contains("[sweep]: 1,000,000,000 combinations, expected at most 100,000,000"), "{said}");
    let million = axis("fast") + &axis("slow") + "signal = [8, 9]\nconstraint = \"fast > 2000\"\n";
    let said = refused(&million, Consent::default());
    assert!(said.contains("[sweep]: 2,000,000 combinations, about "), "{said}");
    assert!(said.contains(" a cell on one thread; nothing was started. "), "{said}");
    assert!(said.ends_with("or say --yes --limit 2000000"), "{said}");
    for (yes, limit) in [(true, None), (false, Some(3_000_000)), (true, Some(1_999_999))] {
        assert!(refused(&million, Consent { yes, limit }).contains("nothing was started"));
    }
    // Allowed: goes on to the next complaint.
    let said = refused(&million, Consent { yes: true, limit: Some(2_000_000) });
    assert!(said.ends_with("[sweep] constraint: excludes all of the 2,000,000 combinations"), "{said}");
}

#[test]
fn less_is_better_of_some_figures() {
    let best = |rank: &str| {
        let mut sweep = prepared(&format!("{GRID}rank = \"{rank}\"\n"));
        run_all(&mut sweep, 1);
        let all: Vec<f64> = sweep
            .outcomes()
            .iter()
            .flatten()
            .filter_map(|o| match o {
                CellOutcome::Done { figures, .. } => figures.get(rank),
                _ => None,
            })
            .collect();
        let first = done(&sweep, sweep.ranking()[0]).0.get(rank);
        (first, all.iter().copied().reduce(f64::min), all.iter().copied().reduce(f64::max))
    };
    for (rank, less) in [("fees", true), ("volatility", true), ("final_equity", false), ("max_drawdown", false)] {
        let (first, least, most) = best(rank);
        assert_eq!(first, if less { least } else { most }, "{rank}");
        assert!(least < most);
    }
}

#[test]
fn the_report_has_neighbours_heat_map_and_deflated_ratio() {
    let mut sweep = prepared("[sweep]\nfast = [4, 8, 12]\nslow = [20, 26, 32]\nsignal = [9]\n");
    run_all(&mut sweep, 2);
    let report = sweep.report(&strategies::registry(), 4);
    let best: Vec<usize> = report.top[0].values[..2].iter().map(|v| v.parse().expect("a number")).collect();
    for cell in &report.neighbours {
        let here: Vec<usize> = cell.values[..2].iter().map(|v| v.parse().expect("a number")).collect();
        let steps = here[0].abs_diff(best[0]) / 4 + here[1].abs_diff(best[1]) / 6;
        assert_eq!(steps, 1, "{here:?} beside {best:?}");
    }
    assert!((2..=4).contains(&report.neighbours.len()));
    let map = report.heat_map.expect("a heat map");
    assert_eq!((map.x.as_str(), map.y.as_str(), map.best.len()), ("fast", "slow", 9));
    assert_eq!(map.columns, ["4", "8", "12"]);
    let metric = |cell: usize| done(&sweep, cell).0.get("sharpe");
    // Rows are slow, columns are fast; cells run slow (then signal) fastest.
    assert_eq!(map.best[1], metric(3));
    assert_eq!(map.best[map.mark.expect("a mark")], metric(sweep.ranking()[0]));
    let d = report.deflated;
    let trials: Vec<f64> = (0..9).filter_map(metric).map(|s| s / 252_f64.sqrt()).collect();
    let mean = trials.iter().sum::<f64>() / 9.0;
    let variance = trials.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 8.0;
    assert!((d.variance.expect("defined") - variance).abs() < 1e-15);
    assert_eq!((d.trials, d.observations), (9, 502));
    let (s, skew, kurtosis) = (d.sharpe.expect("d"), d.skew.expect("d"), d.kurtosis.expect("d"));
    let estimate = risk::deflated::Estimate { sharpe: s, periods: 502, skew, kurtosis };
    assert_eq!(d.ratio, estimate.deflated(9, variance));
    assert!(report.top.iter().all(|c| c.digest.is_some()));
}

#[test]
fn each_broken_sweep_gives_its_one_line() {
    let text = std::fs::read_to_string(folder("tests/broken_sweeps.txt")).expect("the cases");
    let (mut section, mut count, mut wrong) = (String::new(), 0, String::new());
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let value = line.get(2..).unwrap_or_default().replace("\\n", "\n");
        if line.starts_with('+') {
            section = format!("[sweep]\n{value}\n");
            continue;
        }
        count += 1;
        let found = sweep_of(BASE, &section, &strategies::registry()).err().unwrap_or_else(|| "it is valid".to_owned());
        if found != value {
            wrong += &format!("+ {}\n= {found}\n  expected {value}\n\n", section.trim_end().replace('\n', "\\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(count >= 30, "{count} cases");
}

#[test]
fn a_config_without_a_sweep() {
    let found = sweep_of(&changed("fast = 12", "fast = 8"), "", &strategies::registry()).err();
    assert_eq!(
        found.as_deref(),
        Some("run.toml:1:1: [sweep]: missing, expected a section such as\n[sweep]\nfast = [5, 10, 15]")
    );
}
