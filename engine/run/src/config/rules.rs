//! `[costs]`, `[fill]`, `[actions]`, `[risk]`: what trading costs, how bars fill
//! orders, whether corporate actions take effect, and the limits of the risk gate.

use engine_core::account::FeeSchedule;
use engine_core::exchange::{FillRules, LimitFill, LimitGap, MarketFill, PathRule, Slippage};
use engine_core::fixed::{Amount, Price, Quantity, Rate};
use engine_core::gate::RiskLimits;
use serde::Serialize;

use super::document::Document;
use super::place::ConfigError;
use super::section::Section;

const MARKETS: &[(&str, MarketFill)] = &[("next_open", MarketFill::NextOpen), ("same_close", MarketFill::SameClose)];
const PATHS: &[(&str, PathRule)] = &[
    ("near_first", PathRule::NearFirst),
    ("high_first", PathRule::HighFirst),
    ("low_first", PathRule::LowFirst),
    ("pessimistic", PathRule::Pessimistic),
    ("optimistic", PathRule::Optimistic),
];
const LIMIT_FILLS: &[(&str, LimitFill)] = &[("touch", LimitFill::Touch), ("through", LimitFill::Through)];
const LIMIT_GAPS: &[(&str, LimitGap)] = &[("open", LimitGap::Open), ("limit", LimitGap::Limit)];
/// Schedules that have a name and no implementation yet.
const LATER: &[&str] = &["futu-hk", "futu-us", "cn-connect"];

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, v)| *v == value).map_or("", |(name, _)| name)
}

/// Which fees are charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// None.
    None,
    /// A fraction of the traded amount, on both sides.
    Rate,
}

/// How far market and stop fills move against us.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "lowercase")]
pub enum SlippageConfig {
    /// Not at all.
    None,
    /// By ticks; 0 to 10,000.
    Ticks(u32),
    /// By basis points of the price; 0 to 10,000.
    Bps(f64),
    /// By a price distance; 0 to 1e6.
    Amount(f64),
    /// By `value x sqrt(quantity / volume)` of the price; 0 to 10.
    Sqrt(f64),
}

/// `[costs]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostsConfig {
    /// `rate` (default when a rate is given) or `none`.
    pub schedule: Schedule,
    /// Fraction of the traded amount; 0 to 1.
    pub rate: f64,
    /// Default none.
    pub slippage: SlippageConfig,
}

impl CostsConfig {
    pub(crate) fn fees(&self) -> FeeSchedule {
        match self.schedule {
            Schedule::None => FeeSchedule::Free,
            Schedule::Rate => FeeSchedule::Rate(Rate::from_f64(self.rate).unwrap_or(Rate::ZERO)),
        }
    }

    fn slippage(&self) -> Slippage {
        match self.slippage {
            SlippageConfig::None => Slippage::None,
            SlippageConfig::Ticks(n) => Slippage::Ticks(n),
            SlippageConfig::Bps(bps) => Slippage::Fraction(Rate::from_f64(bps / 10_000.0).unwrap_or(Rate::ZERO)),
            SlippageConfig::Amount(x) => Slippage::Amount(Price::from_f64(x).unwrap_or(Price::ZERO)),
            SlippageConfig::Sqrt(x) => Slippage::SquareRoot(Rate::from_f64(x).unwrap_or(Rate::ZERO)),
        }
    }
}

pub(crate) fn read_costs(document: &Document) -> Result<CostsConfig, ConfigError> {
    let section = Section::new(document, "costs", &["schedule", "rate", "slippage"])?;
    let name = section.text("schedule", "\"rate\" or \"none\"")?;
    if let Some(name) = name.as_deref().filter(|n| LATER.contains(n)) {
        return Err(section
            .error("schedule", format!("\"{name}\" is not available in this version, expected \"rate\" or \"none\"")));
    }
    let schedule = section.word("schedule", &[("rate", Schedule::Rate), ("none", Schedule::None)])?;
    let rate = section.number("rate", 0.0, 1.0)?;
    let schedule = match (schedule, rate) {
        (Some(Schedule::Rate), None) => {
            return Err(section.error("rate", "missing, expected a number from 0 to 1 with schedule = \"rate\""));
        }
        (Some(Schedule::None), Some(_)) => {
            return Err(section.error("rate", "belongs to schedule = \"rate\", the schedule is \"none\""));
        }
        (Some(schedule), _) => schedule,
        (None, Some(_)) => Schedule::Rate,
        (None, None) => Schedule::None,
    };
    let slippage = read_slippage(document)?;
    Ok(CostsConfig { schedule, rate: rate.unwrap_or(0.0), slippage })
}

