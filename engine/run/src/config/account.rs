//! `[account]`: the money a run starts with, and what the account may do.

use engine_core::account::AccountKind;
use engine_core::fixed::{Money, Rate};
use serde::Serialize;

use super::document::Document;
use super::place::ConfigError;
use super::section::Section;

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Pays in full, sells only what it holds.
    Cash,
    /// May borrow and go short.
    Margin,
}

/// `[account]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AccountConfig {
    /// Cash at the start, in `currency`; 0.01 to 1e12, default 100,000.
    pub cash: f64,
    /// ISO 4217 code; the currency of the data when left out.
    pub currency: Option<String>,
    /// `cash` (default) or `margin`.
    pub kind: Kind,
    /// Gross positions over equity of a margin account; 0.01 to 100, default 2.
    pub leverage: f64,
}

impl AccountConfig {
    pub(crate) fn account_kind(&self) -> AccountKind {
        match self.kind {
            Kind::Cash => AccountKind::Cash,
            Kind::Margin => AccountKind::Margin { leverage: Rate::from_f64(self.leverage).unwrap_or(Rate::ZERO) },
        }
    }

    pub(crate) fn money(&self) -> Money {
        Money::from_f64(self.cash).unwrap_or_default()
    }
}

pub(crate) fn read(document: &Document) -> Result<AccountConfig, ConfigError> {
    let section = Section::new(document, "account", &["cash", "currency", "kind", "leverage"])?;
    let cash = section.number("cash", 0.01, 1e12)?.unwrap_or(100_000.0);
    let currency = section.text("currency", super::data::CURRENCY)?;
    if let Some(code) = currency.as_deref().filter(|c| !super::data::is_currency(c)) {
        return Err(section.error("currency", format!("found {code:?}, expected {}", super::data::CURRENCY)));
    }
    let kinds = [("cash", Kind::Cash), ("margin", Kind::Margin)];
    let kind = section.word("kind", &kinds)?.unwrap_or(Kind::Cash);
    if kind == Kind::Cash && section.has("leverage") {
        return Err(section.error("leverage", "belongs to kind = \"margin\", the account is kind \"cash\""));
    }
    let leverage = section.number("leverage", 0.01, 100.0)?.unwrap_or(2.0);
    Ok(AccountConfig { cash, currency, kind, leverage })
}
