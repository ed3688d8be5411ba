//! Trading rules of a market: TOML files into [`MarketRules`].
//!
//! A user's file is read after the shipped one. What it says about a product's
//! ticks, a symbol's lots, a board's limits or a product's settlement takes the
//! place of all that the shipped file says about it.

use std::collections::BTreeMap;
use std::path::Path;

use engine_core::date::Date;
use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::{Symbol, TickLadder};
use engine_core::rules::{
    Assumption, Board, Dated, DatedTicks, LimitPeriod, LimitRule, Listing, LotDefault, LotRule, LotTable, MarketRules,
    PriceLimits, ProductClass, ProductSet, Settlement, TickPeriod,
};

use super::fees::{assumptions, period, products, provenance};
use super::tree::{Source, Table, one_of};
use crate::error::DataError;

/// Dates of rules that are known in content but not in time, by name of the switch.
pub type Switches = BTreeMap<String, Date>;

const SELL: [(&str, Settlement); 2] =
    [("same-session", Settlement::SameSession), ("next-session", Settlement::NextSession)];
const PRICE_MAX: i64 = 1_000_000_000;
const QUANTITY_MAX: i64 = 1_000_000_000;

/// What the files said so far.
#[derive(Default)]
pub(super) struct Collected {
    market: String,
    switches: Vec<String>,
    ticks: Vec<TickPeriod>,
    defaults: Vec<LotDefault>,
    lots: BTreeMap<String, Vec<(Date, Date, LotRule)>>,
    limits: Vec<LimitPeriod>,
    settlements: Vec<(ProductSet, Settlement)>,
    listings: BTreeMap<String, Listing>,
    assumptions: Vec<Assumption>,
}

/// A value that begins when its switch is set cuts off what it overlaps.
fn cut<T>(periods: &mut [T], from: Date, until: impl Fn(&mut T) -> &mut Date, same: impl Fn(&T) -> bool) {
    for period in periods.iter_mut().filter(|p| same(p)) {
        let end = until(period);
        *end = (*end).min(from.plus(-1));
    }
}

impl Collected {
    /// Reads a file over what is there. A user's file must be for `market`.
    pub(super) fn read(&mut self, path: &Path, text: &str, market: &str, switches: &Switches) -> Result<(), DataError> {
        let source = Source { path, text };
        let parsed = source.parse()?;
        let root = Table::root(source, &parsed);
        root.allow(&[
            "market",
            "switch",
            "ticks",
            "lot",
            "price_limit",
            "settlement",
            "listing",
            "risk_warned",
            "assumption",
        ])?;
        let expected = format!("\"{market}\"");
        let own = root.need_text("market", &expected)?;
        if own != market {
            return Err(root.key_error("market", format!("found \"{own}\", expected {expected}")));
        }
        self.market = market.to_owned();
        self.read_switches(&root, switches)?;
        self.read_ticks(&root, switches)?;
        self.read_lots(&root)?;
        self.read_limits(&root, switches)?;
        self.read_settlements(&root)?;
        self.read_listings(&root)?;
        self.assumptions.extend(assumptions(&root)?);
        Ok(())
    }

    /// The names that may be set.
    pub(super) fn switch_names(&self) -> &[String] {
        &self.switches
    }

    fn read_switches(&mut self, root: &Table<'_>, switches: &Switches) -> Result<(), DataError> {
        for table in root.list("switch")? {
            table.allow(&["name", "expected", "products", "text"])?;
            let name = table.need_text("name", "the name of the switch")?;
            let text = table.need_text("text", "what a run is told while it is off")?;
            let expected = table.date("expected")?.ok_or_else(|| table.missing("expected", "a date"))?;
            self.switches.push(name.to_owned());
            if !switches.contains_key(name) {
                let text = format!("{text}; switch \"{name}\" sets its date");
                let products = products(&table)?;
                self.assumptions.push(Assumption {
                    from: expected,
                    until: Date::MAX,
                    products,
                    symbol: String::new(),
                    text,
                });
            }
        }
        Ok(())
    }

    /// First and last day of a table; `None` while its switch is off.
    fn span(&self, table: &Table<'_>, switches: &Switches) -> Result<Option<(Date, Date, bool)>, DataError> {
        let (from, until) = period(table)?;
        let Some(name) = table.text("switch")? else { return Ok(Some((from, until, false))) };
        if !self.switches.iter().any(|known| known == name) {
            let known = one_of(self.switches.iter().map(String::as_str));
            let known = if known.is_empty() { "the name of a [[switch]]".to_owned() } else { known };
            return Err(table.key_error("switch", format!("found \"{name}\", expected {known}")));
        }
        if table.has("from") {
            return Err(table.key_error("from", "excludes switch, which sets the date"));
        }
        Ok(switches.get(name).map(|from| (*from, until, true)))
    }

