//! Shipped fee schedules against figures worked by hand, and users' own schedules.

use std::collections::BTreeMap;
use std::path::Path;

use engine_core::date::Date;
use engine_core::fees::{FeeTable, FeeTrade, MonthTally, OrderTally, most_lots};
use engine_core::fixed::{Money, Price, Quantity};
use engine_core::order::Side;
use engine_core::rules::{CarryBase, ProductClass};
use engine_data::rules::{LoadedFees, read_fees, schedules, shipped_fees};

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn shipped(name: &str) -> FeeTable {
    let (name, plan) = name.split_once(':').map_or((name, None), |(name, plan)| (name, Some(plan)));
    shipped_fees(name, plan).expect("a schedule").expect("it is fine").table
}

fn fill(day: &str, side: Side, text: &str) -> FeeTrade {
    let (quantity, price) = text.split_once('@').expect("quantity@price");
    let quantity: Quantity = quantity.parse().expect("a quantity");
    let price: Price = price.parse().expect("a price");
    FeeTrade { date: date(day), side, quantity, notional: Money::notional(price, quantity, 1) }
}

#[test]
fn every_shipped_schedule_charges_what_was_worked_by_hand() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fee_cases.txt");
    let text = std::fs::read_to_string(path).expect("the cases");
    let (mut cases, mut wrong) = (0, String::new());
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        cases += 1;
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let words: Vec<&str> = parts[0].split_whitespace().collect();
        let [schedule, day, class, side, fills @ ..] = words.as_slice() else { unreachable!("a short line: {line}") };
        let class = ProductClass::named(class).expect("a class");
        let side = if *side == "buy" { Side::Buy } else { Side::Sell };
        let table = shipped(schedule);
        let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
        let (mut items, mut fees) = (BTreeMap::<String, Money>::new(), Vec::new());
        for text in fills {
            let trade = fill(day, side, text);
            table.on(trade.date, class).breakdown(&trade, &order, &month, |item, amount| {
                *items.entry(table.items()[item].name.clone()).or_default() += amount;
            });
            fees.push(table.charge(class, &trade, &mut order, &mut month).to_string());
        }
        items.retain(|_, amount| !amount.is_zero());
        let expected: BTreeMap<String, Money> = parts[1]
            .split(';')
            .map(|item| item.trim().rsplit_once(' ').expect("item amount"))
            .map(|(name, amount)| (name.to_owned(), amount.parse().expect("money")))
            .collect();
        if items != expected || fees.join(" ") != parts[2] {
            wrong += &format!("{line}\n  gives {items:?} | {}\n", fees.join(" "));
        }
    }
    assert!(cases > 60, "{cases} cases");
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_tiered_platform_fee_of_hong_kong_by_the_order_of_the_month() {
    let table = shipped("futu-hk:tiered");
    let platform = table.items().iter().position(|item| item.name == "platform fee").expect("a platform fee");
    let mut month = MonthTally::default();
    let steps = [
        (1, "30"),
        (5, "30"),
        (6, "15"),
        (20, "15"),
        (21, "10"),
        (50, "10"),
        (51, "9"),
        (100, "9"),
        (101, "8"),
        (500, "8"),
        (501, "7"),
        (1000, "7"),
        (1001, "6"),
        (2000, "6"),
        (2001, "5"),
        (3000, "5"),
        (3001, "4"),
        (4000, "4"),
        (4001, "3"),
        (5000, "3"),
        (5001, "2"),
        (6000, "2"),
        (6001, "1"),
        (6500, "1"),
    ];
    let trade = fill("2025-07-02", Side::Buy, "100@50");
    let fees = table.on(trade.date, ProductClass::Stock);
    for ordinal in 1..=6500 {
        let mut order = OrderTally::default();
        let mut paid = Money::ZERO;
        fees.breakdown(&trade, &order, &month, |item, amount| {
            if item == platform {
                paid += amount;
            }
        });
        if let Some((_, expected)) = steps.iter().find(|(step, _)| *step == ordinal) {
            assert_eq!(paid.to_string(), *expected, "order {ordinal}");
        }
        fees.charge(&trade, &mut order, &mut month);
    }
    assert_eq!(month.orders(), 6500);
}

