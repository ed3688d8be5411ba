//! Properties of fee tables, and tables worked by hand for what shipped schedules do not show.

use rust_decimal::prelude::*;

use super::*;
use crate::date::Date;
use crate::fixed::{Amount, Money, Quantity, Rate};
use crate::order::Side;
use crate::rules::{ProductClass, ProductSet};

const STOCK: ProductClass = ProductClass::Stock;

fn d(text: &str) -> Date {
    text.parse().expect("a date")
}

fn a(text: &str) -> Amount {
    text.parse().expect("an amount")
}

fn r(text: &str) -> Rate {
    Rate::from_decimal(text.parse().expect("a decimal")).expect("a rate")
}

fn table(items: Vec<FeeItem>) -> FeeTable {
    FeeTable::new(FeeSpec { items, ..FeeSpec::named("test") }).expect("a table")
}

fn problem(items: Vec<FeeItem>) -> String {
    FeeTable::new(FeeSpec { items, ..FeeSpec::named("test") }).expect_err("no table").to_string()
}

fn buy(date: &str, quantity: &str, notional: &str) -> FeeTrade {
    FeeTrade {
        date: d(date),
        side: Side::Buy,
        quantity: quantity.parse().expect("a quantity"),
        notional: notional.parse().expect("money"),
    }
}

/// A generator for the random tests: xorshift64* (Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
    fn amount(&mut self) -> Amount {
        a(self.pick(&["0", "0.01", "0.0049", "0.5", "3", "15", "0.00000001", "99.999"]))
    }
    fn item(&mut self, i: u64) -> FeeItem {
        let basis = match self.below(3) {
            0 => FeeBasis::Rate(r(self.pick(&["0", "0.0003", "0.0000015", "0.000027", "0.000000000001", "1", "0.13"]))),
            1 => FeeBasis::PerUnit(self.amount()),
            _ => FeeBasis::Flat(self.amount()),
        };
        let minimum = self.amount();
        let unit = a(self.pick(&["0.01", "1", "0.003", "0.00000001"]));
        FeeItem {
            per: self.pick(&[FeePer::Fill, FeePer::OrderDay]),
            minimum,
            maximum: (self.below(2) == 0).then_some(minimum + self.amount()),
            maximum_rate: (self.below(3) == 0).then_some(r(self.pick(&["0.005", "0.00001"]))),
            rounding: self.pick(&[Rounding::None, Rounding::HalfUp(unit), Rounding::Up(unit)]),
            side: self.pick(&FeeSide::ALL),
            ..FeeItem::new(&format!("item {i}"), basis)
        }
    }
    fn trade(&mut self) -> FeeTrade {
        let quantity = Quantity::from_units((1 + self.below(20_000)) as i64 * 100_000_000);
        let price = crate::fixed::Price::from_units((1 + self.below(90_000)) as i64 * 1_000_000);
        let date = d("2024-05-02");
        let side = self.pick(&[Side::Buy, Side::Sell]);
        FeeTrade { date, side, quantity, notional: Money::notional(price, quantity, 1) }
    }
}

/// The amount of an item by decimal arithmetic: another road to the same number.
fn by_decimals(item: &FeeItem, quantity: Quantity, notional: Money) -> Decimal {
    if quantity.is_zero() {
        return Decimal::ZERO;
    }
    let notional = notional.to_decimal().expect("28 digits");
    let rate = |r: Rate| Decimal::from_i128_with_scale(r.units().into(), 12);
    let round = |x: Decimal| {
        let to = |unit: Amount, up| {
            let unit = unit.to_decimal();
            // Quotients by 0.003 do not end: compare products instead.
            let mut n = (x / unit).trunc();
            while (n + Decimal::ONE) * unit <= x {
                n += Decimal::ONE;
            }
            while n * unit > x {
                n -= Decimal::ONE;
            }
            let rest = x - n * unit;
            let higher = if up { !rest.is_zero() } else { rest + rest >= unit };
            (n + if higher { Decimal::ONE } else { Decimal::ZERO }) * unit
        };
        match item.rounding {
            Rounding::None => x.round_dp_with_strategy(8, RoundingStrategy::MidpointAwayFromZero),
            Rounding::HalfUp(unit) => to(unit, false),
            Rounding::Up(unit) => to(unit, true),
        }
    };
    let mut x = match &item.basis {
        FeeBasis::Rate(fraction) => notional * rate(*fraction),
        FeeBasis::PerUnit(amount) => quantity.to_decimal() * amount.to_decimal(),
        FeeBasis::Flat(amount) => amount.to_decimal(),
        FeeBasis::ByOrders(_) | FeeBasis::ByShares(_) => unreachable!("not made by this test"),
    };
    if let Some(maximum) = item.maximum {
        x = x.min(maximum.to_decimal());
    }
    if let Some(cap) = item.maximum_rate {
        x = x.min(notional * rate(cap));
    }
    round(x.max(item.minimum.to_decimal()))
}

