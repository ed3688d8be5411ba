//! What is said of a surface: tables of text, one row an expiry.

use options::OptionError;
use options::chain::Fate;
use options::chain::rules::{Rule, count};
use options::surface::{DeltaConvention, Fitted, Skew, Summary, Term};
use options::svi::arbitrage::Violations;

use super::chain::Chain;

/// Strike over forward, for the table of volatilities.
pub(super) const MONEYNESS: [f64; 11] = [0.8, 0.85, 0.9, 0.95, 0.975, 1.0, 1.025, 1.05, 1.1, 1.15, 1.2];
/// The delta of risk reversal and butterfly.
const DELTA: f64 = 0.25;

/// One expiry.
pub(super) struct Expiry {
    pub(super) name: String,
    pub(super) term: Term,
    pub(super) discount: f64,
    pub(super) rate: f64,
    pub(super) discount_source: &'static str,
    pub(super) quotes: usize,
    pub(super) dropped: Vec<(Rule, usize)>,
    pub(super) summary: Summary,
    pub(super) skew: Skew,
    pub(super) before: Violations,
    pub(super) after: Violations,
    pub(super) volatilities: Vec<f64>,
}

/// All expiries, and the chain as a whole.
pub(super) struct Figures {
    pub(super) expiries: Vec<Expiry>,
    pub(super) left_out: Vec<(String, Rule)>,
    pub(super) quotes: usize,
    pub(super) dropped: Vec<(Rule, usize)>,
    pub(super) summary: Summary,
    pub(super) convention: DeltaConvention,
}

impl Figures {
    pub(super) fn of(chain: &Chain, fitted: &Fitted) -> Result<Self, OptionError> {
        let surface = &fitted.surface;
        let convention = if surface.spot().is_some() { DeltaConvention::Spot } else { DeltaConvention::Forward };
        let mut expiries = Vec::new();
        for (smile, term) in fitted.smiles.iter().zip(surface.term_structure()) {
            let years = smile.forward.years;
            let of_expiry = |(i, fate): (usize, &Fate)| (chain.quotes[i].years == years).then_some(*fate);
            let fates: Vec<Fate> = fitted.fates.iter().enumerate().filter_map(of_expiry).collect();
            let volatilities = surface.table(&MONEYNESS, &[years])?.into_iter().flatten().collect();
            expiries.push(Expiry {
                name: chain.name(years),
                term,
                discount: smile.forward.discount,
                rate: smile.forward.rate(),
                discount_source: smile.forward.source.name(),
                quotes: fates.len(),
                dropped: count(&fates),
                summary: smile.summary(),
                skew: surface.skew(years, DELTA, convention)?,
                before: smile.before,
                after: smile.after,
                volatilities,
            });
        }
        let left_out = fitted.expiries_dropped.iter().map(|(years, rule)| (chain.name(*years), *rule)).collect();
        let quotes = chain.quotes.len();
        Ok(Self { expiries, left_out, quotes, dropped: count(&fitted.fates), summary: fitted.summary(), convention })
    }

    /// The whole in a line.
    pub(super) fn lead(&self) -> String {
        let Summary { quotes, rmse_points, max_points, inside, .. } = self.summary;
        let all = |of: fn(&Expiry) -> usize| self.expiries.iter().map(of).sum::<usize>();
        let (before, after) = (all(|e| e.before.total()), all(|e| e.after.total()));
        format!(
            "{} quotes, {quotes} used over {} expiries. Fit: RMSE {rmse_points:.3} volatility points, at most {max_points:.2}, {:.1}% inside bid and ask. Violations of no-arbitrage: {before} fitted freely, {after} in the surface.",
            self.quotes,
            self.expiries.len(),
            100.0 * inside,
        )
    }

    /// Titles and tables, each with its header as the first row.
    pub(super) fn tables(&self) -> Vec<(&'static str, Vec<Vec<String>>)> {
        vec![
            ("Fit by expiry", self.fit_table()),
            ("Level and skew by expiry", self.skew_table()),
            ("Quotes dropped, by rule", self.rule_table()),
            ("Volatility by expiry and moneyness (strike / forward)", self.volatility_table()),
        ]
    }

