//! `engine data calendar NAME`: the sessions of an exchange as a table.

use clap::Args;
use engine_data::calendars::{ExchangeCalendar, TradingDay, calendar_for};

use crate::failure::Failure;
use crate::output;

/// Print the sessions of an exchange or a symbol as CSV
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data calendar HKEX --from 2024-12-20 --to 2025-01-05\n  engine data calendar SHFE.au2406 --from 2024-04-01\n\nNames: HKEX, NYSE, NASDAQ, SSE, SZSE, CFFEX, SHFE, INE, or a symbol such as HK.00700.\nHours are local times of the exchange; an evening belongs to the next trading day."
)]
pub(crate) struct Arguments {
    /// An exchange, or a symbol
    name: String,
    /// First date [default: start of the table]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Last date [default: end of the table]
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Some(calendar) = calendar_for(&arguments.name) else {
        let known = "HKEX, NYSE, NASDAQ, SSE, SZSE, CFFEX, SHFE, INE or a symbol such as HK.00700";
        return Err(Failure::input(format!("there is no calendar for {:?}, expected {known}", arguments.name)));
    };
    let (first, last) = calendar.covers();
    let date = |key: &str, text: &Option<String>, default: i64| match text {
        None => Ok(default),
        Some(text) => engine_data::calendars::parse_date(text)
            .ok_or_else(|| Failure::input(format!("--{key} {text}: expected a date such as 2024-12-31"))),
    };
    let (from, to) = (date("from", &arguments.from, first)?, date("to", &arguments.to, last)?);
    if from > to {
        return Err(Failure::input("--from is after --to"));
    }
    if to < first || from > last {
        let (first, last) = (engine_data::calendars::date_text(first), engine_data::calendars::date_text(last));
        return Err(Failure::input(format!("{} is known from {first} to {last}", calendar.name())));
    }
    let mut text = "date,early_close,hours\n".to_owned();
    for day in calendar.days(from, to) {
        text.push_str(&line(&calendar, &day));
    }
    output::print(&text)
}

fn line(calendar: &ExchangeCalendar, day: &TradingDay) -> String {
    let hours = day.parts.iter().map(|(open, close)| format!("{}-{}", calendar.clock(*open), calendar.clock(*close)));
    let hours = hours.collect::<Vec<_>>().join(" ");
    format!("{},{},{hours}\n", engine_data::calendars::date_text(day.date), u8::from(day.early_close))
}
