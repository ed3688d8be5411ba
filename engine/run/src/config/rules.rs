//! `[fill]`, `[actions]`, `[risk]`: how bars fill orders, whether corporate actions
//! take effect, and the limits of the risk gate.

use engine_core::exchange::{FillRules, LimitFill, LimitGap, MarketFill, PathRule, Slippage};
use engine_core::fixed::{Amount, Quantity, Rate};
use engine_core::gate::RiskLimits;
use serde::Serialize;

use super::costs::CostsConfig;
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
fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, v)| *v == value).map_or("", |(name, _)| name)
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
