//! Settlement, lots and changes of terms in a run; figures worked by hand.

use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::exchange::{FillRules, Slippage};
use engine_core::feed::Series;
use engine_core::instrument::{Instrument, InstrumentId, TickLadder};
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, OrderChange, OrderId, OrderState, Reason, Side, Size, TimeInForce};
use engine_core::record::RunResult;
use engine_core::rules::Settlement;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;

use crate::common::{feed, price, shares};
use crate::venue::{
    ID, Tape, begin_of, buy, ends, fills, flat, go, limit, margin, money, rules, sell, share, with_rules,
};

const FILLED: (OrderState, Reason) = (OrderState::Filled, Reason::None);
const BAD: (OrderState, Reason) = (OrderState::Rejected, Reason::BadQuantity);

fn settled(tape: &Tape, steps: Vec<(usize, NewOrder)>, options: RunOptions) -> RunResult {
    go(with_rules(tape.series(share("SH.600000")), rules(0.0, Settlement::NextSession)), steps, options)
}

fn three_days() -> Tape {
    Tape::new()
        .day("2024-03-01", &[flat(10.0), flat(10.0), flat(10.0), flat(10.0)])
        .day("2024-03-04", &[flat(11.0), flat(11.0), flat(11.0)])
        .day("2024-03-05", &[flat(12.0), flat(12.0)])
}

fn at(row: u32, quantity: i64, text: &str) -> (u32, i64, String) {
    (row, quantity, text.to_owned())
}

#[test]
fn what_was_bought_today_is_sold_from_the_next_session_on() {
    // Bought in bar 1 of Friday; the sales wait for Monday's first bar, whatever they are.
    let all = NewOrder::market(ID, Side::Sell, Size::AllIn);
    for sale in [sell(100), all, limit(Side::Sell, 100, "9.5"), NewOrder { shrink_to_fit: true, ..sell(100) }] {
        let result = settled(&three_days(), vec![(0, buy(100)), (1, sale)], RunOptions::default());
        assert_eq!(fills(&result), [at(1, 100, "10"), at(4, -100, "11")], "{sale:?}");
        assert!(result.fills.iter().all(|f| f.certain), "{sale:?}");
        assert!(result.ambiguous.is_empty(), "{sale:?}");
    }
    // A day order does not live that long, an immediate one not even to the next bar.
    for (tif, end) in [
        (TimeInForce::Day, (OrderState::Expired, Reason::SessionEnd)),
        (TimeInForce::Ioc, (OrderState::Cancelled, Reason::IocRemainder)),
        (TimeInForce::Fok, (OrderState::Cancelled, Reason::FokNotFillable)),
    ] {
        let result = settled(&three_days(), vec![(0, buy(100)), (1, sell(100).tif(tif))], RunOptions::default());
        assert_eq!(ends(&result), [FILLED, end]);
        let ended = result.orders[1].ended;
        let row = if tif == TimeInForce::Day { 3 } else { 2 };
        assert_eq!(ended, three_days().bars().row(row).time());
    }
}

#[test]
fn what_is_older_is_sold_at_once() {
    let steps = vec![
        (0, buy(100)),
        // On Monday 100 more: of 200, 100 may be sold.
        (3, buy(100)),
        (4, sell(150)),
        (4, sell(60)),
        (4, sell(50)),
        (4, sell(40)),
        // Half of the position was sold in the meantime: 250 is more than there is.
        (6, sell(250)),
    ];
    let result = settled(&three_days(), steps, RunOptions::default());
    // 150 and 50 (40 are left of the old ones) wait; on Tuesday 150 of 100 are too many.
    assert_eq!(
        fills(&result),
        [at(1, 100, "10"), at(4, 100, "11"), at(5, -60, "11"), at(5, -40, "11"), at(7, -50, "12")]
    );
    let short = (OrderState::Rejected, Reason::InsufficientPosition);
    assert_eq!(ends(&result), [FILLED, FILLED, short, FILLED, FILLED, FILLED, short]);
}

#[test]
fn a_stop_that_protects_a_buy_of_the_same_day_sells_on_the_next() {
    let tape = Tape::new()
        .day("2024-03-01", &[flat(10.0), [10.0, 10.2, 8.8, 9.0], flat(9.0)])
        .day("2024-03-04", &[[9.6, 9.8, 9.5, 9.7], flat(9.7)]);
    let stop = NewOrder::stop(ID, Side::Sell, Size::AsParent, price("9.2")).child_of(OrderId(0));
    let target = NewOrder::limit(ID, Side::Sell, Size::AsParent, price("10.1")).child_of(OrderId(0));
    for (child, row, sold) in [(stop, 3, "9.6"), (target, 0, "")] {
        let result = settled(&tape, vec![(0, buy(100)), (0, child)], RunOptions::default());
        let mut expected = vec![at(1, 100, "10")];
        // The stop was triggered on Friday; the target was reached then and is not on Monday.
        if !sold.is_empty() {
            expected.push(at(row, -100, sold));
        }
        assert_eq!(fills(&result), expected);
        assert!(result.fills.iter().all(|f| f.certain), "no path of Friday's bar sells");
        assert!(result.ambiguous.is_empty(), "{:?}", result.ambiguous);
    }
}

