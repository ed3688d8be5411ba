//! The tables of a run: trades, orders, equity and, on tapes, fills as named columns.
//!
//! Column names are pinned; tables hold numbers, texts and UTC instants only.

use std::ops::Range;

use engine_core::fixed::Price;
use engine_core::order::Side;
use engine_core::record::{Fill, OrderRecord, RunResult, Trade};
use engine_data::run_tables::{Column, Table};

/// Rows made at a time: a long table never stands in memory as a whole.
const PART_ROWS: usize = 16 * 1024;
/// The same for the lists, whose rows have texts.
const LIST_ROWS: usize = 4 * 1024;

/// A table part by part, in the order of its rows; at least one part.
pub(crate) type Parts<'a> = Box<dyn Iterator<Item = Table> + 'a>;

fn parts<'a>(rows: usize, most: usize, mut make: impl FnMut(Range<usize>) -> Table + 'a) -> Parts<'a> {
    let count = rows.div_ceil(most).max(1);
    Box::new((0..count).map(move |i| make(i * most..((i + 1) * most).min(rows))))
}

fn named(name: &str, columns: Vec<(&str, Column)>) -> Table {
    let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    Table { name: name.to_owned(), columns }
}

/// Closed round trips; those still open are in the equity curve and the report.
pub(crate) fn trades(run: &RunResult) -> Parts<'_> {
    parts(run.trades.len(), LIST_ROWS, |rows| some_trades(run, rows))
}

fn some_trades(run: &RunResult, rows: Range<usize>) -> Table {
    let t = &run.trades[rows];
    let numbers = |f: &dyn Fn(&Trade) -> f64| Column::F64(t.iter().map(f).collect());
    let symbols = t.iter().map(|t| run.instruments[t.instrument.index()].symbol.to_string());
    let side = |side: Side| if side == Side::Buy { "long" } else { "short" }.to_owned();
    named(
        "trades",
        vec![
            ("symbol", Column::Text(symbols.collect())),
            ("side", Column::Text(t.iter().map(|t| side(t.side)).collect())),
            ("quantity", numbers(&|t| t.quantity.to_f64())),
            ("entry_time", Column::Time(t.iter().map(|t| t.entry_time.nanos()).collect())),
            ("entry_bar", Column::I64(t.iter().map(|t| i64::from(t.entry_bar)).collect())),
            ("entry_price", numbers(&|t| on_grid(t.entry_price))),
            ("exit_time", Column::Time(t.iter().map(|t| t.exit_time.nanos()).collect())),
            ("exit_bar", Column::I64(t.iter().map(|t| i64::from(t.exit_bar)).collect())),
            ("exit_price", numbers(&|t| on_grid(t.exit_price))),
            ("fees", numbers(&|t| t.fees.to_f64())),
            ("pnl", numbers(&|t| t.pnl.to_f64())),
            ("return", numbers(&|t| t.return_on_entry())),
            ("mae", numbers(&|t| t.mae)),
            ("mfe", numbers(&|t| t.mfe)),
            ("certain", Column::Bool(t.iter().map(|t| t.certain).collect())),
        ],
    )
}

/// All orders, in the order of their ids. Limit and stop are as requested (a
/// child's may be distances from its parent's fill).
pub(crate) fn orders(run: &RunResult) -> Parts<'_> {
    parts(run.orders.len(), LIST_ROWS, |rows| some_orders(run, rows))
}

fn some_orders(run: &RunResult, rows: Range<usize>) -> Table {
    let ids = rows.start as i64..rows.end as i64;
    let o = &run.orders[rows];
    let text = |f: &dyn Fn(&OrderRecord) -> String| Column::Text(o.iter().map(f).collect());
    let price = |p: Option<Price>| p.map(Price::to_f64);
    let symbol = |o: &OrderRecord| {
        let instrument = run.instruments.get(o.order.instrument.index());
        instrument.map_or(String::new(), |i| i.symbol.to_string())
    };
    // Zero is "not known": sized by money and never filled.
    let quantity = |o: &OrderRecord| (!o.quantity.is_zero()).then(|| o.quantity.to_f64());
    named(
        "orders",
        vec![
            ("id", Column::I64(ids.collect())),
            ("symbol", text(&symbol)),
            ("side", text(&|o| o.order.side.name().to_owned())),
            ("type", text(&|o| o.order.kind.name().to_owned())),
            ("tif", text(&|o| o.order.tif.name().to_owned())),
            ("quantity", Column::OptF64(o.iter().map(quantity).collect())),
            ("limit", Column::OptF64(o.iter().map(|o| price(o.order.kind.limit())).collect())),
            ("stop", Column::OptF64(o.iter().map(|o| price(o.order.kind.trigger())).collect())),
            ("submitted", Column::Time(o.iter().map(|o| o.submitted.nanos()).collect())),
            ("state", text(&|o| o.state.name().to_owned())),
            ("filled", Column::F64(o.iter().map(|o| o.filled.to_f64()).collect())),
            ("average_price", Column::OptF64(o.iter().map(|o| o.average_price().map(on_grid)).collect())),
            ("reason", text(&|o| o.reason.text().to_owned())),
        ],
    )
}

