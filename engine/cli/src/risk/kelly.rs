//! `engine risk kelly`: how much to stake, from a list of trades or a table of returns.

use std::path::{Path, PathBuf};

use clap::Args;
use engine_data::DataError;
use engine_data::table::read_table;
use risk::bootstrap::Bootstrap;
use risk::kelly::{Estimate, Limits, Market, Method, bootstrap, empirical, fractional, mean_variance, win_loss};
use risk::{RiskError, covariance, moments};
use serde_json::{Map, Value, json};

use super::history::History;
use super::{Answer, Show, Table, maybe, plain};
use crate::failure::Failure;

/// Kelly fractions of trades, or of a portfolio within limits
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine risk kelly docs/samples/trades.csv --column return --part 0.5\n  engine risk kelly docs/samples/returns.csv --portfolio --rate 0.01 --max-weight 0.5 --max-total 1\n\nA list has one return per trade or period (a fraction of the stake; column return, else --column).\nShown are the fractions by win rate and payoff, by mean over variance, and the one that would have\nmade the most, each with its error, interval, shrunk estimates and the part asked for. With\n--portfolio the table has a column per asset: fractions without and within limits, per year."
)]
pub(super) struct Arguments {
    /// A CSV of returns
    file: PathBuf,
    /// The column of a list
    #[arg(long, default_value = "return")]
    column: String,
    /// Part of the full fraction that is taken, 0 to 1
    #[arg(long, default_value_t = 0.5)]
    part: f64,
    /// Chance that an interval covers the true fraction
    #[arg(long, default_value_t = 0.9)]
    confidence: f64,
    /// Greatest fraction of the empirical form
    #[arg(long, value_name = "FRACTION")]
    most: Option<f64>,
    /// Resampled lists for the empirical fraction's interval, 100 to 100,000
    #[arg(long, value_name = "N", default_value_t = 1000)]
    resamples: usize,
    /// Start of the random numbers
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A column per asset: fractions of all together
    #[arg(long)]
    portfolio: bool,
    /// Risk-free rate per year
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    rate: f64,
    /// Periods in a year
    #[arg(long, value_name = "N", default_value_t = 252.0)]
    periods_per_year: f64,
    /// Least fraction per asset
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0, allow_negative_numbers = true)]
    min_weight: f64,
    /// Greatest fraction per asset
    #[arg(long, value_name = "FRACTION", default_value_t = 1.0)]
    max_weight: f64,
    /// Greatest sum of the fractions
    #[arg(long, value_name = "FRACTION", default_value_t = 1.0)]
    max_total: f64,
    #[command(flatten)]
    show: Show,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.show.svg.is_some() {
        return Err(Failure::input("--svg: there is no picture of Kelly fractions"));
    }
    if !(arguments.periods_per_year.is_finite() && arguments.periods_per_year > 0.0) {
        let found = arguments.periods_per_year;
        return Err(Failure::input(format!("--periods-per-year is {found}, expected a finite number above 0")));
    }
    let answer = if arguments.portfolio { of_assets(arguments)? } else { of_trades(arguments)? };
    arguments.show.answer(answer)
}

fn failed(path: &Path, error: &RiskError) -> Failure {
    let names = [
        ("part", "--part"),
        ("confidence", "--confidence"),
        ("most", "--most"),
        ("resamples", "--resamples"),
        ("rate", "--rate"),
    ];
    Failure::input(format!("{}: {}", path.display(), crate::stats::fields::named(error, &names)))
}

/// One fraction in its row.
struct Row {
    name: &'static str,
    fraction: f64,
    error: Option<f64>,
    interval: Option<(f64, f64)>,
    shrunk: Option<(f64, f64)>,
    part: f64,
}

fn of_trades(arguments: &Arguments) -> Result<Answer, Failure> {
    let path = &arguments.file;
    let table = read_table(path)?;
    let returns = table.column_f64(&arguments.column)?;
    if let Some((row, value)) = returns.iter().enumerate().find(|(_, r)| !r.is_finite()) {
        let (line, problem) = (table.line(row).unwrap_or(0), format!("is {value}, expected a finite number"));
        return Err(DataError::field(path, line, &arguments.column, problem).into());
    }
    let fail = |e: RiskError| failed(path, &e);
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    let estimated = |name, estimate: &Estimate| {
        Ok::<Row, RiskError>(Row {
            name,
            fraction: estimate.fraction,
            error: estimate.error,
            interval: estimate.interval(arguments.confidence)?,
            shrunk: Some((estimate.shrunk(), estimate.shrunk_empirical_bayes())),
            part: estimate.recommended(arguments.part)?,
        })
    };
    let moments = mean_variance(&returns, arguments.rate / arguments.periods_per_year).map_err(fail)?;
    match win_loss(&returns) {
        Ok(found) => {
            rows.push(estimated("win rate and payoff", &found.estimate).map_err(fail)?);
            notes.push(format!(
                "Win rate {}, payoff {}, mean loss {}: the fraction by win rate and payoff counts stakes that lose the mean loss.",
                plain(found.win_rate),
                plain(found.payoff),
                plain(found.mean_loss)
            ));
        }
        Err(error) => notes.push(format!("No fraction by win rate and payoff: {error}.")),
    }
    rows.push(estimated("mean over variance", &moments).map_err(fail)?);
    match empirical(&returns, arguments.most) {
        Ok(best) => {
            let settings = Bootstrap {
                resamples: arguments.resamples,
                confidence: arguments.confidence,
                seed: arguments.seed,
                block: Some(1),
            };
            let band = bootstrap(&returns, Method::Empirical { most: arguments.most }, &settings);
            if let Err(error) = &band {
                notes.push(format!("No interval of the empirical fraction: {error}."));
            }
            rows.push(Row {
                name: "empirical",
                fraction: best.fraction,
                error: None,
                interval: band.ok().map(|b| (b.low, b.high)),
                shrunk: None,
                part: fractional(best.fraction, arguments.part).map_err(fail)?,
            });
            if let Some(ruin) = best.ruin {
                notes.push(format!(
                    "At a fraction of {} the worst return seen would have taken everything.",
                    plain(ruin)
                ));
            }
        }
        Err(error) => notes.push(format!("No empirical fraction: {error}.")),
    }
    Ok(trades_answer(arguments, returns.len(), &rows, notes))
}

