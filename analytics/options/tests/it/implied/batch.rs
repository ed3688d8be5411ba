//! Columns give the bits and the errors of the single calls.

use options::OptionType::{Call, Put};
use options::european::batch::Columns;
use options::implied::{self, ForwardQuotes, PARALLEL};
use options::{OptionError, OptionType};

/// Quotes of every region, some of them impossible, from a fixed sequence of numbers.
struct Quotes {
    prices: Vec<f64>,
    forwards: Vec<f64>,
    strikes: Vec<f64>,
    years: Vec<f64>,
    kinds: Vec<OptionType>,
}

impl Quotes {
    fn new(rows: usize) -> Self {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut quotes = Self {
            prices: Vec::new(),
            forwards: Vec::new(),
            strikes: Vec::new(),
            years: Vec::new(),
            kinds: Vec::new(),
        };
        for row in 0..rows {
            let kind = if next() < 0.5 { Call } else { Put };
            let forward = 50.0 + 100.0 * next();
            let width = [0.0, 1e-6, 0.1, 1.0, 10.0][(5.0 * next()) as usize];
            let strike = forward * libm::exp(width * (next() - 0.5));
            let intrinsic = (kind.sign() * (forward - strike)).max(0.0);
            let depth = libm::exp(-[0.1, 3.0, 40.0, 700.0][(4.0 * next()) as usize] * next());
            let price = match row % 97 {
                13 => -1.0,
                14 => intrinsic,
                15 => 1e9,
                16 => f64::NAN,
                17 => intrinsic + forward.min(strike),
                18 => 1e-200,
                _ => intrinsic + forward.min(strike) * depth,
            };
            quotes.prices.push(price);
            quotes.forwards.push(if row % 89 == 7 { -forward } else { forward });
            quotes.strikes.push(if row % 83 == 5 { f64::INFINITY } else { strike });
            quotes.years.push(if row % 79 == 3 { 0.0 } else { 3.0 * next() });
            quotes.kinds.push(kind);
        }
        quotes
    }

    fn columns(&self) -> ForwardQuotes<'_> {
        ForwardQuotes {
            prices: &self.prices,
            forwards: &self.forwards,
            strikes: &self.strikes,
            years: &self.years,
            kinds: &self.kinds,
        }
    }
}

#[test]
fn the_bits_and_errors_of_the_single_calls() {
    for rows in [0, 1, 2, 7, 8, 9, 511, 512, 513, 5_000, PARALLEL, PARALLEL + 1, 3 * PARALLEL + 777] {
        let quotes = Quotes::new(rows);
        let mut out = vec![-1.0; rows];
        let failures = implied::black_batch(&quotes.columns(), &mut out).expect("lengths agree");
        let mut failed = failures.iter();
        let mut solved = 0;
        for (row, found) in out.iter().enumerate() {
            let (price, forward) = (quotes.prices[row], quotes.forwards[row]);
            match implied::black(price, forward, quotes.strikes[row], quotes.years[row], quotes.kinds[row]) {
                Ok(expected) => {
                    assert_eq!(found.to_bits(), expected.to_bits(), "row {row}");
                    solved += 1;
                }
                Err(expected) => {
                    assert!(found.is_nan());
                    let failure = failed.next().expect("listed");
                    assert_eq!(failure.row, row);
                    assert_eq!(failure.error.to_string(), expected.to_string());
                }
            }
        }
        assert_eq!(failed.next(), None);
        assert!(rows < 100 || (solved > rows / 2 && solved < rows));
    }
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let quotes = Quotes::new(3 * PARALLEL + 777);
    let solve = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let mut out = vec![0.0; quotes.prices.len()];
        let failures = pool.install(|| implied::black_batch(&quotes.columns(), &mut out).expect("lengths agree"));
        let rows: Vec<usize> = failures.iter().map(|f| f.row).collect();
        (out.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), rows)
    };
    let mut out = vec![0.0; quotes.prices.len()];
    let failures = implied::black_batch_sequential(&quotes.columns(), &mut out).expect("lengths agree");
    assert_eq!(failures.len(), solve(2).1.len());
    assert_eq!(out.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), solve(2).0);
    assert_eq!(solve(1), solve(2));
    assert_eq!(solve(1), solve(5));
}

#[test]
fn columns_of_other_lengths_are_named() {
    let quotes = Quotes::new(10);
    let columns = quotes.columns();
    let short = [1.0; 9];
    let mut out = [0.0; 10];
    for (argument, columns) in [
        ("forwards", ForwardQuotes { forwards: &short, ..columns }),
        ("strikes", ForwardQuotes { strikes: &short, ..columns }),
        ("years", ForwardQuotes { years: &short, ..columns }),
        ("kinds", ForwardQuotes { kinds: &[Call; 9], ..columns }),
    ] {
        let expected = OptionError::Length { argument, found: 9, expected: 10 };
        assert_eq!(implied::black_batch(&columns, &mut out), Err(expected));
    }
    let expected = OptionError::Length { argument: "out", found: 9, expected: 10 };
    assert_eq!(implied::black_batch(&columns, &mut out[..9]), Err(expected));
}

#[test]
fn prices_of_today_in_columns() {
    let rows = 3_000;
    let quotes = Quotes::new(rows);
    let rates: Vec<f64> = (0..rows).map(|row| f64::from(row as u32 % 11) * 0.01 - 0.02).collect();
    let columns = Columns {
        kind: (&quotes.kinds).into(),
        spot: (&quotes.forwards).into(),
        strike: (&quotes.strikes).into(),
        years: (&quotes.years).into(),
        rate: (&rates).into(),
        dividend_yield: 0.01.into(),
        volatility: f64::NAN.into(),
    };
    let mut out = vec![0.0; rows];
    let failures = implied::volatility_batch(&quotes.prices, &columns, &mut out).expect("lengths agree");
    let mut failed = failures.iter();
    for (row, found) in out.iter().enumerate() {
        let option = columns.option(row).expect("a row");
        match implied::volatility(quotes.prices[row], &option) {
            Ok(expected) => assert_eq!(found.to_bits(), expected.to_bits(), "row {row}"),
            Err(expected) => {
                assert!(found.is_nan());
                let failure = failed.next().expect("listed");
                assert_eq!((failure.row, failure.error.to_string()), (row, expected.to_string()));
            }
        }
    }
    assert_eq!(failed.next(), None);
    assert!(failures.len() < rows / 2);
    let expected = OptionError::Length { argument: "prices", found: rows - 1, expected: rows };
    assert_eq!(implied::volatility_batch(&quotes.prices[1..], &columns, &mut out), Err(expected));
}
