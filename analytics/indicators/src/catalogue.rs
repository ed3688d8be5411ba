//! The list of all indicators: names, arguments, outputs. The only place that knows them all.

use std::fmt;

use crate::parameter::{PERIOD_MAX, ParameterError, WIDTH_MAX};
use crate::{
    Adx, Atr, Bollinger, Cci, Ema, Indicator, LinregSlope, Macd, Mfi, Momentum, Natr, Obv, Roc, RollingMax, RollingMin,
    Rsi, Seeding, Sma, StdDev, Stochastic, TrueRange, Vwap, VwapSpan, WilliamsR, Wma,
};

/// Builds an indicator from all of its arguments.
pub(crate) type Build = fn(&[Value]) -> Result<Box<dyn Indicator>, ParameterError>;

/// One indicator that [`crate::parse`] knows.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Name, as in `rsi(14)`.
    pub name: &'static str,
    /// Arguments in order. Those at the end may be left out.
    pub arguments: &'static [Argument],
    /// Names of the output columns.
    pub outputs: &'static [&'static str],
    /// What it is, in one line.
    pub doc: &'static str,
    pub(crate) build: Build,
}

/// One argument of an indicator.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Name, for messages and documentation.
    pub name: &'static str,
    /// What it may be.
    pub kind: ArgumentKind,
}

/// What an argument may be, and what it is when left out.
#[derive(Clone, Copy, Debug)]
pub enum ArgumentKind {
    /// A number of bars.
    Bars {
        /// Value when left out.
        default: usize,
        /// Smallest value.
        minimum: usize,
        /// Largest value.
        maximum: usize,
    },
    /// A number above zero.
    Factor {
        /// Value when left out.
        default: f64,
        /// Largest value.
        maximum: f64,
    },
    /// One of some words; the first when left out.
    Word {
        /// The words.
        words: &'static [&'static str],
    },
    /// One of some words, the first when left out, or a number of bars.
    WordOrBars {
        /// The words.
        words: &'static [&'static str],
        /// Smallest number.
        minimum: usize,
        /// Largest number.
        maximum: usize,
    },
}

impl fmt::Display for ArgumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bars { minimum, maximum, .. } => {
                write!(f, "a whole number from {minimum} to {maximum}")
            }
            Self::Factor { maximum, .. } => write!(f, "a number above 0, at most {maximum}"),
            Self::Word { words } => write!(f, "{}", words.join(" or ")),
            Self::WordOrBars { words, minimum, maximum } => {
                write!(f, "{}, or a whole number from {minimum} to {maximum}", words.join(" or "))
            }
        }
    }
}

/// An argument that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Bars(usize),
    Factor(f64),
    Word(&'static str),
}

impl ArgumentKind {
    pub(crate) fn default_value(&self) -> Value {
        match *self {
            Self::Bars { default, .. } => Value::Bars(default),
            Self::Factor { default, .. } => Value::Factor(default),
            Self::Word { words } | Self::WordOrBars { words, .. } => {
                Value::Word(words.first().copied().unwrap_or_default())
            }
        }
    }

    /// Reads an argument; `None` when it is not what it should be.
    pub(crate) fn read(&self, text: &str) -> Option<Value> {
        let word = |words: &[&'static str]| words.iter().copied().find(|word| *word == text);
        let bars = |minimum, maximum| {
            let number = text.parse::<usize>().ok()?;
            (minimum..=maximum).contains(&number).then_some(Value::Bars(number))
        };
        match *self {
            Self::Bars { minimum, maximum, .. } => bars(minimum, maximum),
            Self::Factor { maximum, .. } => {
                let number = text.parse::<f64>().ok()?;
                (number > 0.0 && number <= maximum).then_some(Value::Factor(number))
            }
            Self::Word { words } => word(words).map(Value::Word),
            Self::WordOrBars { words, minimum, maximum } => {
                word(words).map(Value::Word).or_else(|| bars(minimum, maximum))
            }
        }
    }
}

const fn bars(name: &'static str, default: usize) -> Argument {
    let (minimum, maximum) = (1, PERIOD_MAX);
    Argument { name, kind: ArgumentKind::Bars { default, minimum, maximum } }
}

const SEEDING: Argument = Argument { name: "seeding", kind: ArgumentKind::Word { words: &["sma", "first"] } };
const WIDTH: Argument = Argument { name: "width", kind: ArgumentKind::Factor { default: 2.0, maximum: WIDTH_MAX } };
const SPAN: Argument = Argument {
    name: "span",
    kind: ArgumentKind::WordOrBars { words: &["cumulative", "session"], minimum: 1, maximum: PERIOD_MAX },
};

/// The bars in argument `at`; [`crate::parse`] fills in every argument, so there is always one.
fn number(values: &[Value], at: usize) -> usize {
    match values.get(at) {
        Some(Value::Bars(number)) => *number,
        _ => 0,
    }
}

fn factor(values: &[Value], at: usize) -> f64 {
    match values.get(at) {
        Some(Value::Factor(number)) => *number,
        _ => f64::NAN,
    }
}

fn seeding(values: &[Value], at: usize) -> Seeding {
    match values.get(at) {
        Some(Value::Word("first")) => Seeding::First,
        _ => Seeding::Sma,
    }
}

fn span(values: &[Value], at: usize) -> VwapSpan {
    match values.get(at) {
        Some(Value::Bars(number)) => VwapSpan::Rolling(*number),
        Some(Value::Word("session")) => VwapSpan::Session,
        _ => VwapSpan::Cumulative,
    }
}

fn boxed<I: Indicator + 'static>(indicator: I) -> Box<dyn Indicator> {
    Box::new(indicator)
}

