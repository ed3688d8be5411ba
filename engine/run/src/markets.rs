//! The trading rules and fees of the markets, brought to the series of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine_core::date::Date;
use engine_core::feed::Series;
use engine_core::instrument::Instrument;
use engine_core::rules::{LotRule, MarketRules, PriceLimits, ProductClass, Settlement};
use engine_core::time::Timestamp;
use engine_data::rules::market_rules;

use crate::config::{Config, ConfigError};
use crate::manifest::InputFile;

/// The rules of the markets of a run, read when first asked for.
pub(crate) struct Markets<'a> {
    config: &'a Config,
    /// By market; `None` where no rules are known.
    loaded: BTreeMap<String, Option<Arc<MarketRules>>>,
    rules: Vec<String>,
    warnings: Vec<String>,
    files: Vec<InputFile>,
}

impl<'a> Markets<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        Self { config, loaded: BTreeMap::new(), rules: Vec::new(), warnings: Vec::new(), files: Vec::new() }
    }

    /// What holds in words, what is taken for granted, and the files that were read.
    pub(crate) fn finish(mut self) -> (Vec<String>, Vec<String>, Vec<InputFile>) {
        if !self.config.rules.apply() {
            self.rules.push("no price steps, lots, price limits or settlement of a market".to_owned());
        }
        self.rules.sort();
        self.warnings.sort();
        self.warnings.dedup();
        (self.rules, self.warnings, self.files)
    }

    /// Gives a series the rules of its market: what holds at its first bar, and what changes later.
    pub(crate) fn apply(&mut self, number: usize, series: &mut Series, adjusted: bool) -> Result<(), ConfigError> {
        let symbol = series.instrument.symbol.to_string();
        let closes = &series.bars.columns().close_time;
        let (Some(first), Some(last)) = (closes.first(), closes.last()) else { return Ok(()) };
        let (first, last) = (Timestamp::from_nanos(*first), Timestamp::from_nanos(*last));
        self.check_fees(&symbol, &series.instrument, first, last)?;
        if !self.config.rules.apply() {
            return Ok(());
        }
        let market = MarketRules::market_of(&symbol).to_owned();
        let Some(rules) = self.of(&market)? else {
            self.rules.push(format!("{symbol}: no rules are known for its market"));
            return Ok(());
        };
        let Some(class) = rules.product(&symbol, series.instrument.kind) else { return Ok(()) };
        let terms = Terms { config: self.config, number, rules: &rules, class, adjusted, base: &series.instrument };
        let (from, until) = (rules.date(first), rules.date(last));
        let mut holds = terms.on(from)?;
        let instrument = terms.instrument(&holds);
        let mut changes = Vec::new();
        for day in from.days() + 1..=until.days() {
            let date = Date::from_days(day);
            let now = terms.on(date)?;
            if now != holds {
                holds = now;
                changes.push((rules.begin_of(date), terms.instrument(&holds)));
            }
        }
        self.describe(&rules, &instrument, class, adjusted);
        let assumed = rules.assumptions(from, until, class, &symbol).map(|a| format!("{symbol}: {}", a.text));
        self.warnings.extend(assumed);
        (series.instrument, series.changes) = (instrument, changes);
        // Limits are measured on prices as they trade.
        let without = |rules: &MarketRules| MarketRules { limits: PriceLimits::default(), ..rules.clone() };
        series.rules = Some(if adjusted { Arc::new(without(&rules)) } else { rules });
        Ok(())
    }

    fn describe(&mut self, rules: &MarketRules, instrument: &Instrument, class: ProductClass, adjusted: bool) {
        let symbol = &instrument.symbol;
        let mut words = vec![format!("lots of {}", instrument.lot)];
        if !adjusted {
            words.push("price steps by date".to_owned());
            if rules.board(symbol.as_str()).is_some() {
                words.push("daily price limits".to_owned());
            }
        }
        if rules.settlement(symbol.as_str(), class) == Settlement::NextSession {
            words.push("what is bought is sold from the next session on".to_owned());
        }
        self.rules.push(format!("{symbol}: rules of {} for a {class}: {}", rules.market, words.join(", ")));
    }

    /// A schedule for another currency would charge nonsense; what it assumes is told.
    fn check_fees(
        &mut self,
        symbol: &str,
        instrument: &Instrument,
        first: Timestamp,
        last: Timestamp,
    ) -> Result<(), ConfigError> {
        let Some(table) = self.config.costs.table() else { return Ok(()) };
        let currency = &table.spec().currency;
        if !currency.is_empty() && *currency != instrument.currency {
            let problem = format!("charges in {currency}, and {symbol} trades in {}", instrument.currency);
            return Err(self.config.error("costs.schedule", problem));
        }
        let class = ProductClass::of_symbol(symbol).or_else(|| ProductClass::of_kind(instrument.kind));
        let (from, until) = (table.date(first), table.date(last));
        self.warnings.extend(table.assumptions(from, until, class.unwrap_or_default()).map(|a| a.text.clone()));
        Ok(())
    }

    fn of(&mut self, market: &str) -> Result<Option<Arc<MarketRules>>, ConfigError> {
        if let Some(known) = self.loaded.get(market) {
            return Ok(known.clone());
        }
        let own = &self.config.rules;
        let path = own.file.as_ref().map(|file| self.config.resolve(file));
        let key = if path.is_some() { "rules.file" } else { "rules.switches" };
        let found = match market_rules(market, path.as_deref(), &own.switches) {
            None => None,
            Some(Err(e)) => return Err(self.config.error(key, e.to_string())),
            Some(Ok(loaded)) => {
                if let (Some(file), Some(read)) = (&own.file, loaded.files.last())
                    && !self.files.iter().any(|f| f.path == *file)
                {
                    self.files.push(InputFile { path: file.clone(), sha256: read.sha256.clone() });
                }
                Some(Arc::new(loaded.rules))
            }
        };
        self.loaded.insert(market.to_owned(), found.clone());
        Ok(found)
    }
}

/// What may change in time of one instrument.
struct Terms<'a> {
    config: &'a Config,
    number: usize,
    rules: &'a MarketRules,
    class: ProductClass,
    adjusted: bool,
    base: &'a Instrument,
}

/// Lot and price steps on a date; `None` where the user's or none hold.
type OnDate<'a> = (Option<LotRule>, Option<&'a engine_core::instrument::TickLadder>);

impl<'a> Terms<'a> {
    fn on(&self, date: Date) -> Result<OnDate<'a>, ConfigError> {
        let data = &self.config.data[self.number];
        let symbol = self.base.symbol.as_str();
        let lot = match data.lot {
            Some(_) => None,
            None => Some(self.rules.lot(symbol, self.class, date).ok_or_else(|| {
                let problem = format!(
                    "the lot of {symbol} on {date} is not known: give it here as `lot`, or in a file of [rules]"
                );
                self.config.error(&format!("data.{}", self.number), problem)
            })?),
        };
        let own = data.tick.is_some() || self.adjusted;
        Ok((lot, if own { None } else { self.rules.ticks.on(date, self.class) }))
    }

    fn instrument(&self, (lot, ticks): &OnDate<'_>) -> Instrument {
        let mut instrument = self.base.clone();
        if let Some(lot) = lot {
            instrument = instrument.with_lots(*lot);
        }
        if let Some(ticks) = ticks {
            instrument.ticks = (*ticks).clone();
        }
        instrument
    }
}