/// Buys 100 with a stop and a target that cancel each other.
struct Bracket;

impl Strategy for Bracket {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, cx: &mut Context, _: InstrumentId, bar: BarRef<'_>) {
        if bar.row() == 0 {
            cx.submit_bracket(buy(100), price("9.2"), price("10.1"));
        }
    }
}

#[test]
fn a_bracket_reached_on_both_sides_on_the_day_of_its_entry_sells_once_on_the_next() {
    let tape = Tape::new()
        .day("2024-03-01", &[flat(10.0), [10.0, 10.2, 8.8, 9.0], flat(9.0)])
        .day("2024-03-04", &[[10.3, 10.4, 9.5, 9.7], flat(9.7)]);
    let series = with_rules(tape.series(share("SH.600000")), rules(0.0, Settlement::NextSession));
    let result = run(&feed(vec![series]), &mut Bracket, &RunOptions::default()).unwrap();
    // The triggered stop is a market order of Monday's open; so is the target, submitted later.
    assert_eq!(fills(&result), [at(1, 100, "10"), at(3, -100, "10.3")]);
    assert_eq!(ends(&result), [FILLED, FILLED, (OrderState::Cancelled, Reason::Oco)]);
    assert_eq!(result.final_cash, money("100030"));
}

#[test]
fn two_sales_of_what_may_be_sold_depend_on_the_path() {
    // 200 of Friday and 100 of Monday: either sale of 150 trades on Monday, not both.
    let tape = Tape::new()
        .day("2024-03-01", &[flat(10.0), flat(10.0)])
        .day("2024-03-04", &[flat(10.0), [10.0, 11.0, 9.5, 10.0]])
        .day("2024-03-05", &[flat(10.0)]);
    let half = Size::Quantity(shares(150));
    let steps = vec![
        (0, buy(200)),
        (1, buy(100)),
        (2, limit(Side::Sell, 150, "10.8")),
        (2, NewOrder::stop(ID, Side::Sell, half, price("9.6"))),
    ];
    let result = settled(&tape, steps, RunOptions::default());
    // The low is nearer: the stop comes first, and the limit waits for a price of 10.80.
    assert_eq!(fills(&result), [at(1, 200, "10"), at(2, 100, "10"), at(3, -150, "9.6")]);
    assert_eq!(result.fills.iter().map(|f| f.certain).collect::<Vec<_>>(), [true, true, false]);
    let bar = &result.ambiguous[0];
    // Marked at 10: 150 at 9.60 or at 10.80.
    assert_eq!((bar.searched, bar.pnl, bar.pnl_worst, bar.pnl_best), (true, money("-60"), money("-60"), money("120")));
}

#[test]
fn a_bracket_inside_one_bar_is_searched_with_the_money_its_entry_leaves() {
    // Sold at once: the stop fills on every path, and nothing else does.
    let tape = Tape::new().day("2024-03-01", &[flat(10.0), [10.0, 10.2, 8.8, 9.0], flat(9.0)]);
    let stop = NewOrder::stop(ID, Side::Sell, Size::AsParent, price("9.2")).child_of(OrderId(0));
    for account in [engine_core::account::AccountKind::Cash, margin(1.0)] {
        let options = RunOptions { account, ..RunOptions::default() };
        let result = go(tape.series(share("SH.600000")), vec![(0, buy(10_000)), (0, stop)], options);
        assert_eq!(fills(&result), [at(1, 10_000, "10"), at(1, -10_000, "9.2")]);
        assert!(result.fills.iter().all(|f| f.certain), "{account:?}");
        assert!(result.ambiguous.is_empty(), "{:?}", result.ambiguous);
    }
}

#[test]
fn a_margin_account_goes_short_only_when_nothing_is_locked() {
    let options = RunOptions { account: margin(2.0), cash: money("10000"), ..RunOptions::default() };
    // 100 bought today: 300 wait, then 100 are sold and 200 are short.
    let waits = settled(&three_days(), vec![(0, buy(100)), (1, sell(300))], options.clone());
    assert_eq!(fills(&waits), [at(1, 100, "10"), at(4, -300, "11")]);
    // Nothing held: short at once; covered and more: the long part is locked.
    let steps = vec![(0, sell(100)), (1, buy(150)), (2, sell(50))];
    let short = settled(&three_days(), steps, options.clone());
    assert_eq!(fills(&short), [at(1, -100, "10"), at(2, 150, "10"), at(4, -50, "11")]);
    // Long since yesterday: through zero at once.
    let through = settled(&three_days(), vec![(0, buy(100)), (3, sell(300))], options);
    assert_eq!(fills(&through), [at(1, 100, "10"), at(4, -300, "11")]);
}