#[test]
fn random_tables_agree_with_decimal_arithmetic() {
    let mut random = Random(7);
    for round in 0..400 {
        let table = table((0..4).map(|i| random.item(i)).collect());
        let fees = table.on(d("2024-05-02"), STOCK);
        let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
        let side = random.pick(&[Side::Buy, Side::Sell]);
        let (mut quantity, mut notional) = (Quantity::ZERO, Money::ZERO);
        for fill in 0..3 {
            let trade = FeeTrade { side, ..random.trade() };
            let expected: Decimal = table
                .items()
                .iter()
                .filter(|item| item.side.pays(side))
                .map(|item| match item.per {
                    FeePer::Fill => by_decimals(item, trade.quantity, trade.notional),
                    FeePer::OrderDay => {
                        by_decimals(item, quantity + trade.quantity, notional + trade.notional)
                            - by_decimals(item, quantity, notional)
                    }
                })
                .sum();
            let mut parts = Money::ZERO;
            fees.breakdown(&trade, &order, &month, |_, amount| {
                assert!(amount >= Money::ZERO);
                parts += amount;
            });
            let asked = fees.fee(&trade, &order, &month);
            let charged = fees.charge(&trade, &mut order, &mut month);
            let place = format!("table {round}, fill {fill}: {:?}", table.items());
            assert_eq!(charged.to_decimal(), Some(expected.normalize()), "{place}");
            assert_eq!((asked, parts), (charged, charged), "{place}");
            quantity += trade.quantity;
            notional += trade.notional;
        }
    }
}

#[test]
fn pieces_of_an_order_cost_what_the_whole_costs() {
    let mut random = Random(11);
    for _ in 0..300 {
        let items = (0..3).map(|i| FeeItem { per: FeePer::OrderDay, ..random.item(i) }).collect();
        let table = table(items);
        let fees = table.on(d("2024-05-02"), STOCK);
        let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
        let pieces: Vec<FeeTrade> = (0..5).map(|_| FeeTrade { side: Side::Sell, ..random.trade() }).collect();
        let in_pieces: Money = pieces.iter().map(|p| fees.charge(p, &mut order, &mut month)).sum();
        let quantity = Quantity::from_units(pieces.iter().map(|p| p.quantity.units()).sum());
        let whole = FeeTrade { quantity, notional: pieces.iter().map(|p| p.notional).sum(), ..pieces[0] };
        assert_eq!(fees.fee(&whole, &OrderTally::default(), &MonthTally::default()), in_pieces);
    }
}

#[test]
fn the_fee_never_falls_as_the_quantity_grows() {
    let mut random = Random(13);
    for _ in 0..200 {
        let table = table((0..4).map(|i| random.item(i)).collect());
        let fees = table.on(d("2024-05-02"), STOCK);
        let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
        let before = random.trade();
        fees.charge(&before, &mut order, &mut month);
        let mut last = Money::ZERO;
        for lots in 1..60 {
            let quantity = Quantity::from_units(lots * 100_000_000);
            let notional = Money::from_units(123_456_789 * i128::from(lots));
            let fee = fees.fee(&FeeTrade { quantity, notional, ..before }, &order, &month);
            assert!(fee >= last, "{lots} lots cost {fee}, one less {last}: {:?}", table.items());
            last = fee;
        }
    }
}