    fn read_ticks(&mut self, root: &Table<'_>, switches: &Switches) -> Result<(), DataError> {
        let mut own: Vec<TickPeriod> = Vec::new();
        for table in root.list("ticks")? {
            let name = table.need_text("name", "what the ladder is called")?;
            let table = table.named(name);
            table.allow(&["name", "products", "steps", "from", "until", "switch", "source", "confidence"])?;
            provenance(&table)?;
            let products = products(&table)?;
            let steps = table.pairs("steps", PRICE_MAX)?;
            let steps = steps.ok_or_else(|| table.missing("steps", "a list of pairs [from price, step]"))?;
            let price = |a: engine_core::fixed::Amount| Price::from_units(a.units());
            let bands = steps.into_iter().map(|(from, step)| (price(from), price(step))).collect();
            let ladder = TickLadder::banded(bands).map_err(|e| table.key_error("steps", e.to_string()))?;
            let Some((from, until, switched)) = self.span(&table, switches)? else { continue };
            if switched {
                cut(&mut own, from, |p| &mut p.until, |p| p.products.overlaps(products));
            }
            own.push(TickPeriod { products, from, until, ladder });
            own.retain(|p| p.from <= p.until);
            DatedTicks::new(&own).map_err(|(class, e)| table.error(format!("{e} (both for {class})")))?;
        }
        let replaced: ProductSet = own.iter().flat_map(|p| p.products.iter()).collect();
        self.ticks.iter_mut().for_each(|p| p.products = p.products.without(replaced));
        self.ticks.extend(own);
        Ok(())
    }

    fn read_lots(&mut self, root: &Table<'_>) -> Result<(), DataError> {
        let boards = Board::ALL.map(|b| (b.name(), b));
        let (mut defaults, mut own) = (Vec::new(), BTreeMap::<String, Vec<_>>::new());
        let mut notes = Vec::new();
        for table in root.list("lot")? {
            table.allow(&[
                "symbol",
                "products",
                "board",
                "minimum",
                "step",
                "odd_sell",
                "from",
                "until",
                "source",
                "confidence",
            ])?;
            provenance(&table)?;
            let above_zero = |key: &str| match table.amount(key, QUANTITY_MAX)? {
                Some(amount) if amount.is_zero() => Err(table.key_error(key, "found 0, expected a number above 0")),
                amount => Ok(amount.map(|a| Quantity::from_units(a.units()))),
            };
            let step = above_zero("step")?.ok_or_else(|| table.missing("step", "the lot"))?;
            let minimum = above_zero("minimum")?.unwrap_or(step);
            let rule = LotRule { minimum, step, odd_sell: table.flag("odd_sell")?.unwrap_or(false) };
            let (from, until) = period(&table)?;
            match self.symbol(&table)? {
                Some(symbol) => {
                    if let Some(key) = ["products", "board"].into_iter().find(|key| table.has(key)) {
                        return Err(table.key_error(key, "excludes symbol"));
                    }
                    let periods = own.entry(symbol.to_owned()).or_default();
                    periods.push((from, until, rule));
                    let one = BTreeMap::from([(symbol.to_owned(), periods.clone())]);
                    LotTable::new(Vec::new(), one).map_err(|(symbol, e)| table.error(format!("{symbol}: {e}")))?;
                    if table.text("confidence")? == Some("memory") {
                        let text = format!("the lot of {symbol}, {step}, is from memory: check it with the broker");
                        let products = ProductSet::ALL;
                        notes.push(Assumption { from, until, products, symbol: symbol.to_owned(), text });
                    }
                }
                None => {
                    if let Some(key) = ["from", "until"].into_iter().find(|key| table.has(key)) {
                        return Err(table.key_error(key, "needs symbol: lots by product have no dates"));
                    }
                    let board = table.word("board", &boards)?;
                    defaults.push(LotDefault { products: products(&table)?, board, rule });
                }
            }
        }
        defaults.append(&mut self.defaults);
        self.defaults = defaults;
        self.assumptions.retain(|a| a.symbol.is_empty() || !own.contains_key(&a.symbol));
        self.assumptions.extend(notes);
        self.lots.extend(own);
        Ok(())
    }

