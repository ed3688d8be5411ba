//! What is said of a strategy.

use options::european::units::{PerSize, PerTime, Units};
use options::legs::{Breakeven, Instrument, Limit, Lognormal, Margin, MarginMarket, Outcome, ProfitGrid, Style};
use options::{Greeks, OptionType};
use serde_json::{Value, json};

use super::book::{Book, from_one};
use crate::failure::Failure;
use crate::options::answer::aligned;

/// Times from now to the first expiry, in the grid.
const TIMES: usize = 6;
/// Spots of the grid.
const SPOTS: usize = 11;
/// Shifts of all volatilities.
const SHIFTS: [f64; 5] = [-0.1, -0.05, 0.0, 0.05, 0.1];

pub(super) struct Figures {
    pub(super) name: &'static str,
    pub(super) cost: f64,
    pub(super) outcome: Outcome,
    pub(super) several: bool,
    pub(super) first_expiry: Option<f64>,
    pub(super) margin: Margin,
    /// Raw; shown per day and point.
    pub(super) greeks: Greeks,
    pub(super) probability: f64,
    pub(super) grid: ProfitGrid,
    pub(super) currency: String,
    legs: Vec<Vec<String>>,
    volatility: f64,
}

impl Figures {
    pub(super) fn of(book: &Book) -> Result<Self, Failure> {
        let wrong = |error: options::legs::StrategyError| Failure::input(from_one(&error));
        let (strategy, market) = (&book.strategy, book.market());
        let outcome = strategy.outcome(&market).map_err(wrong)?;
        let first_expiry = strategy.first_expiry();
        let years = first_expiry.unwrap_or(0.0);
        let chance = Lognormal::risk_neutral(&market, years, book.volatility);
        let chance = chance.map_err(|error| Failure::input(error.to_string()))?;
        let margin = MarginMarket { spot: book.spot, class: book.class, marks: None };
        let times: Vec<f64> =
            if years > 0.0 { (0..TIMES).map(|i| years * i as f64 / (TIMES - 1) as f64).collect() } else { vec![0.0] };
        let (low, high) = spots(book);
        let spots: Vec<f64> = (0..SPOTS).map(|i| low + (high - low) * i as f64 / (SPOTS - 1) as f64).collect();
        Ok(Self {
            name: strategy.shape().name(),
            cost: strategy.cost(),
            probability: outcome.probability_of_profit(&chance),
            outcome,
            several: strategy.several_expiries(),
            first_expiry,
            margin: strategy.margin(&margin).map_err(wrong)?,
            greeks: strategy.greeks(&market).map_err(wrong)?,
            grid: strategy.profit_grid(&market, &spots, &times, &SHIFTS).map_err(wrong)?,
            currency: book.currency.clone(),
            legs: legs(book),
            volatility: book.volatility,
        })
    }

    pub(super) fn title(&self) -> String {
        let mut name = self.name.to_owned();
        if let Some(first) = name.get(..1).map(str::to_uppercase) {
            name.replace_range(..1, &first);
        }
        name
    }

    /// An axis label with the currency.
    pub(super) fn in_money(&self, what: &str) -> String {
        if self.currency.is_empty() { what.to_owned() } else { format!("{what} ({})", self.currency) }
    }

    pub(super) fn lead(&self) -> String {
        let paid = if self.cost < 0.0 {
            format!("received {}", money(-self.cost))
        } else {
            format!("paid {}", money(self.cost))
        };
        format!(
            "Premium {paid}; most to earn {}, most to lose {}; breaks even at {}.",
            limit(self.outcome.max_profit),
            limit(self.outcome.max_loss),
            self.breakevens()
        )
    }

    fn breakevens(&self) -> String {
        let one = |b: &Breakeven| match b {
            Breakeven::At(price) => money(*price),
            Breakeven::Between(low, high) if high.is_finite() => format!("{} to {}", money(*low), money(*high)),
            Breakeven::Between(low, _) => format!("{} and above", money(*low)),
        };
        let all: Vec<String> = self.outcome.breakevens.iter().map(one).collect();
        if all.is_empty() { "no price".to_owned() } else { all.join(", ") }
    }