#[test]
fn what_is_not_sure_is_said_when_a_run_touches_it() {
    let said = |schedule: &str, from: &str, until: &str, class| {
        let table = shipped(schedule);
        let texts: Vec<String> = table.assumptions(date(from), date(until), class).map(|a| a.text.clone()).collect();
        texts.join(" / ")
    };
    let stock = ProductClass::Stock;
    let sec = "the SEC fee from the order of 2026-02-27 is not known here";
    assert!(said("futu-us", "2026-01-02", "2026-02-27", stock).contains(sec));
    assert_eq!(said("futu-us", "2022-01-03", "2026-02-26", stock), "");
    assert!(said("futu-us", "2024-01-02", "2024-02-01", ProductClass::Option).contains("from memory"));
    assert!(said("futu-us", "2024-01-02", "2024-02-01", ProductClass::Cbbc).contains("nothing is charged"));
    assert!(said("futu-hk", "2014-10-31", "2020-01-02", stock).contains("SFC levy before 2014-11"));
    assert_eq!(said("futu-hk", "2017-09-13", "2026-01-02", stock), "");
    assert!(said("cn-connect", "2022-04-28", "2023-01-02", stock).contains("0.002 %"));
    assert_eq!(said("cn-connect", "2022-04-29", "2026-01-02", stock), "");
}

#[test]
fn the_costs_of_holding_through_stock_connect() {
    let table = shipped("cn-connect");
    let [fee] = table.spec().carry.as_slice() else { unreachable!("one carry fee") };
    assert_eq!((fee.name.as_str(), fee.base), ("portfolio fee", CarryBase::Long));
    assert!(fee.products.contains(ProductClass::Etf) && !fee.products.contains(ProductClass::Bond));
    // 4,562,500 x 0.008 % / 365 = 1.00 a day; three nights over a weekend
    let value: Money = "4562500".parse().expect("money");
    assert_eq!(fee.rates.accrue(value, date("2024-01-05"), date("2024-01-08")).to_string(), "3");
    let tax = table.spec().dividend_tax.on(date("2024-01-05")).copied();
    let dividend: Money = "1234.50".parse().expect("money");
    assert_eq!(tax.map(|rate| dividend.times(rate).to_string()).as_deref(), Some("123.45"));
    assert_eq!(shipped("futu-hk").spec().dividend_tax.on(date("2024-01-05")), None);
}

#[test]
fn every_shipped_figure_has_a_source_and_a_confidence() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/fees");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a file");
        for part in text.split("\n[[").skip(1).filter(|part| !part.starts_with("assumption")) {
            assert!(part.contains("\nsource = ") && part.contains("\nconfidence = "), "{}: {part}", path.display());
        }
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        // Read from disk and as shipped it is the same.
        let read = read_fees(&path, None).expect("it is fine");
        let shipped = shipped_fees(&name, None).expect("shipped").expect("fine");
        assert_eq!(read.table.spec(), shipped.table.spec());
        assert_eq!(read.files[0].sha256, shipped.files[0].sha256);
        assert_eq!(read.table.spec().name, name);
        names.push(name);
    }
    names.sort();
    assert_eq!(names, schedules().collect::<Vec<_>>());
    assert!(shipped_fees("nobody", None).is_none());
}

fn own(text: &str, plan: Option<&str>) -> Result<LoadedFees, String> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("my.toml");
    std::fs::write(&path, text).expect("written");
    read_fees(&path, plan).map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

#[test]
fn a_schedule_of_ones_own_takes_over_a_shipped_one() {
    let text = "name = \"mine\"\nextends = \"futu-hk\"\ndrop = [\"trading tariff\"]\n\
                [[fee]]\nname = \"commission\"\nper = \"order-day\"\nrate = 0.0001\nminimum = 1.5\n\
                rounding = \"half up to 0.01\"\n[[assumption]]\ntext = \"a rebate is left out\"\n";
    let loaded = own(text, None).expect("it is fine");
    let table = &loaded.table;
    assert_eq!((table.spec().name.as_str(), table.spec().currency.as_str()), ("mine", "HKD"));
    assert_eq!(loaded.files.len(), 2);
    // 50,000 on 2022-12-30: commission 5; platform 15; stamp 65; SFC 1.35; AFRC 0.08; trading fee 2.5; settlement 2
    let trade = fill("2022-12-30", Side::Buy, "100@500");
    let fee = table.charge(ProductClass::Stock, &trade, &mut OrderTally::default(), &mut MonthTally::default());
    assert_eq!(fee.to_string(), "90.93");
    assert_eq!(table.assumptions(trade.date, trade.date, ProductClass::Stock).count(), 1);
    let tiered = own(text, Some("tiered")).expect("it is fine").table;
    let fee = tiered.charge(ProductClass::Stock, &trade, &mut OrderTally::default(), &mut MonthTally::default());
    assert_eq!(fee.to_string(), "105.93");
}

