//! Whatever is in a rule file, reading it ends in rules or in an error with its
//! place; and whatever rules come of it can be asked without a panic.

use engine_core::date::Date;
use engine_core::fees::{FeeTrade, MonthTally, OrderTally};
use engine_core::fixed::{Money, Price, Quantity};
use engine_core::order::Side;
use engine_core::rules::{Board, ProductClass};
use engine_data::rules::{Switches, market_rules, read_fees};
use proptest::prelude::*;

use crate::Folder;

fn words(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(words), 0..8).prop_map(|words| words.concat())
}

/// Lines of fee files, some of them broken.
fn fees() -> impl Strategy<Value = String> {
    const KEYS: &[&str] = &[
        "[[fee]]\nname = \"a\"\nrate = 1\n",
        "[[fee]]\nname = \"b\"\nper_unit = 1000000000\n",
        "[[fee]]\nname = \"c\"\nper = \"order-day\"\namount = 0.00000001\n",
        "[[fee]]\nname = \"d\"\nper = \"order-day\"\ntiers = { by = \"shares\", steps = [[1, 9999999999], [10000000000, 1]] }\n",
        "[[fee]]\nname = \"e\"\nper = \"order-day\"\ntiers = { by = \"orders\", steps = [[1, 3], [2, 1]] }\n",
        "[[fee]]\nname = \"f\"\nrate = \"100 %\"\nrounding = \"up to 1000\"\n",
        "minimum = 1000000000\n",
        "maximum = 0\n",
        "maximum_rate = 0.5\n",
        "rounding = \"half up to 0.00000001\"\n",
        "rounding = \"up to 999.99999999\"\n",
        "from = 2199-12-31\n",
        "until = 1900-01-01\n",
        "side = \"sell\"\n",
        "products = [\"etf\", \"etf\"]\n",
        "plan = \"p\"\n",
        "[[carry]]\nname = \"x\"\non = \"long\"\nannual_rate = 1\n",
        "[[dividend_tax]]\nrate = 1\n",
        "text = 'é'\n",
        "[[assumption]]\n",
        "= 3\n",
        "\"\n",
        "\u{0}",
        "[",
    ];
    words(KEYS)
}

/// Lines of market files, some of them broken.
fn rules() -> impl Strategy<Value = String> {
    const KEYS: &[&str] = &[
        "[[ticks]]\nname = \"a\"\nsteps = [[0, 1000000000]]\n",
        "[[ticks]]\nname = \"b\"\nsteps = [[0, 0.00000001]]\n",
        "switch = \"s\"\n",
        "[[switch]]\nname = \"s\"\nexpected = 2000-01-01\ntext = \"off\"\n",
        "[[lot]]\nstep = 0.00000001\n",
        "[[lot]]\nsymbol = \"SH.600000\"\nstep = 1000000000\n",
        "minimum = 7\n",
        "odd_sell = true\n",
        "[[price_limit]]\nboards = [\"main\"]\nrate = 0.999999999999\n",
        "[[price_limit]]\nboards = [\"main\", \"main\"]\nrate = 0.5\n",
        "free_days = 1000\n",
        "from = 2024-01-01\n",
        "until = 2024-01-01\n",
        "products = [\"stock\"]\n",
        "[[settlement]]\nsell = \"next-session\"\n",
        "board = \"main\"\n",
        "[[risk_warned]]\nsymbol = \"SH.600000\"\n",
        "[[listing]]\nsymbol = \"SH.600000\"\n",
        "é = 1\n",
        "]\n",
    ];
    words(KEYS)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_fee_file(text in fees(), plans in any::<bool>(), days in -40_000..90_000_i32) {
        let folder = Folder::new("");
        let head = if plans { "name = \"x\"\nplans = [\"p\"]\n" } else { "name = \"x\"\nextends = \"futu-us\"\n" };
        folder.write("fees.toml", format!("{head}{text}"));
        match read_fees(&folder.path("fees.toml"), None) {
            Err(error) => prop_assert!(error.to_string().contains("fees.toml:"), "{error}"),
            Ok(loaded) => {
                let date = Date::from_days(days);
                for side in [Side::Buy, Side::Sell] {
                    let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
                    for (quantity, notional) in [(1, 1), (1_000_000_000, i64::MAX), (10_000_000_000, 0), (i64::MAX / 1_000_000_000, i64::MAX)] {
                        let quantity = Quantity::from_units(quantity * 100_000_000);
                        let notional = Money::from_units(i128::from(notional) * 1_000_000_000);
                        let trade = FeeTrade { date, side, quantity, notional };
                        let fee = loaded.table.charge(ProductClass::Etf, &trade, &mut order, &mut month);
                        prop_assert!(fee >= Money::ZERO);
                    }
                }
                for carry in &loaded.table.spec().carry {
                    let _ = carry.rates.accrue(Money::from_whole(i64::MAX), date, date.plus(4000));
                }
            }
        }
    }

    #[test]
    fn any_market_file(text in rules(), days in -40_000..90_000_i32, units in 1..i64::MAX / 4) {
        let folder = Folder::new("");
        folder.write("rules.toml", format!("market = \"CN\"\n{text}"));
        match market_rules("CN", Some(&folder.path("rules.toml")), &Switches::new()).expect("a file") {
            Err(error) => prop_assert!(error.to_string().contains("rules.toml:"), "{error}"),
            Ok(loaded) => {
                let (rules, date, price) = (loaded.rules, Date::from_days(days), Price::from_units(units));
                let ticks = rules.ticks.on(date, ProductClass::Stock).cloned().unwrap_or_default();
                for board in Board::ALL {
                    let limits = rules.limits.limits(price, date, board, true, None, &ticks);
                    prop_assert!(limits.is_none_or(|l| l.down > Price::ZERO && l.down <= l.up), "{limits:?}");
                }
                if let Some(lot) = rules.lot("SH.600000", ProductClass::Stock, date) {
                    let quantity = Quantity::from_units(units);
                    prop_assert!(lot.floor(quantity) <= quantity);
                    let _ = lot.check(Side::Sell, quantity, Quantity::from_units(units / 3));
                }
            }
        }
    }
}
