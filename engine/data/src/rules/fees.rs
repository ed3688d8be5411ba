//! Fee schedules: a TOML file into a [`FeeSpec`].

use std::path::Path;

use engine_core::date::Date;
use engine_core::fees::{FeeBasis, FeeCategory, FeeItem, FeePer, FeeSide, FeeSpec, FeeTable, Rounding};
use engine_core::fixed::{Amount, Quantity};
use engine_core::rules::{AnnualRates, Assumption, CarryBase, CarryFee, Dated, DayCount, ProductClass, ProductSet};

use super::shipped;
use super::tree::{Source, Table, one_of};
use crate::error::DataError;

/// The most that an amount of a fee may be.
const AMOUNT_MAX: i64 = 1_000_000_000;

const PER: [(&str, FeePer); 2] = [("fill", FeePer::Fill), ("order-day", FeePer::OrderDay)];
const DAY_COUNTS: [(&str, DayCount); 2] = [("actual/360", DayCount::Actual360), ("actual/365", DayCount::Actual365)];
const CONFIDENCE: [(&str, ()); 3] = [("sure", ()), ("memory", ()), ("assumed", ())];

/// A schedule as its file says it, with one plan chosen.
pub(super) struct Schedule {
    pub(super) spec: FeeSpec,
    /// The shipped schedule that it extends.
    pub(super) extends: Option<&'static str>,
    /// The plans there are, the default first.
    plans: Vec<String>,
}

/// The products of a table; all of them when it names none.
pub(super) fn products(table: &Table<'_>) -> Result<ProductSet, DataError> {
    let names = ProductClass::ALL.map(|class| (class.name(), class));
    match table.words("products", &names)? {
        None => Ok(ProductSet::ALL),
        Some(classes) if classes.is_empty() => {
            Err(table.key_error("products", "found an empty list, leave it out for all"))
        }
        Some(classes) => Ok(classes.into_iter().collect()),
    }
}

/// First and last day of a table.
pub(super) fn period(table: &Table<'_>) -> Result<(Date, Date), DataError> {
    let (from, until) = (table.date("from")?, table.date("until")?);
    if let (Some(from), Some(until)) = (from, until)
        && from > until
    {
        return Err(table.key_error("until", format!("{until} is before from {from}")));
    }
    Ok((from.unwrap_or(Date::MIN), until.unwrap_or(Date::MAX)))
}

/// What a table takes for granted.
pub(super) fn assumptions(root: &Table<'_>) -> Result<Vec<Assumption>, DataError> {
    let one = |table: Table<'_>| {
        table.allow(&["from", "until", "products", "text"])?;
        let (from, until) = period(&table)?;
        let text = table.need_text("text", "what is assumed, in one sentence")?.to_owned();
        Ok(Assumption { from, until, products: products(&table)?, symbol: String::new(), text })
    };
    root.list("assumption")?.into_iter().map(one).collect()
}

/// Where a figure comes from is kept in the file for its reader; only its form is checked.
pub(super) fn provenance(table: &Table<'_>) -> Result<(), DataError> {
    table.text("source")?;
    table.word("confidence", &CONFIDENCE)?;
    Ok(())
}