/// All indicators, by name.
#[must_use]
pub fn catalogue() -> &'static [Entry] {
    CATALOGUE
}

macro_rules! entry {
    ($name:literal, [$($argument:expr),*], [$($output:literal),*], $doc:literal, $build:expr) => {
        Entry {
            name: $name,
            arguments: &[$($argument),*],
            outputs: &[$($output),*],
            doc: $doc,
            build: $build,
        }
    };
}

const CATALOGUE: &[Entry] = &[
    entry!(
        "adx",
        [bars("period", 14)],
        ["adx", "plus_di", "minus_di"],
        "average directional movement index, +DI and -DI, Wilder",
        |v| Adx::new(number(v, 0)).map(boxed)
    ),
    entry!("atr", [bars("period", 14)], ["atr"], "average true range, Wilder", |v| Atr::new(number(v, 0)).map(boxed)),
    entry!(
        "bollinger",
        [bars("period", 20), WIDTH],
        ["upper", "middle", "lower"],
        "Bollinger bands with the population standard deviation",
        |v| Bollinger::new(number(v, 0), factor(v, 1)).map(boxed)
    ),
    entry!("cci", [bars("period", 20)], ["cci"], "commodity channel index", |v| Cci::new(number(v, 0)).map(boxed)),
    entry!("ema", [bars("period", 12), SEEDING], ["ema"], "exponential moving average of the close", |v| Ema::new(
        number(v, 0),
        seeding(v, 1)
    )
    .map(boxed)),
    entry!(
        "linreg_slope",
        [bars("period", 14)],
        ["linreg_slope"],
        "slope of the least-squares line through the closes, per bar",
        |v| LinregSlope::new(number(v, 0)).map(boxed)
    ),
    entry!(
        "macd",
        [bars("fast", 12), bars("slow", 26), bars("signal", 9), SEEDING],
        ["macd", "signal", "hist"],
        "moving average convergence divergence",
        |v| Macd::new(number(v, 0), number(v, 1), number(v, 2), seeding(v, 3)).map(boxed)
    ),
    entry!("max", [bars("period", 20)], ["max"], "largest close of the window", |v| RollingMax::new(number(v, 0))
        .map(boxed)),
    entry!("mfi", [bars("period", 14)], ["mfi"], "money flow index", |v| Mfi::new(number(v, 0)).map(boxed)),
    entry!("min", [bars("period", 20)], ["min"], "smallest close of the window", |v| RollingMin::new(number(v, 0))
        .map(boxed)),
    entry!("momentum", [bars("period", 10)], ["momentum"], "close minus the close some bars ago", |v| Momentum::new(
        number(v, 0)
    )
    .map(boxed)),
    entry!("natr", [bars("period", 14)], ["natr"], "average true range in percent of the close", |v| Natr::new(
        number(v, 0)
    )
    .map(boxed)),
    entry!("obv", [], ["obv"], "on-balance volume", |_| Ok(boxed(Obv::new()))),
    entry!("roc", [bars("period", 10)], ["roc"], "rate of change of the close, in percent", |v| Roc::new(number(v, 0))
        .map(boxed)),
    entry!("rsi", [bars("period", 14)], ["rsi"], "relative strength index, Wilder", |v| Rsi::new(number(v, 0))
        .map(boxed)),
    entry!("sma", [bars("period", 20)], ["sma"], "simple moving average of the close", |v| Sma::new(number(v, 0))
        .map(boxed)),
    entry!("std", [bars("period", 20)], ["std"], "population standard deviation of the closes", |v| StdDev::new(
        number(v, 0)
    )
    .map(boxed)),
    entry!(
        "stochastic",
        [bars("period", 14), bars("slowing", 3), bars("smoothing", 3)],
        ["k", "d"],
        "slow stochastic oscillator",
        |v| Stochastic::new(number(v, 0), number(v, 1), number(v, 2)).map(boxed)
    ),
    entry!("true_range", [], ["true_range"], "true range", |_| Ok(boxed(TrueRange::new()))),
    entry!(
        "vwap",
        [SPAN],
        ["vwap"],
        "volume-weighted average of the typical price: cumulative, per session or rolling",
        |v| Vwap::new(span(v, 0)).map(boxed)
    ),
    entry!("williams_r", [bars("period", 14)], ["williams_r"], "Williams %R", |v| WilliamsR::new(number(v, 0))
        .map(boxed)),
    entry!("wma", [bars("period", 10)], ["wma"], "linearly weighted moving average of the close", |v| Wma::new(
        number(v, 0)
    )
    .map(boxed)),
];