fn read_slippage(document: &Document) -> Result<SlippageConfig, ConfigError> {
    let section = Section::new(document, "costs.slippage", &["kind", "value"])?;
    if !section.exists() {
        return Ok(SlippageConfig::None);
    }
    let kinds = ["none", "ticks", "bps", "amount", "sqrt"].map(|k| (k, k));
    let Some(kind) = section.word("kind", &kinds)? else {
        let names = crate::nearest::one_of(kinds.iter().map(|(k, _)| *k));
        return Err(section.error("kind", format!("missing, expected {names}")));
    };
    if kind == "none" {
        section.allow(&["kind"])?;
        return Ok(SlippageConfig::None);
    }
    let missing = || section.error("value", format!("missing, expected a number with kind = \"{kind}\""));
    if kind == "ticks" {
        let ticks = section.integer("value", 0, 10_000)?.ok_or_else(missing)?;
        return Ok(SlippageConfig::Ticks(ticks as u32));
    }
    let most = match kind {
        "bps" => 10_000.0,
        "amount" => 1e6,
        _ => 10.0,
    };
    let value = section.number("value", 0.0, most)?.ok_or_else(missing)?;
    Ok(match kind {
        "bps" => SlippageConfig::Bps(value),
        "amount" => SlippageConfig::Amount(value),
        _ => SlippageConfig::Sqrt(value),
    })
}

/// `[fill]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FillConfig {
    /// `next_open` (default) or `same_close`.
    pub market: &'static str,
    /// `near_first` (default), `high_first`, `low_first`, `pessimistic`, `optimistic`.
    pub path: &'static str,
    /// `touch` (default) or `through`.
    pub limit_fill: &'static str,
    /// `open` (default) or `limit`.
    pub limit_gap: &'static str,
    /// Share of a bar's volume that our orders may take; 0.000001 to 1, no cap when left out.
    pub participation: Option<f64>,
    /// Keeps a slipped price inside the bar; default false.
    pub clamp: bool,
    #[serde(skip)]
    rules: FillRules,
}

impl FillConfig {
    pub(crate) fn rules(&self, costs: &CostsConfig) -> FillRules {
        FillRules { slippage: costs.slippage(), ..self.rules }
    }
}

pub(crate) fn read_fill(document: &Document) -> Result<FillConfig, ConfigError> {
    let keys = ["market", "path", "limit_fill", "limit_gap", "participation", "clamp"];
    let section = Section::new(document, "fill", &keys)?;
    let participation = section.number("participation", 0.000_001, 1.0)?;
    let rules = FillRules {
        market: section.word("market", MARKETS)?.unwrap_or_default(),
        path: section.word("path", PATHS)?.unwrap_or_default(),
        limit_fill: section.word("limit_fill", LIMIT_FILLS)?.unwrap_or_default(),
        limit_gap: section.word("limit_gap", LIMIT_GAPS)?.unwrap_or_default(),
        slippage: Slippage::None,
        clamp: section.flag("clamp")?.unwrap_or(false),
        participation: participation.and_then(Rate::from_f64),
    };
    if rules.market == MarketFill::SameClose && participation.is_some() {
        return Err(section.error("participation", "excludes market = \"same_close\", which fills everything at once"));
    }
    Ok(FillConfig {
        market: word_of(MARKETS, rules.market),
        path: word_of(PATHS, rules.path),
        limit_fill: word_of(LIMIT_FILLS, rules.limit_fill),
        limit_gap: word_of(LIMIT_GAPS, rules.limit_gap),
        participation,
        clamp: rules.clamp,
        rules,
    })
}

/// `[actions]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ActionsConfig {
    /// `apply` (default): splits and dividends take effect; or `ignore`.
    pub mode: &'static str,
}

impl ActionsConfig {
    pub(crate) fn apply(self) -> bool {
        self.mode == "apply"
    }
}

pub(crate) fn read_actions(document: &Document) -> Result<ActionsConfig, ConfigError> {
    let section = Section::new(document, "actions", &["mode"])?;
    let mode = section.word("mode", &[("apply", "apply"), ("ignore", "ignore")])?;
    Ok(ActionsConfig { mode: mode.unwrap_or("apply") })
}

/// `[risk]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskConfig {
    /// Largest quantity of one order; 1e-8 to 1e10, no limit when left out.
    pub order_quantity_max: Option<f64>,
    /// Largest price times quantity of one order; 0.01 to 1e10, no limit when left out.
    pub order_notional_max: Option<f64>,
    /// Most orders at work; 1 to 1,000,000, default 100,000.
    pub open_orders_max: usize,
}

impl RiskConfig {
    pub(crate) fn limits(&self) -> RiskLimits {
        RiskLimits {
            order_quantity_max: self.order_quantity_max.and_then(Quantity::from_f64),
            order_notional_max: self.order_notional_max.and_then(Amount::from_f64),
            open_orders_max: self.open_orders_max,
        }
    }
}

pub(crate) fn read_risk(document: &Document) -> Result<RiskConfig, ConfigError> {
    let section = Section::new(document, "risk", &["order_quantity_max", "order_notional_max", "open_orders_max"])?;
    let open_orders_max = section.integer("open_orders_max", 1, 1_000_000)?.unwrap_or(100_000);
    Ok(RiskConfig {
        order_quantity_max: section.number("order_quantity_max", 1e-8, 1e10)?,
        order_notional_max: section.number("order_notional_max", 0.01, 1e10)?,
        open_orders_max: open_orders_max as usize,
    })
}
