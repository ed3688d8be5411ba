//! The data that ships: it loads, and its actions stand where the prices jump.

use std::path::PathBuf;

use engine_core::actions::ActionKind;
use engine_data::{ContractOverrides, Loaded, read_bars};

use crate::iso;

fn load(name: &str) -> Loaded {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/us_daily").join(name);
    read_bars(&path, &ContractOverrides::default()).expect("shipped data loads")
}

#[test]
fn every_file_loads_without_a_warning() {
    for (ticker, rows, splits, dividends) in
        [("AAPL", 3270, 2, 3), ("FB", 196, 0, 0), ("GOOG", 2148, 0, 0), ("IBM", 3270, 0, 52), ("MSFT", 3270, 1, 37)]
    {
        let loaded = load(&format!("{ticker}.csv"));
        assert_eq!(loaded.warnings, [""; 0]);
        assert_eq!(loaded.bars.len(), rows, "{ticker}");
        assert_eq!(loaded.sessions.len(), rows);
        assert_eq!(loaded.rounded, 0);
        assert_eq!(loaded.contract.symbol, format!("US.{ticker}"));
        assert_eq!(loaded.contract.timezone.name(), "America/New_York");
        let is_split = |k: &ActionKind| matches!(k, ActionKind::Split { .. });
        let found = loaded.actions.iter().filter(|a| is_split(&a.kind)).count();
        assert_eq!((found, loaded.actions.len() - found), (splits, dividends), "{ticker}");
        assert_eq!(iso(*loaded.bars.columns().close_time.last().expect("rows")), "2013-03-01T21:00:00Z");
    }
}

/// Both ways: every change of adj_close / close is an action, and every action
/// is such a change, of the size that the CRSP method gives.
#[test]
fn actions_explain_every_change_of_the_adjustment() {
    for ticker in ["AAPL", "FB", "GOOG", "IBM", "MSFT"] {
        let loaded = load(&format!("{ticker}.csv"));
        let c = loaded.bars.columns();
        let adjusted = loaded.adj_close.as_ref().expect("the column is there");
        let mut actions = loaded.actions.iter().peekable();
        for row in 1..loaded.bars.len() {
            let factor = adjusted[row] / c.close[row] / (adjusted[row - 1] / c.close[row - 1]);
            let mut expected = 1.0;
            while let Some(action) = actions.next_if(|a| a.ex_time.nanos() <= c.open_time[row]) {
                assert!(action.ex_time.nanos() > c.close_time[row - 1], "{ticker}: no bar on the ex date");
                expected *= match action.kind {
                    ActionKind::Split { to, from } => {
                        let ratio = f64::from(to) / f64::from(from);
                        let jump = c.close[row - 1] / c.open[row];
                        assert!((jump / ratio - 1.0).abs() < 0.02, "{ticker} {jump}");
                        ratio
                    }
                    ActionKind::CashDividend { per_share } => 1.0 + per_share.to_f64() / c.close[row],
                };
            }
            assert!((factor / expected - 1.0).abs() < 1e-9, "{ticker} {}: {factor} {expected}", iso(c.close_time[row]));
        }
        assert!(actions.next().is_none(), "{ticker}: an action after the last bar");
    }
}