    /// A symbol of this market.
    fn symbol<'t>(&self, table: &Table<'t>) -> Result<Option<&'t str>, DataError> {
        let symbol = table.text("symbol")?;
        if let Some(symbol) = symbol.filter(|s| Symbol::new(s).is_err() || MarketRules::market_of(s) != self.market) {
            let problem = format!("found \"{symbol}\", expected a symbol of {}", self.market);
            return Err(table.key_error("symbol", problem));
        }
        Ok(symbol)
    }

    fn read_settlements(&mut self, root: &Table<'_>) -> Result<(), DataError> {
        let mut own = Vec::new();
        for table in root.list("settlement")? {
            table.allow(&["products", "sell", "source", "confidence"])?;
            provenance(&table)?;
            let sell = table.word("sell", &SELL)?;
            let sell = sell.ok_or_else(|| table.missing("sell", &one_of(SELL.map(|w| w.0))))?;
            own.push((products(&table)?, sell));
        }
        // The first that fits is taken.
        own.append(&mut self.settlements);
        self.settlements = own;
        Ok(())
    }

    fn read_listings(&mut self, root: &Table<'_>) -> Result<(), DataError> {
        let boards = Board::ALL.map(|b| (b.name(), b));
        let classes = ProductClass::ALL.map(|class| (class.name(), class));
        let expected = "the symbol it is about";
        for table in root.list("listing")? {
            table.allow(&["symbol", "product", "board", "listed", "sell", "source", "confidence"])?;
            provenance(&table)?;
            let symbol = self.symbol(&table)?.ok_or_else(|| table.missing("symbol", expected))?;
            let listing = self.listings.entry(symbol.to_owned()).or_default();
            listing.product = table.word("product", &classes)?.or(listing.product);
            listing.board = table.word("board", &boards)?.or(listing.board);
            listing.listed = table.date("listed")?.or(listing.listed);
            listing.settlement = table.word("sell", &SELL)?.or(listing.settlement);
        }
        let mut warned = BTreeMap::<String, Vec<_>>::new();
        for table in root.list("risk_warned")? {
            table.allow(&["symbol", "from", "until", "source", "confidence"])?;
            provenance(&table)?;
            let symbol = self.symbol(&table)?.ok_or_else(|| table.missing("symbol", expected))?;
            let (from, until) = period(&table)?;
            let periods = warned.entry(symbol.to_owned()).or_default();
            periods.push((from, until, ()));
            let dated = Dated::new(periods.clone()).map_err(|e| table.error(e.to_string()))?;
            self.listings.entry(symbol.to_owned()).or_default().risk_warned = dated;
        }
        Ok(())
    }

    fn read_limits(&mut self, root: &Table<'_>, switches: &Switches) -> Result<(), DataError> {
        let names = Board::ALL.map(|b| (b.name(), b));
        let mut own: Vec<LimitPeriod> = Vec::new();
        for table in root.list("price_limit")? {
            table.allow(&[
                "boards",
                "risk_warned",
                "rate",
                "free_days",
                "from",
                "until",
                "switch",
                "source",
                "confidence",
            ])?;
            provenance(&table)?;
            let boards = table.words("boards", &names)?;
            let boards = boards.ok_or_else(|| table.missing("boards", "a list of boards"))?;
            let risk_warned = table.flag("risk_warned")?.unwrap_or(false);
            let rate = table.rate("rate")?.ok_or_else(|| table.missing("rate", "a fraction such as \"10 %\""))?;
            if rate.units() <= 0 || rate.units() >= engine_core::fixed::Rate::SCALE {
                return Err(table.key_error("rate", "expected a fraction above 0 and below 1"));
            }
            let free_days = table.whole("free_days", 0, 1000)?.unwrap_or(0);
            let Some((from, until, switched)) = self.span(&table, switches)? else { continue };
            for board in boards {
                if switched {
                    cut(&mut own, from, |p| &mut p.until, |p| p.board == board && p.risk_warned == risk_warned);
                }
                let rule = LimitRule { rate, free_days };
                own.push(LimitPeriod { board, risk_warned, from, until, rule });
            }
            own.retain(|p| p.from <= p.until);
            PriceLimits::new(&own).map_err(|(board, e)| table.error(format!("{e} (both for {})", board.name())))?;
        }
        let same = |a: &LimitPeriod, b: &LimitPeriod| (a.board, a.risk_warned) == (b.board, b.risk_warned);
        self.limits.retain(|old| !own.iter().any(|new| same(old, new)));
        self.limits.extend(own);
        Ok(())
    }

    /// The rules; every part was checked when it was read.
    pub(super) fn finish(self, path: &Path) -> Result<MarketRules, DataError> {
        Ok(MarketRules {
            market: self.market,
            ticks: DatedTicks::new(&self.ticks).map_err(|(_, e)| DataError::file(path, e.to_string()))?,
            lots: LotTable::new(self.defaults, self.lots).map_err(|(_, e)| DataError::file(path, e.to_string()))?,
            limits: PriceLimits::new(&self.limits).map_err(|(_, e)| DataError::file(path, e.to_string()))?,
            settlements: self.settlements,
            listings: self.listings,
            assumptions: self.assumptions,
        })
    }
}