fn trades_answer(arguments: &Arguments, count: usize, rows: &[Row], notes: Vec<String>) -> Answer {
    let part = format!("{} of it", plain(arguments.part));
    let header = ["by", "fraction", "error", "low", "high", "shrunk", "empirical Bayes", &part];
    let mut table = Table::new("Kelly fractions", &header);
    let mut json = Map::new();
    for row in rows {
        table.push(vec![
            row.name.to_owned(),
            plain(row.fraction),
            maybe(row.error, plain),
            maybe(row.interval.map(|i| i.0), plain),
            maybe(row.interval.map(|i| i.1), plain),
            maybe(row.shrunk.map(|s| s.0), plain),
            maybe(row.shrunk.map(|s| s.1), plain),
            plain(row.part),
        ]);
        let key = row.name.replace(' ', "_");
        json.insert(
            key,
            json!({
                "fraction": row.fraction, "error": row.error, "low": row.interval.map(|i| i.0),
                "high": row.interval.map(|i| i.1), "shrunk": row.shrunk.map(|s| s.0),
                "shrunk_empirical_bayes": row.shrunk.map(|s| s.1), "recommended": row.part,
            }),
        );
    }
    json.insert("observations".to_owned(), Value::from(count));
    let title = format!("{}: {count} returns", arguments.file.display());
    Answer { title, tables: vec![table], notes, json: Value::Object(json), picture: None }
}

fn of_assets(arguments: &Arguments) -> Result<Answer, Failure> {
    let path = &arguments.file;
    let fail = |e: RiskError| failed(path, &e);
    let history = History::table(path)?;
    let (slices, periods) = (history.slices(), arguments.periods_per_year);
    let n = slices.len();
    let drift: Vec<f64> = slices.iter().map(|r| periods * moments::mean(*r).unwrap_or(0.0)).collect();
    let covariance: Vec<f64> =
        covariance::covariance(&slices, 1).map_err(fail)?.into_iter().map(|c| periods * c).collect();
    let market = Market { drift: &drift, covariance: &covariance, rate: arguments.rate };
    let years = history.days() as f64 / periods;
    let free = market.optimum().map_err(fail)?;
    let errors = market.standard_errors(years, history.days()).map_err(fail)?;
    let shrunk = market.james_stein(years).map_err(fail)?;
    let part = market.fractional(arguments.part).map_err(fail)?;
    let limits = Limits::within(n, arguments.min_weight, arguments.max_weight, arguments.max_total);
    let within = market.within(&limits).map_err(fail)?;
    let header = ["asset", "unlimited", "error", "James-Stein", "part", "within limits", "price of limit"];
    let mut table = Table::new("Kelly fractions", &header);
    for (i, name) in history.names.iter().enumerate() {
        let fields = [free.fractions[i], errors[i], shrunk.fractions[i], part.fractions[i]];
        let limited = [within.optimum.fractions[i], within.price_of_limit[i]];
        table.push(std::iter::once(name.clone()).chain(fields.into_iter().chain(limited).map(plain)).collect());
    }
    for (name, of) in [("growth per year", 0), ("Sharpe ratio", 1)] {
        let pick = |o: &risk::kelly::Optimum| plain(if of == 0 { o.growth } else { o.sharpe });
        let none = String::new;
        table.push(vec![name.into(), pick(&free), none(), pick(&shrunk), pick(&part), pick(&within.optimum), none()]);
    }
    let optimum =
        |o: &risk::kelly::Optimum| json!({ "fractions": o.fractions, "growth": o.growth, "sharpe": o.sharpe });
    let json = json!({
        "assets": history.names, "observations": history.days(), "years": years, "unlimited": optimum(&free),
        "standard_errors": errors, "james_stein": optimum(&shrunk), "part": arguments.part,
        "fractional": optimum(&part), "within_limits": optimum(&within.optimum),
        "price_of_total": within.price_of_total, "price_of_limit": within.price_of_limit,
    });
    let title = format!("{}: {} returns of {n} assets, {} years", path.display(), history.days(), plain(years));
    let notes = vec![
        "Errors are mostly those of the mean returns, which only time cures; the unlimited fractions may be levered or short.".to_owned(),
    ];
    Ok(Answer { title, tables: vec![table], notes, json, picture: None })
}
