//! Shipped trading rules by date, and users' own rule files.

use std::path::Path;

use engine_core::date::Date;
use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::{InstrumentKind, TickLadder};
use engine_core::rules::{Board, MarketRules, ProductClass, Settlement};
use engine_data::rules::{LoadedRules, Switches, market_rules, markets};

const STOCK: ProductClass = ProductClass::Stock;

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn price(text: &str) -> Price {
    text.parse().expect("a price")
}

fn quantity(text: &str) -> Quantity {
    text.parse().expect("a quantity")
}

fn switched(market: &str, switches: &[(&str, &str)]) -> MarketRules {
    let switches: Switches = switches.iter().map(|(name, day)| ((*name).to_owned(), date(day))).collect();
    market_rules(market, None, &switches).expect("shipped").expect("fine").rules
}

fn rules(market: &str) -> MarketRules {
    switched(market, &[])
}

fn ladder<'a>(rules: &'a MarketRules, class: ProductClass, day: &str) -> &'a TickLadder {
    rules.ticks.on(date(day), class).expect("a ladder")
}

#[test]
fn hong_kong_price_steps_by_product_and_date() {
    let hk = switched("HK", &[("hkex-tick-phase-2", "2026-06-29")]);
    // price; shares until 2025-08-03, from 2025-08-04, in phase 2; structured products; ETFs
    let table = [
        ("0.01", "0.001", "0.001", "0.001", "0.001", "0.001"),
        ("0.249", "0.001", "0.001", "0.001", "0.001", "0.001"),
        ("0.25", "0.005", "0.005", "0.005", "0.005", "0.001"),
        ("0.495", "0.005", "0.005", "0.005", "0.005", "0.001"),
        ("0.50", "0.01", "0.01", "0.005", "0.01", "0.001"),
        ("1.00", "0.01", "0.01", "0.005", "0.01", "0.002"),
        ("5.00", "0.01", "0.01", "0.005", "0.01", "0.005"),
        ("9.99", "0.01", "0.01", "0.005", "0.01", "0.005"),
        ("10", "0.02", "0.01", "0.01", "0.02", "0.01"),
        ("19.98", "0.02", "0.01", "0.01", "0.02", "0.01"),
        ("20", "0.05", "0.02", "0.02", "0.05", "0.02"),
        ("49.95", "0.05", "0.02", "0.02", "0.05", "0.02"),
        ("50", "0.05", "0.05", "0.05", "0.05", "0.02"),
        ("99.95", "0.05", "0.05", "0.05", "0.05", "0.02"),
        ("100", "0.1", "0.1", "0.1", "0.1", "0.05"),
        ("200", "0.2", "0.2", "0.2", "0.2", "0.1"),
        ("500", "0.5", "0.5", "0.5", "0.5", "0.2"),
        ("1000", "1", "1", "1", "1", "0.5"),
        ("2000", "2", "2", "2", "2", "1"),
        ("5000", "5", "5", "5", "5", "1"),
        ("9990", "5", "5", "5", "5", "1"),
    ];
    let step = |class, day: &str, at: &str| ladder(&hk, class, day).step(price(at)).to_string();
    for (at, first, phase_1, phase_2, structured, fund) in table {
        for (class, day, expected) in [
            (STOCK, "2005-01-03", first),
            (STOCK, "2025-08-03", first),
            (STOCK, "2025-08-04", phase_1),
            (STOCK, "2026-06-28", phase_1),
            (STOCK, "2026-06-29", phase_2),
            (ProductClass::Warrant, "2025-08-03", structured),
            (ProductClass::Warrant, "2026-06-29", structured),
            (ProductClass::Cbbc, "2025-08-04", structured),
            (ProductClass::Etf, "2020-05-31", first),
            (ProductClass::Etf, "2020-06-01", fund),
            (ProductClass::Etf, "2026-06-29", fund),
        ] {
            assert_eq!(step(class, day, at), expected, "{class} at {at} on {day}");
        }
    }
    let (_, until) = hk.ticks.span(date("2025-08-04"), STOCK);
    assert_eq!(until, date("2026-06-28"));
}