    pub(super) fn tables(&self) -> Vec<(&'static str, Vec<Vec<String>>)> {
        vec![
            ("Legs", self.legs.clone()),
            ("Outcome", self.outcome_table()),
            ("Net Greeks of the position, now", self.greek_table()),
            ("Profit by price of the underlying and days from now", self.time_table()),
            ("Profit now by price of the underlying and shift of all volatilities", self.shift_table()),
        ]
    }

    fn outcome_table(&self) -> Vec<Vec<String>> {
        let when = if self.several { "at the first expiry" } else { "at expiry" };
        let row = |name: &str, value: String, note: &str| vec![name.to_owned(), value, note.to_owned()];
        let assumed = format!("risk-neutral lognormal, volatility {:.2}%, {when}", 100.0 * self.volatility);
        vec![
            row("figure", self.in_money("value"), ""),
            row("net premium", money(self.cost), "above 0 paid, below 0 received"),
            row("most to earn", limit(self.outcome.max_profit), when),
            row("most to lose", limit(self.outcome.max_loss), when),
            row("breakevens", self.breakevens(), when),
            row("probability of profit", format!("{:.2}%", 100.0 * self.probability), &assumed),
            row("margin to open", money(self.margin.initial), "US strategy-based rules, before proceeds"),
            row("own money to open", money(self.margin.deposit), "after proceeds of what is sold"),
            row("margin to keep", money(self.margin.maintenance), "at today's prices"),
        ]
    }

    fn greek_table(&self) -> Vec<Vec<String>> {
        let units = Units { time: PerTime::Day365, volatility: PerSize::Point, rate: PerSize::Point };
        let g = self.greeks.in_units(units);
        let row = |name: &str, value: f64, unit: &str| {
            let value = if value.is_nan() { "not computed".to_owned() } else { format!("{value:.4}") };
            vec![name.to_owned(), value, unit.to_owned()]
        };
        vec![
            vec!["greek".to_owned(), "value".to_owned(), "unit".to_owned()],
            row("value", g.price, "money"),
            row("delta", g.delta, "per 1.00 of the underlying"),
            row("gamma", g.gamma, "delta per 1.00 of the underlying"),
            row("vega", g.vega, "per point (0.01) of volatility"),
            row("theta", g.theta, "per calendar day (1/365 year)"),
            row("rho", g.rho, "per point (0.01) of rate"),
            row("vanna", g.vanna, "delta per point (0.01) of volatility"),
            row("volga", g.volga, "vega per point (0.01) of volatility"),
            row("charm", g.charm, "delta per calendar day (1/365 year)"),
        ]
    }

    fn spot_header(&self, first: &str) -> Vec<String> {
        std::iter::once(first.to_owned()).chain(self.grid.spots.iter().map(|spot| money(*spot))).collect()
    }

    fn cells(&self, name: String, elapsed: usize, shift: usize) -> Vec<String> {
        let cell = |spot| self.grid.at(spot, elapsed, shift).filter(|p| !p.is_nan());
        let cells = (0..self.grid.spots.len()).map(|spot| cell(spot).map_or_else(|| "-".to_owned(), money));
        std::iter::once(name).chain(cells).collect()
    }

    /// The place of the shift of 0.
    pub(super) fn unshifted(&self) -> usize {
        SHIFTS.iter().position(|shift| *shift == 0.0).unwrap_or(0)
    }

    fn time_table(&self) -> Vec<Vec<String>> {
        let mut rows = vec![self.spot_header("days")];
        for (i, years) in self.grid.elapsed.iter().enumerate() {
            rows.push(self.cells(format!("{:.1}", 365.0 * years), i, self.unshifted()));
        }
        rows
    }