    fn fit_table(&self) -> Vec<Vec<String>> {
        let header = [
            "expiry",
            "days",
            "quotes",
            "used",
            "forward",
            "discount",
            "rate",
            "from",
            "RMSE points",
            "max points",
            "inside",
            "violations before",
            "after",
        ];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for e in &self.expiries {
            rows.push(vec![
                e.name.clone(),
                format!("{:.2}", 365.0 * e.term.years),
                e.quotes.to_string(),
                e.summary.quotes.to_string(),
                format!("{:.3}", e.term.forward),
                format!("{:.6}", e.discount),
                percent(e.rate, 2),
                e.discount_source.to_owned(),
                format!("{:.3}", e.summary.rmse_points),
                format!("{:.2}", e.summary.max_points),
                percent(e.summary.inside, 1),
                format!("{} butterfly, {} wing, {} calendar", e.before.butterfly, e.before.wings, e.before.calendar),
                e.after.total().to_string(),
            ]);
        }
        rows
    }

    fn skew_table(&self) -> Vec<Vec<String>> {
        let header =
            ["expiry", "ATM", "slope", "25d call", "25d put", "25d RR", "25d BF", "forward vol", "variance swap"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for e in &self.expiries {
            let s = &e.skew;
            rows.push(vec![
                e.name.clone(),
                percent(s.at_the_money, 2),
                format!("{:.3}", s.slope),
                percent(s.call_volatility, 2),
                percent(s.put_volatility, 2),
                percent(s.risk_reversal(), 2),
                percent(s.butterfly(), 2),
                percent(e.term.forward_volatility, 2),
                percent(e.term.variance_swap, 2),
            ]);
        }
        rows
    }

    fn rule_table(&self) -> Vec<Vec<String>> {
        let mut header = vec!["expiry".to_owned()];
        header.extend(self.dropped.iter().map(|(rule, _)| rule.name().to_owned()));
        let line = |name: &str, dropped: &[(Rule, usize)]| {
            let of = |rule: Rule| dropped.iter().find(|(other, _)| *other == rule).map_or(0, |(_, n)| *n);
            let counts = self.dropped.iter().map(|(rule, _)| of(*rule).to_string());
            std::iter::once(name.to_owned()).chain(counts).collect::<Vec<_>>()
        };
        let mut rows = vec![header];
        rows.extend(self.expiries.iter().map(|e| line(&e.name, &e.dropped)));
        rows.push(line("all", &self.dropped));
        rows
    }

    fn volatility_table(&self) -> Vec<Vec<String>> {
        let mut header = vec!["expiry".to_owned()];
        header.extend(MONEYNESS.map(|m| format!("{:.1}%", 100.0 * m)));
        let mut rows = vec![header];
        for e in &self.expiries {
            let cells = e.volatilities.iter().map(|v| percent(*v, 2));
            rows.push(std::iter::once(e.name.clone()).chain(cells).collect());
        }
        rows
    }

    /// The tables as aligned text.
    pub(super) fn text(&self) -> String {
        let mut text = crate::output::wrap(&self.lead(), 100, "");
        for (name, rule) in &self.left_out {
            text.push_str(&format!("not fitted: {name} ({})\n", rule.name()));
        }
        for (title, table) in self.tables() {
            text.push_str(&format!("\n{title}\n{}", crate::options::answer::aligned(&table)));
        }
        text.push_str(&format!(
            "\nDeltas: {}. Slope: volatility per 1.00 of ln(strike / forward).\n",
            self.convention.name()
        ));
        text
    }

    /// Expiry, years, moneyness, strike, volatility.
    pub(super) fn csv(&self) -> String {
        let mut text = "expiry,years,moneyness,strike,volatility\n".to_owned();
        let digits = engine_data::number::digits17;
        for e in &self.expiries {
            for (moneyness, volatility) in MONEYNESS.iter().zip(&e.volatilities) {
                let strike = digits(moneyness * e.term.forward);
                let (years, volatility) = (digits(e.term.years), digits(*volatility));
                text.push_str(&format!("{},{years},{moneyness},{strike},{volatility}\n", e.name));
            }
        }
        text
    }
}

fn percent(fraction: f64, places: usize) -> String {
    format!("{:.places$}%", 100.0 * fraction)
}