#[test]
fn the_schedule_in_the_documentation_works() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/costs.md");
    let docs = std::fs::read_to_string(docs).expect("the documentation");
    let (_, block) = docs.split_once("```toml\n").expect("an example");
    let (block, _) = block.split_once("```").expect("its end");
    let table = own(block, None).expect("it is fine").table;
    // 50,000 on 2024-01-02: commission 5; platform 15; stamp 50; SFC 1.35; AFRC 0.08; trading fee 2.83; settlement 2
    let trade = fill("2024-01-02", Side::Buy, "100@500");
    let fee = table.charge(ProductClass::Stock, &trade, &mut OrderTally::default(), &mut MonthTally::default());
    assert_eq!(fee.to_string(), "76.26");
}

#[test]
fn margin_interest_and_borrow_cost_come_from_a_file() {
    let text = "name = \"mine\"\ncurrency = \"HKD\"\n\
                [[carry]]\nname = \"margin interest\"\non = \"debit\"\nannual_rate = \"6.8 %\"\nuntil = 2024-06-30\n\
                [[carry]]\nname = \"margin interest\"\non = \"debit\"\nannual_rate = \"5.475 %\"\nfrom = 2024-07-01\n\
                [[carry]]\nname = \"borrow\"\non = \"short\"\nannual_rate = 0.03\nday_count = \"actual/360\"\n";
    let table = own(text, None).expect("it is fine").table;
    let [interest, borrow] = table.spec().carry.as_slice() else { unreachable!("two carry fees") };
    assert_eq!((interest.base, borrow.base), (CarryBase::Debit, CarryBase::Short));
    // HKD: 36,500 x 6.8 % / 365 = 6.80 for 30 June, 36,500 x 5.475 % / 365 = 5.475 for 1 July
    let debit: Money = "36500".parse().expect("money");
    assert_eq!(interest.rates.accrue(debit, date("2024-06-30"), date("2024-07-02")).to_string(), "12.275");
    // 12,000 x 3 % / 360 = 1.00 a day
    let short: Money = "12000".parse().expect("money");
    assert_eq!(borrow.rates.accrue(short, date("2024-06-28"), date("2024-07-01")).to_string(), "3");
}

#[test]
fn the_most_affordable_quantity_is_found_in_a_few_questions() {
    let (class, day) = (ProductClass::Stock, "2025-07-02");
    for (schedule, at, lot, budget) in [
        ("futu-hk", "500", 100, "100000"),
        ("futu-hk", "0.30", 1000, "19.05"),
        ("futu-hk", "0.30", 1000, "319.03"),
        ("futu-hk", "0.30", 1000, "319.04"), // 300 and the 19.04 worked by hand above
        ("futu-hk", "41.35", 400, "1000000"),
        ("futu-us", "0.59", 1, "2994.50"), // 5,000 shares and 44.50 worked by hand
        ("futu-us", "187.33", 1, "250000"),
        ("cn-connect", "10", 100, "10018.84"), // 1,000 shares and 18.84
        ("cn-connect", "1686", 100, "100000"),
    ] {
        let table = shipped(schedule);
        let (price, lot): (Price, Quantity) = (at.parse().expect("a price"), Quantity::from_units(lot * 100_000_000));
        let budget: Money = budget.parse().expect("money");
        let fees = table.on(date(day), class);
        let cost = |lots: i64| {
            let quantity = Quantity::from_units(lots * lot.units());
            let notional = Money::notional(price, quantity, 1);
            let trade = FeeTrade { date: date(day), side: Side::Buy, quantity, notional };
            notional + fees.fee(&trade, &OrderTally::default(), &MonthTally::default())
        };
        let mut asked = 0;
        let found = most_lots(budget, Money::notional(price, lot, 1), i64::MAX / 8 / lot.units(), |lots| {
            asked += 1;
            cost(lots)
        });
        let one_by_one = (1..).take_while(|lots| cost(*lots) <= budget).count() as i64;
        assert_eq!(found, one_by_one, "{schedule}: lots at {at} for {budget}");
        assert!(asked <= 12, "{schedule}: {asked} questions for {found} lots");
    }
}