impl Schedule {
    /// Reads a schedule. `plan` chooses among its plans; `depth` counts `extends`.
    pub(super) fn parse(path: &Path, text: &str, plan: Option<&str>, depth: u32) -> Result<Self, DataError> {
        let source = Source { path, text };
        let parsed = source.parse()?;
        let root = Table::root(source, &parsed);
        root.allow(&[
            "name",
            "title",
            "extends",
            "drop",
            "currency",
            "market",
            "plans",
            "fee",
            "carry",
            "dividend_tax",
            "assumption",
        ])?;
        root.text("title")?;
        let mut schedule = match root.text("extends")? {
            None => Self { spec: FeeSpec::default(), extends: None, plans: Vec::new() },
            Some(_) if depth > 0 => return Err(root.key_error("extends", "a shipped schedule extends nothing")),
            Some(name) => {
                let Some((name, path, text)) = shipped::FEES.iter().find(|(known, ..)| *known == name) else {
                    let known = one_of(shipped::FEES.iter().map(|(name, ..)| *name));
                    return Err(root.key_error("extends", format!("found \"{name}\", expected {known}")));
                };
                let plan = plan.filter(|_| !root.has("plans"));
                Self { extends: Some(name), ..Self::parse(Path::new(path), text, plan, depth + 1)? }
            }
        };
        let spec = &mut schedule.spec;
        spec.name = root.need_text("name", "the name of the schedule")?.to_owned();
        if let Some(currency) = root.text("currency")? {
            if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(root.key_error("currency", format!("found \"{currency}\", expected a code such as HKD")));
            }
            spec.currency = currency.to_owned();
        }
        let markets = ["HK", "US", "CN"].map(|m| (m, m));
        if let Some(market) = root.word("market", &markets)? {
            spec.market = market.to_owned();
        }
        for name in root.texts("drop")? {
            let before = spec.items.len() + spec.carry.len();
            spec.items.retain(|item| item.name != name);
            spec.carry.retain(|fee| fee.name != name);
            if before == spec.items.len() + spec.carry.len() {
                return Err(root.key_error("drop", format!("there is no fee \"{name}\" in what is extended")));
            }
        }
        if root.has("plans") {
            schedule.plans = root.texts("plans")?.into_iter().map(str::to_owned).collect();
        }
        schedule.read_items(&root, plan)?;
        schedule.read_carry(&root)?;
        let spec = &mut schedule.spec;
        if root.has("dividend_tax") {
            spec.dividend_tax = dividend_tax(&root)?;
        }
        spec.assumptions.extend(assumptions(&root)?);
        Ok(schedule)
    }

    /// The plan in force: the one asked for, else the default.
    fn plan<'p>(&'p self, root: &Table<'_>, asked: Option<&'p str>) -> Result<Option<&'p str>, DataError> {
        match asked {
            None => Ok(self.plans.first().map(String::as_str)),
            Some(plan) if self.plans.iter().any(|p| p == plan) => Ok(Some(plan)),
            Some(plan) if self.plans.is_empty() => {
                Err(root.error(format!("there is no plan \"{plan}\": the schedule has no plans")))
            }
            Some(plan) => {
                let known = one_of(self.plans.iter().map(String::as_str));
                Err(root.error(format!("there is no plan \"{plan}\", expected {known}")))
            }
        }
    }

    fn read_items(&mut self, root: &Table<'_>, asked: Option<&str>) -> Result<(), DataError> {
        let chosen = self.plan(root, asked)?.map(str::to_owned);
        let mut own: Vec<(FeeItem, Table<'_>)> = Vec::new();
        for table in root.list("fee")? {
            let name = table.need_text("name", "what the fee is called")?;
            let table = table.named(name);
            let item = item(&table, name)?;
            let plan = table.text("plan")?;
            if let Some(plan) = plan.filter(|plan| !self.plans.iter().any(|p| p == plan)) {
                let known = if self.plans.is_empty() {
                    "a plan of `plans`".into()
                } else {
                    one_of(self.plans.iter().map(String::as_str))
                };
                return Err(table.key_error("plan", format!("found \"{plan}\", expected {known}")));
            }
            if plan.is_none_or(|plan| Some(plan) == chosen.as_deref()) {
                own.push((item, table));
            }
        }
        // An own fee takes the place of the extended ones of its name.
        self.spec.items.retain(|item| !own.iter().any(|(o, _)| o.name == item.name));
        let inherited = self.spec.items.len();
        self.spec.items.extend(own.iter().map(|(item, _)| item.clone()));
        let check = FeeSpec { items: self.spec.items.clone(), ..FeeSpec::default() };
        FeeTable::new(check).map(|_| ()).map_err(|e| match own.get(e.index.wrapping_sub(inherited)) {
            Some((_, table)) => table.error(e.problem),
            None => root.error(e.to_string()),
        })
    }

    fn read_carry(&mut self, root: &Table<'_>) -> Result<(), DataError> {
        let bases = CarryBase::ALL.map(|base| (base.name(), base));
        let mut fees: Vec<CarryFee> = Vec::new();
        let mut periods: Vec<Vec<(Date, Date, engine_core::fixed::Rate)>> = Vec::new();
        for table in root.list("carry")? {
            let name = table.need_text("name", "what the cost is called")?;
            let table = table.named(name);
            table.allow(&[
                "name",
                "on",
                "annual_rate",
                "day_count",
                "products",
                "from",
                "until",
                "source",
                "confidence",
            ])?;
            provenance(&table)?;
            let (from, until) = period(&table)?;
            let base = table.word("on", &bases)?.ok_or_else(|| table.missing("on", &one_of(bases.map(|b| b.0))))?;
            let rate = table.rate("annual_rate")?.ok_or_else(|| table.missing("annual_rate", "a fraction a year"))?;
            let count = table.word("day_count", &DAY_COUNTS)?;
            let day_count = count.unwrap_or_else(|| DayCount::of_currency(&self.spec.currency));
            let products = products(&table)?;
            let i = match fees.iter().position(|f| f.name == name) {
                Some(i) => i,
                None => {
                    let rates = AnnualRates { rates: Dated::default(), day_count };
                    fees.push(CarryFee { name: name.to_owned(), base, products, rates });
                    periods.push(Vec::new());
                    fees.len() - 1
                }
            };
            if (fees[i].base, fees[i].products, fees[i].rates.day_count) != (base, products, day_count) {
                return Err(table.error("differs in on, products or day_count from the period of the same name above"));
            }
            periods[i].push((from, until, rate));
            fees[i].rates.rates = Dated::new(periods[i].clone()).map_err(|e| table.error(e.to_string()))?;
        }
        self.spec.carry.retain(|fee| !fees.iter().any(|own| own.name == fee.name));
        self.spec.carry.extend(fees);
        Ok(())
    }
}