#[test]
fn the_plain_rate_is_the_rate() {
    let rate = r("0.001");
    let table = FeeTable::rate(rate).expect("a table");
    for (quantity, notional) in
        [("1216", "99857.92"), ("1", "0.00000499"), ("3", "0.000005"), ("7", "1234567890.12345678")]
    {
        let trade = buy("1999-01-04", quantity, notional);
        let fee = table.charge(STOCK, &trade, &mut OrderTally::default(), &mut MonthTally::default());
        assert_eq!(fee, trade.notional.times(rate), "{notional}");
    }
}

#[test]
fn tiers_by_orders_take_the_ordinal_in_the_month() {
    let tiers = FeeBasis::ByOrders(vec![(1, a("30")), (3, a("15")), (4, a("1"))]);
    let table = table(vec![FeeItem { per: FeePer::OrderDay, ..FeeItem::new("platform", tiers) }]);
    let mut month = MonthTally::default();
    let mut orders = [OrderTally::default(); 5];
    // order, date, fee
    let story = [
        (0, "2024-05-02", "30"),
        (1, "2024-05-02", "30"),
        (0, "2024-05-02", "0"),  // another fill of the first
        (2, "2024-05-03", "15"), // the third order of May
        (0, "2024-05-06", "1"),  // the first order again on another day: the fourth
        (3, "2024-05-07", "1"),
        (4, "2024-06-03", "30"), // June begins anew
    ];
    for (order, date, fee) in story {
        let found = table.charge(STOCK, &buy(date, "100", "1000"), &mut orders[order], &mut month);
        assert_eq!(found.to_string(), fee, "order {order} on {date}");
    }
    assert_eq!(month.orders(), 1);
}

#[test]
fn tiers_by_shares_price_each_share_by_its_ordinal() {
    let share = |n: i64| Quantity::from_units(n * 100_000_000);
    let tiers = vec![(share(0), a("0.010")), (share(500), a("0.008")), (share(1000), a("0.007"))];
    let item = FeeItem {
        per: FeePer::OrderDay,
        minimum: a("1"),
        rounding: Rounding::HalfUp(a("0.01")),
        ..FeeItem::new("platform", FeeBasis::ByShares(tiers))
    };
    let table = table(vec![item]);
    let mut month = MonthTally::default();
    // date, shares, fee
    let story = [
        ("2024-05-02", "50", "1"),      // 50 x 0.010 = 0.50, at least 1
        ("2024-05-02", "450", "4.5"),   // the rest of the first 500
        ("2024-05-03", "600", "4.7"),   // 500 x 0.008 + 100 x 0.007
        ("2024-05-03", "1000", "7"),    // all beyond 1,000
        ("2024-06-03", "1200", "10.4"), // June: 500 x 0.010 + 500 x 0.008 + 200 x 0.007
    ];
    for (date, shares, fee) in story {
        let found = table.charge(STOCK, &buy(date, shares, "10000"), &mut OrderTally::default(), &mut month);
        assert_eq!(found.to_string(), fee, "{shares} on {date}");
    }
    assert_eq!(month.shares(), share(1200));
}