#[test]
fn broken_fee_files_say_where_and_what() {
    let item = |rest: &str| format!("name = \"x\"\n\n[[fee]]\nname = \"duty\"\n{rest}");
    let figure = "has no figure, expected one of rate, per_unit, amount, tiers";
    let rate = "a fraction from 0 to 1 such as 0.0003, or a text such as \"0.03 %\"";
    let amount = "a number from 0 to 1000000000 with at most 8 decimals";
    let cases: Vec<(String, String)> = vec![
        ("".into(), "my.toml:1: name: missing, expected the name of the schedule".into()),
        ("name = \"x\"\nname = \"y\"".into(), "my.toml:2: duplicate key".into()),
        ("name = \"x\"\nrate = 1".into(), "my.toml:2: rate: unknown key, expected \"name\", \"title\", \"extends\", \"drop\", \"currency\", \"market\", \"plans\", \"fee\", \"carry\", \"dividend_tax\" or \"assumption\"".into()),
        ("name = \"x\"\ncurrency = \"hkd\"".into(), "my.toml:2: currency: found \"hkd\", expected a code such as HKD".into()),
        ("name = \"x\"\nmarket = \"JP\"".into(), "my.toml:2: market: found \"JP\", expected \"HK\", \"US\" or \"CN\"".into()),
        ("name = \"x\"\nextends = \"futu\"".into(), "my.toml:2: extends: found \"futu\", expected \"cn-connect\", \"futu-hk\" or \"futu-us\"".into()),
        ("name = \"x\"\nextends = \"futu-hk\"\ndrop = [\"stamp\"]".into(), "my.toml:3: drop: there is no fee \"stamp\" in what is extended".into()),
        ("name = \"x\"\n[fee]\nname = \"duty\"".into(), "my.toml:2: fee: found a table, expected a list of tables: [[fee]]".into()),
        ("name = \"x\"\n[[fee]]\nrate = 0.1".into(), "my.toml:2: [[fee]]: name: missing, expected what the fee is called".into()),
        (item(""), format!("my.toml:3: [[fee]] duty: {figure}")),
        (item("rate = 0.1\namount = 3"), "my.toml:6: [[fee]] duty: amount: excludes rate: a fee has one figure".into()),
        (item("rate = 1.5"), format!("my.toml:5: [[fee]] duty: rate: found 1.5, expected {rate}")),
        (item("rate = \"0.1\""), format!("my.toml:5: [[fee]] duty: rate: found \"0.1\", expected {rate}")),
        (item("rate = \"0.00000000001 %\""), format!("my.toml:5: [[fee]] duty: rate: found \"0.00000000001 %\", expected {rate}")),
        (item("rate = nan"), format!("my.toml:5: [[fee]] duty: rate: found nan, expected {rate}")),
        (item("amount = -1"), format!("my.toml:5: [[fee]] duty: amount: found -1, expected {amount}")),
        (item("per_unit = 0.000000001"), format!("my.toml:5: [[fee]] duty: per_unit: found 0.000000001, expected {amount}")),
        (item("amount = \"3\""), format!("my.toml:5: [[fee]] duty: amount: found \"3\", expected {amount}")),
        (item("amount = 3\nfrom = 2024-02-30"), "my.toml:6: invalid date, expected day between 01 and 29".into()),
        (item("amount = 3\nfrom = \"02/30/2024\""), "my.toml:6: [[fee]] duty: from: found \"02/30/2024\", expected a date such as 2025-06-30, from 1900 to 2199".into()),
        (item("amount = 3\nfrom = 2024-02-02\nuntil = 2024-02-01"), "my.toml:7: [[fee]] duty: until: 2024-02-01 is before from 2024-02-02".into()),
        (item("amount = 3\nside = \"seller\""), "my.toml:6: [[fee]] duty: side: found \"seller\", expected \"both\", \"buy\" or \"sell\"".into()),
        (item("amount = 3\nper = \"order\""), "my.toml:6: [[fee]] duty: per: found \"order\", expected \"fill\" or \"order-day\"".into()),
        (item("amount = 3\nproducts = [\"share\"]"), "my.toml:6: [[fee]] duty: products: found \"share\", expected a list of \"stock\", \"etf\", \"warrant\", \"cbbc\", \"bond\", \"option\" or \"future\"".into()),
        (item("amount = 3\nproducts = []"), "my.toml:6: [[fee]] duty: products: found an empty list, leave it out for all".into()),
        (item("amount = 3\nrounding = \"up\""), "my.toml:6: [[fee]] duty: rounding: found \"up\", expected \"none\", \"half up to 0.01\" or \"up to 1\" (unit above 0, at most 1000)".into()),
        (item("amount = 3\nminimum = 5\nmaximum = 4"), "my.toml:3: [[fee]] duty: the maximum 4 is below the minimum 5".into()),
        (item("amount = 3\nconfidence = \"maybe\""), "my.toml:6: [[fee]] duty: confidence: found \"maybe\", expected \"sure\", \"memory\" or \"assumed\"".into()),
        (item("amount = 3\nplan = \"gold\""), "my.toml:6: [[fee]] duty: plan: found \"gold\", expected a plan of `plans`".into()),
        (item("amount = 3\n[[fee]]\nname = \"duty\"\namount = 4"), "my.toml:6: [[fee]] duty: two of this name charge the same trades from the beginning to the end".into()),
        (item("tiers = { by = \"orders\", steps = [[1, 3]] }"), "my.toml:3: [[fee]] duty: tiers need per = \"order-day\"".into()),
        (item("per = \"order-day\"\ntiers = { by = \"orders\", steps = [[2, 3]] }"), "my.toml:3: [[fee]] duty: tiers by orders must rise from 1".into()),
        (item("per = \"order-day\"\ntiers = { by = \"orders\", steps = [3] }"), "my.toml:6: [[fee]] duty: tiers: steps: expected a list of pairs [from, value], each a number from 0 to 10000000000 with at most 8 decimals".into()),
        ("name = \"x\"\n[[carry]]\nname = \"loan\"\nannual_rate = 0.05".into(), "my.toml:2: [[carry]] loan: on: missing, expected \"debit\", \"short\" or \"long\"".into()),
        ("name = \"x\"\n[[carry]]\nname = \"loan\"\non = \"debit\"\nannual_rate = 0.05\nday_count = \"30/360\"".into(), "my.toml:6: [[carry]] loan: day_count: found \"30/360\", expected \"actual/360\" or \"actual/365\"".into()),
        ("name = \"x\"\n[[dividend_tax]]\nrate = 0.1\n[[dividend_tax]]\nrate = 0.2\nfrom = 2024-01-01".into(), "my.toml:2: dividend_tax: the period from 2024-01-01 overlaps the one that has no end".into()),
        ("name = \"x\"\n[[assumption]]\nuntil = 2024-01-01".into(), "my.toml:2: [[assumption]]: text: missing, expected what is assumed, in one sentence".into()),
    ];
    let mut wrong = String::new();
    for (text, expected) in &cases {
        let found = own(text, None).err().unwrap_or_else(|| "it was read".to_owned());
        if found != *expected {
            wrong += &format!("{text:?}\n  gives    {found}\n  expected {expected}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let plan = own("name = \"x\"\nextends = \"futu-hk\"", Some("gold")).expect_err("no such plan");
    assert!(plan.ends_with("there is no plan \"gold\", expected \"fixed\" or \"tiered\""), "{plan}");
    let missing = read_fees(Path::new("nowhere/my.toml"), None).expect_err("no file").to_string();
    assert!(missing.starts_with("nowhere/my.toml: cannot read: "), "{missing}");
}
