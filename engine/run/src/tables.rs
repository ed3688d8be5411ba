//! The tables of a run: trades, orders and equity as named columns.
//!
//! Column names are pinned; tables hold numbers, texts and UTC instants only.

use engine_core::fixed::Price;
use engine_core::order::Side;
use engine_core::record::{OrderRecord, RunResult, Trade};
use engine_data::run_tables::{Column, Table};

fn named(name: &str, columns: Vec<(&str, Column)>) -> Table {
    let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    Table { name: name.to_owned(), columns }
}

/// Closed round trips; those still open are in the equity curve and the report.
pub(crate) fn trades(run: &RunResult) -> Table {
    let t = &run.trades;
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
pub(crate) fn orders(run: &RunResult) -> Table {
    let o = &run.orders;
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
            ("id", Column::I64((0..o.len() as i64).collect())),
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

/// An average price at 1e-8, as all prices are: without the last bit of a division.
fn on_grid(price: f64) -> f64 {
    Price::from_f64(price).map_or(price, Price::to_f64)
}

/// Equity and cash at each instant, and the fall from the peak so far (zero or
/// negative; the money at the start is the first peak).
pub(crate) fn equity(run: &RunResult) -> Table {
    let mut peak = run.initial_cash.to_f64();
    let drawdown = run.equity.iter().map(|equity| {
        if *equity > peak {
            peak = *equity;
        }
        equity / peak - 1.0
    });
    named(
        "equity",
        vec![
            ("time", Column::Time(run.times.clone())),
            ("equity", Column::F64(run.equity.clone())),
            ("cash", Column::F64(run.cash_column())),
            ("drawdown", Column::F64(drawdown.collect())),
        ],
    )
}