fn lots(lot: i64, minimum: i64, odd_lot_sales: bool) -> Instrument {
    Instrument { lot: shares(lot), lot_minimum: shares(minimum), odd_lot_sales, ..share("SH.600000") }
}

#[test]
fn the_gate_takes_the_quantities_that_the_venue_takes() {
    let tape = Tape::new().day("2024-03-01", &[flat(10.0); 6]);
    // An odd position of 350 comes from a split of 7 for 4.
    let split = CorporateAction { ex_time: begin_of("2024-03-04"), kind: ActionKind::Split { to: 7, from: 4 } };
    let tape = {
        let mut tape = tape;
        tape.push(crate::venue::date("2024-03-04"), &[flat(10.0), flat(10.0)]);
        tape
    };
    let cases = [
        (lots(100, 0, false), buy(150), false),
        (lots(100, 0, false), buy(50), false),
        (lots(100, 0, false), buy(300), true),
        (lots(100, 0, false), sell(50), false),
        (lots(100, 100, true), sell(50), true),
        (lots(100, 100, true), sell(150), true),
        (lots(100, 100, true), sell(350), true),
        (lots(100, 100, true), sell(30), false),
        (lots(1, 200, true), buy(199), false),
        (lots(1, 200, true), buy(201), true),
        (lots(1, 200, true), sell(150), false),
        (lots(1, 200, true), sell(350), true),
    ];
    for (instrument, order, taken) in cases {
        let series = Series { actions: vec![split], ..tape.series(instrument.clone()) };
        let result = go(series, vec![(0, buy(200)), (6, order)], RunOptions::default());
        assert_eq!(result.fills[0].quantity, shares(200));
        assert_eq!(ends(&result)[1], if taken { FILLED } else { BAD }, "{order:?} of 350 in {instrument:?}");
    }
}

#[test]
fn sizes_by_money_are_whole_lots_and_nothing_below_the_smallest_order() {
    let tape = Tape::new().day("2024-03-01", &[flat(10.0); 2]);
    let all = NewOrder::market(ID, Side::Buy, Size::AllIn);
    let shrunk = |n| NewOrder { shrink_to_fit: true, ..buy(n) };
    // lots, cash, order, bought
    let cases = [
        (lots(100, 0, false), "2590", all, 200),
        (lots(100, 0, false), "999", all, 0),
        (lots(1, 200, true), "2335", all, 233),
        (lots(1, 200, true), "1999", all, 0),
        (lots(1, 200, true), "2335", shrunk(500), 233),
        (lots(1, 200, true), "1999", shrunk(500), 0),
        (lots(100, 0, false), "1999", shrunk(500), 100),
    ];
    for (instrument, cash, order, bought) in cases {
        for account in [engine_core::account::AccountKind::Cash, margin(1.0)] {
            let options = RunOptions { account, cash: money(cash), ..RunOptions::default() };
            let result = go(tape.series(instrument.clone()), vec![(0, order)], options);
            let found: i64 = fills(&result).iter().map(|f| f.1).sum();
            assert_eq!(found, bought, "{order:?} with {cash}, {account:?}, {instrument:?}");
        }
    }
}

#[test]
fn a_part_of_an_order_may_be_smaller_than_the_smallest_order() {
    // A tenth of 1,500 a bar: 150 of an order of 400, where an order needs 200.
    let tape = Tape::new().day("2024-03-01", &[flat(10.0); 5]).volume(1_500.0);
    let capped = FillRules { participation: Some(crate::venue::rate(0.1)), ..FillRules::default() };
    let options = RunOptions { fills: capped, ..RunOptions::default() };
    let result = go(tape.series(lots(1, 200, true)), vec![(0, buy(400))], options);
    assert_eq!(fills(&result), [at(1, 150, "10"), at(2, 150, "10"), at(3, 100, "10")]);
}

/// Buys 400 after the first bar and changes the quantity after the third.
struct Cut(i64);

impl Strategy for Cut {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, cx: &mut Context, _: InstrumentId, bar: BarRef<'_>) {
        match bar.row() {
            0 => {
                cx.submit(buy(400));
            }
            2 => cx.modify(OrderId(0), OrderChange { quantity: Some(shares(self.0)), ..OrderChange::default() }),
            _ => {}
        }
    }
}