    fn shift_table(&self) -> Vec<Vec<String>> {
        let mut rows = vec![self.spot_header("points")];
        for (i, shift) in self.grid.shifts.iter().enumerate() {
            rows.push(self.cells(format!("{:+.0}", 100.0 * shift), 0, i));
        }
        rows
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n{}", self.title(), crate::output::wrap(&self.lead(), 100, ""));
        for (title, table) in self.tables() {
            text.push_str(&format!("\n{title}\n{}", aligned(&table)));
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let number = |x: f64| if x.is_finite() { Value::from(x) } else { Value::Null };
        let limit = |limit: Limit| limit.amount().map_or(Value::from("unlimited"), Value::from);
        let breakevens = self.outcome.breakevens.iter().map(|b| match b {
            Breakeven::At(price) => Value::from(*price),
            Breakeven::Between(low, high) => json!([number(*low), number(*high)]),
        });
        let breakevens: Vec<Value> = breakevens.collect();
        let greeks = crate::options::greeks::columns(&self.greeks);
        let greeks: serde_json::Map<String, Value> =
            greeks.into_iter().map(|(name, value)| (name.to_owned(), number(value))).collect();
        let (times, shifts) = (self.grid.elapsed.len(), self.grid.shifts.len());
        let row = |t, v| {
            (0..self.grid.spots.len()).map(|s| self.grid.at(s, t, v).map_or(Value::Null, number)).collect::<Vec<_>>()
        };
        let profits: Vec<Vec<Vec<Value>>> = (0..times).map(|t| (0..shifts).map(|v| row(t, v)).collect()).collect();
        json!({
            "name": self.name, "net_premium": self.cost, "max_profit": limit(self.outcome.max_profit),
            "max_loss": limit(self.outcome.max_loss), "breakevens": breakevens,
            "probability_of_profit": self.probability, "first_expiry_years": self.first_expiry,
            "margin": {"initial": self.margin.initial, "proceeds": self.margin.proceeds,
                "deposit": self.margin.deposit, "maintenance": self.margin.maintenance},
            "greeks_raw": greeks,
            "grid": {"spots": self.grid.spots, "elapsed_years": self.grid.elapsed,
                "volatility_shifts": self.grid.shifts, "profits_by_time_shift_spot": profits},
        })
    }
}

/// Around spot and strikes, a sixth of the range beyond.
pub(super) fn spots(book: &Book) -> (f64, f64) {
    let strikes = book.strategy.legs().iter().filter_map(|leg| match leg.instrument {
        Instrument::Option { strike, .. } => Some(strike),
        Instrument::Shares => None,
    });
    let (low, high) = strikes.fold((book.spot, book.spot), |(low, high), strike| (low.min(strike), high.max(strike)));
    let margin = ((high - low) / 2.0).max(0.1 * book.spot);
    ((low - margin).max(0.0), high + margin)
}

fn legs(book: &Book) -> Vec<Vec<String>> {
    let header = ["leg", "quantity", "strike", "years", "style", "multiplier", "premium", "", "volatility"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    let parts = book.strategy.legs().iter().zip(&book.volatilities).zip(&book.at_model);
    for (i, ((leg, volatility), model)) in parts.enumerate() {
        let (name, strike, years, style, volatility) = match leg.instrument {
            Instrument::Shares => ("shares", String::new(), String::new(), "", String::new()),
            Instrument::Option { kind, strike, years, style } => (
                if kind == OptionType::Call { "call" } else { "put" },
                money(strike),
                format!("{years:.4}"),
                if style == Style::European { "European" } else { "American" },
                format!("{:.2}%", 100.0 * volatility),
            ),
        };
        let source = if *model { "model" } else { "given" };
        rows.push(vec![
            format!("{} {name}", i + 1),
            format!("{:+}", leg.quantity),
            strike,
            years,
            style.to_owned(),
            leg.multiplier.to_string(),
            format!("{:.4}", leg.premium),
            source.to_owned(),
            volatility,
        ]);
    }
    rows
}

/// Two decimals, thousands separated.
pub(super) fn money(value: f64) -> String {
    engine_report::picture::Axis::default().decimals(2).number(value)
}

fn limit(limit: Limit) -> String {
    limit.amount().map_or_else(|| "unlimited".to_owned(), money)
}