#[test]
fn phase_2_is_off_until_somebody_sets_its_date() {
    let hk = rules("HK");
    assert_eq!(ladder(&hk, STOCK, "2027-01-04").step(price("5")).to_string(), "0.01");
    let said = |rules: &MarketRules, from: &str, until: &str| {
        rules.assumptions(date(from), date(until), STOCK, "HK.00700").map(|a| a.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said(&hk, "2020-01-02", "2026-05-29"), [""; 0]);
    let texts = said(&hk, "2020-01-02", "2026-07-01");
    assert!(texts[0].ends_with("it is off; switch \"hkex-tick-phase-2\" sets its date"), "{texts:?}");
    assert_eq!(said(&switched("HK", &[("hkex-tick-phase-2", "2026-06-29")]), "2020-01-02", "2026-07-01"), [""; 0]);
    let unknown: Switches = [("phase-3".to_owned(), date("2026-06-29"))].into();
    let error = market_rules("HK", None, &unknown).expect("shipped").expect_err("no such switch").to_string();
    assert_eq!(error, "engine/data/rules/hk.toml: there is no switch \"phase-3\", expected \"hkex-tick-phase-2\"");
}

#[test]
fn price_steps_of_the_other_markets() {
    let us = switched("US", &[("us-half-cent-tick", "2026-11-02")]);
    let cn = rules("CN");
    // rules, class, date, price, step
    let table = [
        (&us, STOCK, "2024-01-02", "0.9999", "0.0001"),
        (&us, STOCK, "2024-01-02", "1", "0.01"),
        (&us, STOCK, "2026-11-01", "150", "0.01"),
        (&us, STOCK, "2026-11-02", "150", "0.005"),
        (&us, ProductClass::Option, "2024-01-02", "2.99", "0.01"),
        (&us, ProductClass::Option, "2024-01-02", "3", "0.05"),
        (&cn, STOCK, "2024-01-02", "1686", "0.01"),
        (&cn, ProductClass::Etf, "2024-01-02", "4.005", "0.001"),
        (&cn, ProductClass::Bond, "2024-01-02", "120.5", "0.001"),
    ];
    for (rules, class, day, at, step) in table {
        assert_eq!(ladder(rules, class, day).step(price(at)).to_string(), step, "{class} at {at} on {day}");
    }
    assert_eq!(cn.ticks.on(date("2024-01-02"), ProductClass::Cbbc), None);
}

#[test]
fn lots_by_symbol_and_date() {
    // symbol, class, date, minimum, step, odd remainders
    let table = [
        ("HK.00700", STOCK, "2024-01-02", "100", "100", false),
        ("HK.00005", STOCK, "2024-01-02", "400", "400", false),
        ("HK.01211", STOCK, "2025-09-18", "500", "500", false),
        ("HK.01211", STOCK, "2025-09-19", "100", "100", false),
        ("HK.02800", ProductClass::Etf, "2024-01-02", "500", "500", false),
        ("US.AAPL", STOCK, "2024-01-02", "1", "1", false),
        ("SH.600000", STOCK, "2024-01-02", "100", "100", true),
        ("SZ.300750", STOCK, "2024-01-02", "100", "100", true),
        ("SH.688981", STOCK, "2024-01-02", "200", "1", true),
        ("BJ.430047", STOCK, "2024-01-02", "100", "1", true),
        ("SH.510300", ProductClass::Etf, "2024-01-02", "100", "100", true),
        ("SH.113050", ProductClass::Bond, "2024-01-02", "10", "10", true),
    ];
    for (symbol, class, day, minimum, step, odd_sell) in table {
        let rules = rules(MarketRules::market_of(symbol));
        let rule = rules.lot(symbol, class, date(day)).expect("a lot");
        assert_eq!((rule.minimum, rule.step), (quantity(minimum), quantity(step)), "{symbol} on {day}");
        assert_eq!(rule.odd_sell, odd_sell, "{symbol}");
    }
    let hk = rules("HK");
    assert_eq!(hk.lot("HK.09999", STOCK, date("2024-01-02")).map(|r| r.step), Some(quantity("100")));
    assert_eq!(hk.lot("HK.06666", STOCK, date("2024-01-02")), None);
    let said = |symbol| hk.assumptions(date("2024-01-02"), date("2024-01-02"), STOCK, symbol).count();
    assert_eq!((said("HK.00700"), said("HK.00005")), (0, 1));
}

#[test]
fn daily_price_limits_by_board_and_date() {
    let cn = switched("CN", &[("cn-risk-warned-10", "2025-07-07")]);
    let (plain, warned) = (false, true);
    // symbol, date, risk-warned, day since listing, reference, limits
    let table = [
        ("SH.600000", "2024-01-02", plain, None, "6.63", Some(("5.97", "7.29"))), // 5.967, 7.293
        ("SZ.000001", "2024-01-02", plain, None, "9.39", Some(("8.45", "10.33"))), // 8.451, 10.329
        ("SH.688981", "2024-01-02", plain, None, "53.02", Some(("42.42", "63.62"))), // 42.416, 63.624
        ("SZ.300750", "2020-08-21", plain, None, "200.00", Some(("180", "220"))),
        ("SZ.300750", "2020-08-24", plain, None, "200.00", Some(("160", "240"))),
        ("BJ.430047", "2024-01-02", plain, None, "10.01", Some(("7.01", "13.01"))), // 7.007, 13.013
        ("SH.600001", "2024-01-02", warned, None, "2.47", Some(("2.35", "2.59"))),  // 2.3465, 2.5935
        ("SH.600001", "2025-07-06", warned, None, "2.47", Some(("2.35", "2.59"))),
        ("SH.600001", "2025-07-07", warned, None, "2.47", Some(("2.22", "2.72"))), // 2.223, 2.717
        ("SZ.300001", "2024-01-02", warned, None, "10.00", Some(("8", "12"))),     // as its board
        ("SH.688001", "2024-01-02", plain, Some(5), "10.00", None),
        ("SH.688001", "2024-01-02", plain, Some(6), "10.00", Some(("8", "12"))),
        ("SH.603001", "2023-04-07", plain, Some(1), "10.00", None),
        ("SH.603001", "2023-04-07", plain, Some(2), "10.00", Some(("9", "11"))),
        ("SH.603001", "2023-04-10", plain, Some(5), "10.00", None),
        ("SH.603001", "2023-04-10", plain, Some(6), "10.00", Some(("9", "11"))),
    ];
    for (symbol, day, risk_warned, listed, reference, expected) in table {
        let board = Board::of_symbol(symbol).expect("a board");
        let ticks = ladder(&cn, STOCK, day);
        let found = cn.limits.limits(price(reference), date(day), board, risk_warned, listed, ticks);
        let expected = expected.map(|(down, up)| (price(down), price(up)));
        assert_eq!(found.map(|l| (l.down, l.up)), expected, "{symbol} around {reference} on {day}");
    }
    assert!(rules("HK").limits.on(date("2024-01-02"), Board::Main, false).is_none());
}

#[test]
fn mainland_purchases_wait_for_the_next_session() {
    let of = |market: &str, class| rules(market).settlement("X", class);
    assert_eq!(of("CN", STOCK), Settlement::NextSession);
    assert_eq!(of("CN", ProductClass::Bond), Settlement::SameSession);
    assert_eq!(of("HK", STOCK), Settlement::SameSession);
    assert_eq!(of("US", ProductClass::Option), Settlement::SameSession);
}

fn own(market: &str, text: &str) -> Result<LoadedRules, String> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("my.toml");
    std::fs::write(&path, text).expect("written");
    let read = market_rules(market, Some(&path), &Switches::new()).expect("a file");
    read.map_err(|e| e.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

#[test]
fn a_file_of_ones_own_replaces_what_it_speaks_of() {
    let text = "market = \"HK\"\n[[lot]]\nsymbol = \"HK.00005\"\nstep = 200\nfrom = 2026-01-01\n\
                [[ticks]]\nname = \"warrants\"\nproducts = [\"warrant\"]\nsteps = [[0, 0.001]]\n";
    let loaded = own("HK", text).expect("fine");
    let (hk, day) = (&loaded.rules, date("2026-01-02"));
    assert_eq!(loaded.files.len(), 2);
    assert_eq!(hk.lot("HK.00005", STOCK, day).map(|r| r.step), Some(quantity("200")));
    assert_eq!(hk.lot("HK.00005", STOCK, date("2025-12-31")), None);
    assert_eq!(hk.lot("HK.00700", STOCK, day).map(|r| r.step), Some(quantity("100")));
    assert_eq!(hk.assumptions(day, day, STOCK, "HK.00005").count(), 0);
    assert_eq!(ladder(hk, ProductClass::Warrant, "2026-01-02").step(price("5")), price("0.001"));
    assert_eq!(ladder(hk, ProductClass::Cbbc, "2026-01-02").step(price("5")), price("0.01"));
    // A market of one's own needs no shipped rules.
    let jp = own("JP", "market = \"JP\"\n[[lot]]\nproducts = [\"stock\"]\nstep = 100\n").expect("fine").rules;
    assert_eq!(jp.lot("JP.7203", STOCK, day).map(|r| r.step), Some(quantity("100")));
    assert!(market_rules("JP", None, &Switches::new()).is_none());
    assert_eq!(markets().collect::<Vec<_>>(), ["CN", "HK", "US"]);
}

#[test]
fn what_a_file_says_of_a_symbol_goes_before_its_code() {
    let text = "market = \"CN\"\n[[listing]]\nsymbol = \"SH.518880\"\nsell = \"same-session\"\n\
                [[listing]]\nsymbol = \"SH.600001\"\nboard = \"star\"\nproduct = \"etf\"\nlisted = 2023-05-04\n\
                [[risk_warned]]\nsymbol = \"SH.600002\"\nfrom = 2024-04-30\nuntil = 2025-06-12\n\
                [[risk_warned]]\nsymbol = \"SH.600002\"\nfrom = 2026-01-05\n";
    let cn = own("CN", text).expect("fine").rules;
    let equity = InstrumentKind::Equity;
    assert_eq!(cn.product("SH.600001", equity), Some(ProductClass::Etf));
    assert_eq!(cn.product("SH.600002", equity), Some(STOCK));
    assert_eq!(cn.product("SH.518880", equity), Some(ProductClass::Etf));
    assert_eq!(cn.product("SH.000001", InstrumentKind::Index), None);
    assert_eq!(rules("US").product("US.SPY", equity), Some(STOCK));
    assert_eq!((cn.board("SH.600001"), cn.board("SH.600002")), (Some(Board::Star), Some(Board::Main)));
    assert_eq!(cn.settlement("SH.518880", ProductClass::Etf), Settlement::SameSession);
    assert_eq!(cn.settlement("SH.510300", ProductClass::Etf), Settlement::NextSession);
    assert_eq!(cn.listings["SH.600001"].listed, Some(date("2023-05-04")));
    let warned = ["2024-04-29", "2024-04-30", "2025-06-12", "2025-06-13", "2026-01-05"];
    assert_eq!(warned.map(|day| cn.is_risk_warned("SH.600002", date(day))), [false, true, true, false, true]);
}

#[test]
fn broken_rule_files_say_where_and_what() {
    let hk = |rest: &str| format!("market = \"HK\"\n{rest}");
    let ticks = |rest: &str| hk(&format!("[[ticks]]\nname = \"t\"\n{rest}"));
    let cases: Vec<(String, &str)> = vec![
        ("".into(), "my.toml:1: market: missing, expected \"HK\""),
        ("market = \"US\"".into(), "my.toml:1: market: found \"US\", expected \"HK\""),
        (
            hk("[[tick]]\nname = \"t\""),
            "my.toml:2: tick: unknown key, expected \"market\", \"switch\", \"ticks\", \"lot\", \"price_limit\", \"settlement\", \"listing\", \"risk_warned\" or \"assumption\"",
        ),
        (hk("[[ticks]]\nsteps = [[0, 1]]"), "my.toml:2: [[ticks]]: name: missing, expected what the ladder is called"),
        (ticks(""), "my.toml:2: [[ticks]] t: steps: missing, expected a list of pairs [from price, step]"),
        (ticks("steps = [[0, 0]]"), "my.toml:4: [[ticks]] t: steps: tick ladder: each band needs a step above 0"),
        (
            ticks("steps = [[1, 0.01], [0, 0.001]]"),
            "my.toml:4: [[ticks]] t: steps: tick ladder: lower bounds must ascend",
        ),
        (
            ticks("steps = [[0, 0.01, 3]]"),
            "my.toml:4: [[ticks]] t: steps: expected a list of pairs [from, value], each a number from 0 to 1000000000 with at most 8 decimals",
        ),
        (
            ticks("steps = [[0, 0.01]]\nswitch = \"phase-9\""),
            "my.toml:5: [[ticks]] t: switch: found \"phase-9\", expected \"hkex-tick-phase-2\"",
        ),
        (
            ticks("steps = [[0, 0.01]]\nswitch = \"hkex-tick-phase-2\"\nfrom = 2026-01-01"),
            "my.toml:6: [[ticks]] t: from: excludes switch, which sets the date",
        ),
        (
            ticks("steps = [[0, 0.01]]\n[[ticks]]\nname = \"u\"\nfrom = 2026-01-01\nsteps = [[0, 0.01]]"),
            "my.toml:5: [[ticks]] u: the period from 2026-01-01 overlaps the one that has no end (both for stock)",
        ),
        (hk("[[lot]]\nsymbol = \"HK.00005\""), "my.toml:2: [[lot]]: step: missing, expected the lot"),
        (
            hk("[[lot]]\nsymbol = \"HK.00005\"\nstep = 0"),
            "my.toml:4: [[lot]]: step: found 0, expected a number above 0",
        ),
        (
            hk("[[lot]]\nsymbol = \"US.AAPL\"\nstep = 1"),
            "my.toml:3: [[lot]]: symbol: found \"US.AAPL\", expected a symbol of HK",
        ),
        (
            hk("[[lot]]\nstep = 1\nfrom = 2026-01-01"),
            "my.toml:4: [[lot]]: from: needs symbol: lots by product have no dates",
        ),
        (
            hk("[[lot]]\nsymbol = \"HK.00005\"\nstep = 1\nboard = \"main\""),
            "my.toml:5: [[lot]]: board: excludes symbol",
        ),
        (
            hk(
                "[[lot]]\nsymbol = \"HK.00005\"\nstep = 400\n[[lot]]\nsymbol = \"HK.00005\"\nstep = 200\nfrom = 2026-01-01",
            ),
            "my.toml:5: [[lot]]: HK.00005: the period from 2026-01-01 overlaps the one that has no end",
        ),
        (
            hk("[[lot]]\nstep = 1\nodd_sell = \"yes\""),
            "my.toml:4: [[lot]]: odd_sell: found \"yes\", expected true or false",
        ),
        (hk("[[price_limit]]\nrate = 0.1"), "my.toml:2: [[price_limit]]: boards: missing, expected a list of boards"),
        (
            hk("[[price_limit]]\nboards = [\"gem\"]\nrate = 0.1"),
            "my.toml:3: [[price_limit]]: boards: found \"gem\", expected a list of \"main\", \"star\", \"chinext\" or \"beijing\"",
        ),
        (
            hk("[[price_limit]]\nboards = [\"main\"]\nrate = 1"),
            "my.toml:4: [[price_limit]]: rate: expected a fraction above 0 and below 1",
        ),
        (
            hk("[[price_limit]]\nboards = [\"main\"]\nrate = 0.1\nfree_days = -1"),
            "my.toml:5: [[price_limit]]: free_days: found -1, expected a whole number from 0 to 1000",
        ),
        (
            hk("[[settlement]]\nsell = \"t+1\""),
            "my.toml:3: [[settlement]]: sell: found \"t+1\", expected \"same-session\" or \"next-session\"",
        ),
        (hk("[[switch]]\nname = \"s\"\ntext = \"off\""), "my.toml:2: [[switch]]: expected: missing, expected a date"),
        (
            hk("[[listing]]\nproduct = \"etf\""),
            "my.toml:2: [[listing]]: symbol: missing, expected the symbol it is about",
        ),
        (
            hk("[[listing]]\nsymbol = \"HK.02800\"\nproduct = \"fund\""),
            "my.toml:4: [[listing]]: product: found \"fund\", expected \"stock\", \"etf\", \"warrant\", \"cbbc\", \"bond\", \"option\" or \"future\"",
        ),
        (
            hk("[[risk_warned]]\nsymbol = \"HK.02800\"\n[[risk_warned]]\nsymbol = \"HK.02800\""),
            "my.toml:4: [[risk_warned]]: the period from the beginning overlaps the one that has no end",
        ),
        (hk("lot = 3"), "my.toml:2: lot: found 3, expected a list of tables: [[lot]]"),
    ];
    let mut wrong = String::new();
    for (text, expected) in &cases {
        let found = own("HK", text).err().unwrap_or_else(|| "it was read".to_owned());
        if found != *expected {
            wrong += &format!("{text:?}\n  gives    {found}\n  expected {expected}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let missing = market_rules("HK", Some(Path::new("nowhere/my.toml")), &Switches::new()).expect("a file");
    assert!(missing.expect_err("no file").to_string().starts_with("nowhere/my.toml: cannot read: "));
}