#[test]
fn a_cut_to_no_more_than_what_is_filled_cancels() {
    // 150 a bar: 300 are filled when the change comes.
    let tape = Tape::new().day("2024-03-01", &[flat(10.0); 5]).volume(1_500.0);
    let capped = FillRules { participation: Some(crate::venue::rate(0.1)), ..FillRules::default() };
    let options = RunOptions { fills: capped, ..RunOptions::default() };
    let cancelled = (OrderState::Cancelled, Reason::Requested);
    for (quantity, filled, end, total) in
        [(0, 400, FILLED, 400), (299, 300, cancelled, 400), (300, 300, cancelled, 400), (350, 350, FILLED, 350)]
    {
        let series = tape.series(lots(1, 0, false));
        let result = run(&feed(vec![series]), &mut Cut(quantity), &options).unwrap();
        assert_eq!(ends(&result), [end], "{quantity}");
        let order = &result.orders[0];
        assert_eq!((order.filled, order.quantity), (shares(filled), shares(total)), "{quantity}");
    }
}

/// Lots of 500 and steps of 0.05, from 2024-03-04 on lots of 100 and steps of 0.02.
fn changing() -> Series {
    let steps = |text: &str| TickLadder::single(price(text)).unwrap();
    let old = Instrument { ticks: steps("0.05"), ..lots(500, 0, false) };
    let new = Instrument { ticks: steps("0.02"), ..lots(100, 0, false) };
    Series { changes: vec![(begin_of("2024-03-04"), new)], ..three_days().series(old) }
}

#[test]
fn terms_change_with_the_first_bar_that_opens_on_the_day() {
    let by_money = NewOrder::market(ID, Side::Buy, Size::Notional("6500".parse().unwrap()));
    let steps = vec![
        // Friday: lots of 500, steps of 0.05.
        (1, buy(100)),
        (1, limit(Side::Buy, 500, "9.96")),
        (1, limit(Side::Buy, 500, "9.95")),
        (1, by_money),
        // After Friday's last bar the terms are still Friday's.
        (3, buy(600)),
        // Monday: lots of 100, steps of 0.02.
        (4, buy(100)),
        (4, limit(Side::Buy, 100, "9.96")),
        (4, limit(Side::Buy, 100, "9.95")),
        (4, NewOrder::market(ID, Side::Buy, Size::Notional("6700".parse().unwrap()))),
    ];
    let slip = FillRules { slippage: Slippage::Amount(price("0.01")), ..FillRules::default() };
    let result = go(changing(), steps, RunOptions { fills: slip, ..RunOptions::default() });
    let open = (OrderState::Working, Reason::None);
    let bad_price = (OrderState::Rejected, Reason::BadPrice);
    assert_eq!(ends(&result), [BAD, bad_price, open, FILLED, BAD, FILLED, open, bad_price, FILLED]);
    // 10.01 rounds up to 10.05: 500 for 5,025; 11.01 to 11.02: 600 for 6,612.
    assert_eq!(fills(&result), [at(2, 500, "10.05"), at(5, 100, "11.02"), at(5, 600, "11.02")]);
}

/// Sends an order when the run starts.
struct Early(NewOrder, Option<Instrument>);

impl Strategy for Early {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_start(&mut self, cx: &mut Context) {
        self.1 = Some(cx.instrument(ID).clone());
        cx.submit(self.0);
    }
    fn on_bar(&mut self, _: &mut Context, _: InstrumentId, _: BarRef<'_>) {}
}

#[test]
fn a_run_that_begins_later_starts_with_the_terms_of_its_day() {
    // It begins with Monday's second bar: Monday's first one is history.
    let begin = three_days().bars().row(5).time();
    let mut series = changing();
    series.actions =
        vec![CorporateAction { ex_time: begin_of("2024-03-04"), kind: ActionKind::Split { to: 2, from: 1 } }];
    let mut strategy = Early(buy(100), None);
    let options = RunOptions { begin, ..RunOptions::default() };
    let result = run(&feed(vec![series.clone()]), &mut strategy, &options).unwrap();
    assert_eq!(strategy.1.map(|i| i.lot), Some(shares(100)));
    // A split before the run does nothing to its orders.
    assert_eq!(fills(&result), [at(6, 100, "11")]);
    // One that begins with Monday's first bar knows Friday's terms and prices when it
    // starts: its order follows the split.
    let begin = three_days().bars().row(4).time();
    let mut strategy = Early(buy(500), None);
    let result = run(&feed(vec![series]), &mut strategy, &RunOptions { begin, ..RunOptions::default() }).unwrap();
    assert_eq!(strategy.1.map(|i| i.lot), Some(shares(500)));
    assert_eq!(fills(&result), [at(5, 1_000, "11")]);
}