/// All fills, in the order they happened. On a tape each has its own time; `maker`: the order rested.
pub(crate) fn fills(run: &RunResult) -> Parts<'_> {
    parts(run.fills.len(), LIST_ROWS, |rows| some_fills(run, rows))
}

fn some_fills(run: &RunResult, rows: Range<usize>) -> Table {
    let f = &run.fills[rows];
    let numbers = |value: &dyn Fn(&Fill) -> f64| Column::F64(f.iter().map(value).collect());
    let symbols = f.iter().map(|f| run.instruments[f.instrument.index()].symbol.to_string());
    named(
        "fills",
        vec![
            ("time", Column::Time(f.iter().map(|f| f.time.nanos()).collect())),
            ("order", Column::I64(f.iter().map(|f| f.order.index() as i64).collect())),
            ("symbol", Column::Text(symbols.collect())),
            ("side", Column::Text(f.iter().map(|f| f.side.name().to_owned()).collect())),
            ("quantity", numbers(&|f| f.quantity.to_f64())),
            ("price", numbers(&|f| f.price.to_f64())),
            ("fee", numbers(&|f| f.fee.to_f64())),
            ("maker", Column::Bool(f.iter().map(|f| f.maker).collect())),
            ("certain", Column::Bool(f.iter().map(|f| f.certain).collect())),
        ],
    )
}

/// An average price at 1e-8, as all prices are: without the last bit of a division.
fn on_grid(price: f64) -> f64 {
    Price::from_f64(price).map_or(price, Price::to_f64)
}

/// Equity and cash at each instant, and the fall from the peak so far (zero or
/// negative; the money at the start is the first peak).
pub(crate) fn equity(run: &RunResult) -> Parts<'_> {
    let mut peak = run.initial_cash.to_f64();
    let mut cash = run.cash();
    parts(run.equity.len().min(run.times.len()), PART_ROWS, move |rows| {
        let equity = &run.equity[rows.clone()];
        let drawdown = equity.iter().map(|equity| {
            if *equity > peak {
                peak = *equity;
            }
            equity / peak - 1.0
        });
        let drawdown = drawdown.collect();
        named(
            "equity",
            vec![
                ("time", Column::Time(run.times[rows.clone()].to_vec())),
                ("equity", Column::F64(equity.to_vec())),
                ("cash", Column::F64(run.times[rows].iter().map(|t| cash.after(*t)).collect())),
                ("drawdown", Column::F64(drawdown)),
            ],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_core::fixed::Money;
    use engine_core::ledger::{Entry, EntryKind};
    use engine_core::record::Transfer;
    use engine_core::time::Timestamp;

    #[test]
    fn parts_have_all_rows_in_order() {
        let rows = PART_ROWS * 2 + 5;
        let deposit = |i: i64| Entry {
            time: Timestamp::from_nanos(i * 40_000),
            kind: EntryKind::Deposit { amount: Money::from_units(i128::from(i) + 1) },
        };
        let run = RunResult {
            times: (0..rows as i64).collect::<Vec<_>>().into(),
            equity: (0..rows).map(|i| (i % 7) as f64 + 1.0).collect(),
            transfers: (0..3).map(|i| Transfer { fills_before: 0, entry: deposit(i) }).collect(),
            ..RunResult::default()
        };
        let parts: Vec<Table> = equity(&run).collect();
        assert_eq!(parts.iter().map(Table::len).collect::<Vec<_>>(), [PART_ROWS, PART_ROWS, 5]);
        let numbers = |name: &str| -> Vec<f64> {
            let of = |part: &Table| match part.column(name) {
                Some(Column::F64(v)) => v.clone(),
                _ => Vec::new(),
            };
            parts.iter().flat_map(of).collect()
        };
        assert_eq!(numbers("equity"), run.equity);
        assert_eq!(numbers("cash"), run.cash_column());
        assert_eq!(numbers("drawdown")[6..8], [0.0, 1.0 / 7.0 - 1.0]);
        assert_eq!(trades(&run).map(|t| t.len()).collect::<Vec<_>>(), [0]);
    }
}
