//! Equality with the reference tables of time series: `golden/coint_series.csv` and the
//! tables that belong to it, `golden/corr_series.csv` and its own, `golden/ewma_garch.csv`.

use std::collections::BTreeMap;

use risk::series::adf::{AdfSettings, LagChoice, adf};
use risk::series::correlation::{covariance, pearson, rolling};
use risk::series::engle_granger::{EngleGrangerSettings, both, engle_granger};
use risk::series::garch::{Garch, fit};
use risk::series::mackinnon::{CriticalValues, Trend, critical_values, p_value};
use risk::series::rank::{kendall, spearman};
use risk::series::{ewma, half_life};

/// Rows of a table, by the names of its columns.
struct Table {
    names: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        Self { names: lines.next().expect("a header"), rows: lines.collect() }
    }

    fn text(&self, row: usize, name: &str) -> &'static str {
        self.rows[row][self.names.iter().position(|n| *n == name).expect(name)]
    }

    /// `None` for an empty cell.
    fn number(&self, row: usize, name: &str) -> Option<f64> {
        let text = self.text(row, name);
        (!text.is_empty()).then(|| text.parse().expect(text))
    }
}

/// The largest error of one column, as a share of its tolerance.
#[derive(Default)]
struct Worst(BTreeMap<&'static str, f64>);

impl Worst {
    fn relative(&mut self, what: &'static str, found: f64, expected: f64, tolerance: f64) {
        let same = found == expected;
        self.note(what, if same { 0.0 } else { (found - expected).abs() / expected.abs() / tolerance });
    }

    fn absolute(&mut self, what: &'static str, found: f64, expected: f64, tolerance: f64) {
        self.note(what, (found - expected).abs() / tolerance);
    }

    fn note(&mut self, what: &'static str, share: f64) {
        assert!(!share.is_nan(), "{what}");
        let worst = self.0.entry(what).or_default();
        *worst = worst.max(share);
    }

    fn check(self) {
        println!("worst error as a share of its tolerance: {:?}", self.0);
        assert!(!self.0.is_empty());
        for (what, share) in self.0 {
            assert!(share <= 1.0, "{what}: {share} of the tolerance");
        }
    }
}

fn trend(name: &str) -> Trend {
    Trend::named(name).expect(name)
}

fn choice(name: &str) -> LagChoice {
    LagChoice::named(name).expect(name)
}

/// Two columns of a table of series, by pair.
fn pairs(text: &'static str, a: &str, b: &str) -> BTreeMap<&'static str, (Vec<f64>, Vec<f64>)> {
    let table = Table::read(text);
    let mut all = BTreeMap::<_, (Vec<f64>, Vec<f64>)>::new();
    for row in 0..table.rows.len() {
        let of = all.entry(table.text(row, "pair")).or_default();
        of.0.push(table.number(row, a).expect(a));
        of.1.push(table.number(row, b).expect(b));
    }
    all
}

fn coint_pairs() -> BTreeMap<&'static str, (Vec<f64>, Vec<f64>)> {
    pairs(include_str!("../golden/coint_series.csv"), "y", "x")
}

fn critical(worst: &mut Worst, table: &Table, row: usize, found: Option<CriticalValues>) {
    let expected = ["crit_1pct", "crit_5pct", "crit_10pct"].map(|name| table.number(row, name));
    let Some(CriticalValues { one, five, ten }) = found else {
        assert_eq!(expected, [None; 3]);
        return;
    };
    for (found, expected) in [one, five, ten].into_iter().zip(expected) {
        worst.absolute("critical values", found, expected.expect("given"), 1e-9);
    }
}

#[test]
fn critical_values_and_p_values() {
    let mut worst = Worst::default();
    let table = Table::read(include_str!("../golden/mackinnon_crit.csv"));
    for row in 0..table.rows.len() {
        let variables = table.text(row, "n_vars").parse().expect("n_vars");
        let observations = table.number(row, "nobs").expect("nobs");
        let found = critical_values(trend(table.text(row, "regression")), variables, observations);
        assert!(found.is_some());
        critical(&mut worst, &table, row, found);
    }
    let table = Table::read(include_str!("../golden/mackinnon_p.csv"));
    for row in 0..table.rows.len() {
        let variables = table.text(row, "n_vars").parse().expect("n_vars");
        let statistic = table.number(row, "tau").expect("tau");
        let found = p_value(statistic, trend(table.text(row, "regression")), variables).expect("a table");
        // Stricter than the table asks: relative, so that the far tail counts.
        worst.relative("p-values", found, table.number(row, "p_value").expect("p"), 1e-8);
    }
    worst.check();
}

#[test]
fn every_dickey_fuller_test() {
    let series = coint_pairs();
    let table = Table::read(include_str!("../golden/adf.csv"));
    let mut worst = Worst::default();
    for row in 0..table.rows.len() {
        let (y, x) = &series[table.text(row, "pair")];
        let dy: Vec<f64> = y.windows(2).map(|w| w[1] - w[0]).collect();
        let values = match table.text(row, "series") {
            "y" => y,
            "x" => x,
            "dy" => &dy,
            other => unreachable!("{other}"),
        };
        let settings = AdfSettings {
            trend: trend(table.text(row, "regression")),
            choice: choice(table.text(row, "autolag")),
            max_lag: table.text(row, "maxlag").parse().ok(),
        };
        let found = adf(values, &settings).expect("an outcome");
        let place = &table.rows[row];
        assert_eq!(found.lags.to_string(), table.text(row, "used_lag"), "{place:?}");
        assert_eq!(found.observations.to_string(), table.text(row, "nobs"), "{place:?}");
        assert_eq!(values.len().to_string(), table.text(row, "n"), "{place:?}");
        worst.relative("statistic", found.statistic, table.number(row, "stat").expect("stat"), 1e-8);
        worst.relative("p-value", found.p_value, table.number(row, "p_value").expect("p"), 1e-8);
        critical(&mut worst, &table, row, Some(found.critical));
        match (found.criterion, table.number(row, "icbest")) {
            (Some(found), Some(expected)) => worst.relative("criterion", found, expected, 1e-8),
            (found, expected) => assert_eq!(found, expected, "{place:?}"),
        }
    }
    assert_eq!(table.rows.len(), 396);
    worst.check();
}

#[test]
fn every_cointegration_test() {
    let series = coint_pairs();
    let table = Table::read(include_str!("../golden/cointegration.csv"));
    let mut worst = Worst::default();
    for row in 0..table.rows.len() {
        let (y, x) = &series[table.text(row, "pair")];
        let settings = EngleGrangerSettings {
            trend: trend(table.text(row, "trend")),
            choice: choice(table.text(row, "autolag")),
            max_lag: table.text(row, "maxlag").parse().ok(),
        };
        let found = engle_granger(y, &[x], &settings).expect("an outcome");
        let place = &table.rows[row];
        assert_eq!(found.lags.expect("a test").to_string(), table.text(row, "used_lag"), "{place:?}");
        worst.relative("statistic", found.statistic, table.number(row, "coint_t").expect("t"), 1e-8);
        worst.relative("p-value", found.p_value.expect("a table"), table.number(row, "p_value").expect("p"), 1e-8);
        worst.relative("beta", found.slopes[0], table.number(row, "beta").expect("beta"), 1e-8);
        if let Some(alpha) = table.number(row, "alpha") {
            // 0 where there is none.
            worst.relative("alpha", found.terms.first().copied().unwrap_or(0.0), alpha, 1e-8);
        }
        critical(&mut worst, &table, row, found.critical);
        assert_eq!(both(y, x, &settings).expect("both ways").y_on_x, found);
    }
    assert_eq!(table.rows.len(), 96);
    worst.check();
}

/// The pairs are made as an AR(1) about a multiple of a random walk: their names tell phi.
#[test]
fn half_lives_of_the_pairs() {
    for (name, (y, x)) in coint_pairs() {
        let found = engle_granger(&y, &[&x], &EngleGrangerSettings::default()).expect("an outcome");
        let phi: f64 = name.split("phi").nth(1).expect("phi").parse().expect("phi");
        if phi < 1.0 {
            let fitted = half_life::half_life(&found.residuals).expect("reverts");
            assert!(1.0 + fitted.b < phi + 4.0 * fitted.standard_error, "{name}: {fitted:?}");
            assert!((1.0 + fitted.b - phi).abs() < 0.25, "{name}: {fitted:?}");
        }
    }
}

#[test]
fn every_correlation() {
    let series = pairs(include_str!("../golden/corr_series.csv"), "a", "b");
    let table = Table::read(include_str!("../golden/correlation.csv"));
    let mut worst = Worst::default();
    for row in 0..table.rows.len() {
        let (a, b) = &series[table.text(row, "pair")];
        let expected = |name| table.number(row, name).expect(name);
        assert_eq!(a.len().to_string(), table.text(row, "n"));
        let found = pearson(a, b).expect("defined");
        worst.absolute("pearson", found.coefficient, expected("pearson"), 1e-13);
        worst.relative("pearson p", found.p_value().expect("defined"), expected("pearson_p"), 1e-9);
        let (low, high) = found.interval(0.95).expect("a confidence");
        worst.absolute("interval", low, expected("ci95_low"), 1e-13);
        worst.absolute("interval", high, expected("ci95_high"), 1e-13);
        let found = spearman(a, b).expect("defined");
        worst.absolute("spearman", found.coefficient, expected("spearman"), 1e-13);
        worst.relative("spearman p", found.p_value().expect("defined"), expected("spearman_p"), 1e-9);
        worst.absolute("kendall", kendall(a, b).expect("defined").tau, expected("kendall_tau_b"), 1e-13);
        worst.relative("covariance", covariance(a, b).expect("defined"), expected("covariance_sample"), 1e-13);
    }
    let table = Table::read(include_str!("../golden/correlation_rolling.csv"));
    for row in 0..table.rows.len() {
        let (a, b) = &series[table.text(row, "pair")];
        let found = rolling(a, b, table.text(row, "window").parse().expect("window")).expect("defined");
        let t: usize = table.text(row, "t").parse().expect("t");
        let expected = table.number(row, "pearson").expect("pearson");
        worst.absolute("rolling", found[t].expect("defined").coefficient, expected, 1e-10);
    }
    assert_eq!(table.rows.len(), 734);
    worst.check();
}

/// `golden/ewma_garch.json`, in its order.
fn parameters() -> Vec<f64> {
    include_str!("../golden/ewma_garch.json")
        .lines()
        .filter_map(|line| line.split(": ").nth(1)?.trim_end_matches(',').parse().ok())
        .collect()
}

#[test]
fn volatilities() {
    let [lambda, initial, omega, alpha, beta, log_likelihood, first, omega_fit, alpha_fit, beta_fit, log_fit] =
        parameters()[..]
    else {
        unreachable!("eleven numbers");
    };
    let table = Table::read(include_str!("../golden/ewma_garch.csv"));
    let returns: Vec<f64> = (0..table.rows.len()).map(|row| table.number(row, "ret_pct").expect("ret_pct")).collect();
    let mut worst = Worst::default();
    worst.relative("backcast", ewma::initial_variance(&returns).expect("returns"), initial, 1e-12);
    let fixed = Garch { omega, alpha, beta };
    worst.relative("first variance", fixed.first_variance(&returns).expect("returns"), first, 1e-12);
    let columns = [
        ("ewma_vol_arch", ewma::forecasts(&returns, lambda, initial).expect("defined")),
        ("ewma_vol_from_first_square", ewma::averages(&returns, lambda).expect("defined")),
        ("garch_fixed_vol", fixed.variances(&returns, first).expect("defined")),
    ];
    for (name, variances) in columns {
        for (row, variance) in variances.iter().enumerate().take(table.rows.len()) {
            worst.absolute(name, variance.sqrt(), table.number(row, name).expect(name), 1e-12);
        }
    }
    let found = fixed.log_likelihood(&returns, first).expect("defined");
    worst.relative("log-likelihood", found, log_likelihood, 1e-12);
    let fitted = fit(&returns).expect("a maximum");
    worst.relative("fitted omega", fitted.garch.omega, omega_fit, 1e-3);
    worst.relative("fitted alpha", fitted.garch.alpha, alpha_fit, 1e-3);
    worst.relative("fitted beta", fitted.garch.beta, beta_fit, 1e-3);
    worst.note("fitted log-likelihood", ((log_fit - fitted.log_likelihood) / 1e-3).max(0.0));
    worst.check();
}