fn item(table: &Table<'_>, name: &str) -> Result<FeeItem, DataError> {
    table.allow(&[
        "name",
        "category",
        "side",
        "products",
        "per",
        "rate",
        "per_unit",
        "amount",
        "tiers",
        "minimum",
        "maximum",
        "maximum_rate",
        "rounding",
        "from",
        "until",
        "plan",
        "source",
        "confidence",
    ])?;
    provenance(table)?;
    let (from, until) = period(table)?;
    let categories = FeeCategory::ALL.map(|c| (c.name(), c));
    let sides = FeeSide::ALL.map(|s| (s.name(), s));
    Ok(FeeItem {
        category: table.word("category", &categories)?.unwrap_or_default(),
        side: table.word("side", &sides)?.unwrap_or_default(),
        products: products(table)?,
        per: table.word("per", &PER)?.unwrap_or_default(),
        minimum: table.amount("minimum", AMOUNT_MAX)?.unwrap_or_default(),
        maximum: table.amount("maximum", AMOUNT_MAX)?,
        maximum_rate: table.rate("maximum_rate")?,
        rounding: rounding(table)?,
        from,
        until,
        ..FeeItem::new(name, basis(table)?)
    })
}

fn basis(table: &Table<'_>) -> Result<FeeBasis, DataError> {
    const KEYS: [&str; 4] = ["rate", "per_unit", "amount", "tiers"];
    let mut given = KEYS.into_iter().filter(|key| table.has(key));
    match (given.next(), given.next()) {
        (None, _) => Err(table.error("has no figure, expected one of rate, per_unit, amount, tiers")),
        (Some(a), Some(b)) => Err(table.key_error(b, format!("excludes {a}: a fee has one figure"))),
        _ => {
            if let Some(rate) = table.rate("rate")? {
                return Ok(FeeBasis::Rate(rate));
            }
            if let Some(amount) = table.amount("per_unit", AMOUNT_MAX)? {
                return Ok(FeeBasis::PerUnit(amount));
            }
            if let Some(amount) = table.amount("amount", AMOUNT_MAX)? {
                return Ok(FeeBasis::Flat(amount));
            }
            tiers(table)
        }
    }
}

fn tiers(table: &Table<'_>) -> Result<FeeBasis, DataError> {
    let table = table.table("tiers")?.ok_or_else(|| table.missing("tiers", "a table"))?;
    table.allow(&["by", "steps"])?;
    let steps = table.pairs("steps", 10_000_000_000)?;
    let steps = steps.ok_or_else(|| table.missing("steps", "a list of pairs [from, amount]"))?;
    let by = table.word("by", &[("orders", true), ("shares", false)])?;
    match by.ok_or_else(|| table.missing("by", "\"orders\" or \"shares\""))? {
        true => {
            let ordinal = |from: Amount| {
                let whole = from.units() % 100_000_000 == 0;
                let ordinal = whole.then(|| u32::try_from(from.units() / 100_000_000).ok()).flatten();
                ordinal.ok_or_else(|| table.key_error("steps", format!("{from} is no ordinal of an order")))
            };
            let steps = steps.into_iter().map(|(from, amount)| Ok((ordinal(from)?, amount)));
            Ok(FeeBasis::ByOrders(steps.collect::<Result<_, DataError>>()?))
        }
        // Share 1 is the first: so many lie below it.
        false => {
            let one = Amount::from_units(100_000_000);
            let below = |from: Amount| {
                let fits = from >= one;
                fits.then(|| Quantity::from_units((from - one).units()))
                    .ok_or_else(|| table.key_error("steps", format!("{from} is no ordinal of a share")))
            };
            let steps = steps.into_iter().map(|(from, amount)| Ok((below(from)?, amount)));
            Ok(FeeBasis::ByShares(steps.collect::<Result<_, DataError>>()?))
        }
    }
}

/// `none`, `half up to 0.01`, `up to 1`.
fn rounding(table: &Table<'_>) -> Result<Rounding, DataError> {
    let Some(text) = table.text("rounding")? else { return Ok(Rounding::None) };
    let unit = |prefix: &str| {
        let unit = text.strip_prefix(prefix)?.parse::<Amount>().ok()?;
        (unit > Amount::ZERO && unit <= Amount::from_units(1000 * 100_000_000)).then_some(unit)
    };
    if text == "none" {
        return Ok(Rounding::None);
    }
    let rounding = unit("half up to ").map(Rounding::HalfUp).or_else(|| unit("up to ").map(Rounding::Up));
    rounding.ok_or_else(|| {
        let expected = "\"none\", \"half up to 0.01\" or \"up to 1\" (unit above 0, at most 1000)";
        table.key_error("rounding", format!("found \"{text}\", expected {expected}"))
    })
}

fn dividend_tax(root: &Table<'_>) -> Result<Dated<engine_core::fixed::Rate>, DataError> {
    let mut periods = Vec::new();
    for table in root.list("dividend_tax")? {
        table.allow(&["rate", "from", "until", "source", "confidence"])?;
        provenance(&table)?;
        let (from, until) = period(&table)?;
        let rate = table.rate("rate")?.ok_or_else(|| table.missing("rate", "a fraction from 0 to 1"))?;
        periods.push((from, until, rate));
    }
    Dated::new(periods).map_err(|e| root.key_error("dividend_tax", e.to_string()))
}