#[test]
fn items_hold_between_their_dates_for_their_products_and_sides() {
    let etf: ProductSet = [ProductClass::Etf].into_iter().collect();
    let one = |name: &str, fee: &str| FeeItem::new(name, FeeBasis::Flat(a(fee)));
    let table = table(vec![
        FeeItem { until: d("2021-07-31"), ..one("duty", "1") },
        FeeItem { from: d("2021-08-01"), until: d("2023-11-16"), ..one("duty", "2") },
        FeeItem { products: etf, ..one("fund", "10") },
        FeeItem { side: FeeSide::Sell, ..one("sell", "100") },
    ]);
    let cases = [
        ("1999-01-04", Side::Buy, STOCK, "1"),
        ("2021-07-31", Side::Buy, STOCK, "1"),
        ("2021-08-01", Side::Buy, STOCK, "2"),
        ("2023-11-16", Side::Sell, STOCK, "102"),
        ("2023-11-17", Side::Sell, STOCK, "100"),
        ("2023-11-17", Side::Buy, ProductClass::Etf, "10"),
        ("2023-11-17", Side::Buy, STOCK, "0"),
    ];
    for (date, side, class, fee) in cases {
        let trade = FeeTrade { side, ..buy(date, "1", "1") };
        let found = table.charge(class, &trade, &mut OrderTally::default(), &mut MonthTally::default());
        assert_eq!(found.to_string(), fee, "{date} {} {class}", side.name());
        let fees = table.on(d(date), class);
        let (from, until) = fees.span();
        assert!(fees.hold_on(from) && fees.hold_on(until) && (until == Date::MAX || !fees.hold_on(until.plus(1))));
    }
    let nothing = table.on(d("2020-01-02"), STOCK).fee(
        &buy("2020-01-02", "0", "0"),
        &OrderTally::default(),
        &MonthTally::default(),
    );
    assert_eq!(nothing, Money::ZERO);
}

#[test]
fn items_that_make_no_sense_are_refused() {
    let one = |basis| FeeItem::new("duty", basis);
    let flat = || one(FeeBasis::Flat(a("1")));
    let cases = [
        (vec![one(FeeBasis::Rate(r("1.5")))], "the rate must be from 0 to 1"),
        (vec![one(FeeBasis::Flat(a("-1")))], "the amount -1 is below 0"),
        (vec![FeeItem { minimum: a("3"), maximum: Some(a("2")), ..flat() }], "the maximum 2 is below the minimum 3"),
        (vec![one(FeeBasis::ByOrders(vec![(1, a("1"))]))], "tiers need per = \"order-day\""),
        (
            vec![FeeItem { per: FeePer::OrderDay, ..one(FeeBasis::ByOrders(vec![(2, a("1"))])) }],
            "tiers by orders must rise from 1",
        ),
        (
            vec![FeeItem { rounding: Rounding::Up(a("0")), ..flat() }],
            "the rounding unit must be above 0 and at most 1000",
        ),
        (
            vec![FeeItem { from: d("2024-01-02"), until: d("2024-01-01"), ..flat() }],
            "it begins on 2024-01-02 after its end on 2024-01-01",
        ),
        (
            vec![FeeItem { until: d("2024-01-02"), ..flat() }, FeeItem { from: d("2024-01-02"), ..flat() }],
            "two of this name charge the same trades from 2024-01-02 to 2024-01-02",
        ),
    ];
    for (items, expected) in cases {
        assert_eq!(problem(items), format!("fee `duty`: {expected}"));
    }
}

#[test]
fn amounts_beyond_64_bits_stay_exact() {
    let item = FeeItem { rounding: Rounding::HalfUp(a("0.01")), ..FeeItem::new("levy", FeeBasis::Rate(r("0.000027"))) };
    let table = table(vec![item]);
    let notional = Money::from_whole(9_000_000_000_000_000_001);
    let trade = FeeTrade { notional, ..buy("2024-05-02", "10000000000", "0") };
    // 9,000,000,000,000,000,001 x 0.000027 = 243,000,000,000,000.000027
    let fee = table.charge(STOCK, &trade, &mut OrderTally::default(), &mut MonthTally::default());
    assert_eq!(fee.to_string(), "243000000000000");
}

#[test]
fn sizes_and_allocations() {
    assert_eq!(std::mem::size_of::<OrderTally>(), 48);
    assert_eq!(std::mem::size_of::<MonthTally>(), 16);
    let mut random = Random(17);
    let table = table((0..7).map(|i| random.item(i)).collect());
    let (mut order, mut month) = (OrderTally::default(), MonthTally::default());
    let trade = random.trade();
    let info = allocation_counter::measure(|| {
        for _ in 0..10 {
            table.charge(STOCK, &trade, &mut order, &mut month);
        }
    });
    assert_eq!(info.count_total, 0);
}
