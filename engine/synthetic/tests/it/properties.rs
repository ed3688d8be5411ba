//! Tapes of many seeds are followed row by row.

use std::collections::{BTreeMap, VecDeque};

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::orderbook::{BookState, OrderBook};
use engine_core::tape::{LAST, SNAPSHOT, Tape, TapeEvent};
use engine_core::time::{MINUTE, SECOND, Timestamp};
use engine_synthetic::{Detail, SyntheticBook, book};
use proptest::prelude::{ProptestConfig, prop, proptest};

fn tape(seed: u64, detail: Detail) -> Tape {
    Tape::new(book(&SyntheticBook { seed, detail, length: 2 * MINUTE, ..SyntheticBook::default() }).unwrap()).unwrap()
}

/// Rows of each packet.
fn packets(tape: &Tape) -> Vec<std::ops::Range<usize>> {
    let mut from = 0;
    let mut out = Vec::new();
    for row in 0..tape.len() {
        if tape.code(row) & LAST != 0 {
            out.push(from..row + 1);
            from = row + 1;
        }
    }
    out
}

type Levels = Vec<(Price, Quantity)>;

fn levels(book: &OrderBook) -> [Levels; 2] {
    [Side::Buy, Side::Sell].map(|side| book.levels(side).map(|l| (l.price, l.quantity)).collect())
}

/// The book after each packet, by the stamps of the packet.
fn books(tape: &Tape) -> Vec<((Timestamp, Timestamp), [Levels; 2])> {
    let mut book = OrderBook::new(tape.has_depth());
    packets(tape)
        .into_iter()
        .map(|rows| {
            let last = rows.end - 1;
            for row in rows {
                assert_eq!(tape.venue_time(row), tape.venue_time(last));
                assert_eq!(tape.local_time(row), tape.local_time(last));
                book.apply(&tape.event(row));
            }
            assert_eq!(book.state(), BookState::Good);
            assert!(book.depth(Side::Buy) > 0 && book.depth(Side::Sell) > 0);
            ((tape.venue_time(last), tape.local_time(last)), levels(&book))
        })
        .collect()
}

fn trades(tape: &Tape) -> Vec<(Timestamp, TapeEvent)> {
    let is_trade = |row: &usize| matches!(tape.event(*row), TapeEvent::Trade { .. });
    (0..tape.len()).filter(is_trade).map(|row| (tape.venue_time(row), tape.event(row))).collect()
}

fn three_forms_agree(seed: u64) {
    let [by_level, by_order, quotes] = [Detail::Levels, Detail::Orders, Detail::Quotes].map(|d| tape(seed, d));
    assert_eq!(trades(&by_level), trades(&by_order));
    assert_eq!(trades(&by_level), trades(&quotes));
    let full = books(&by_level);
    assert_eq!(full, books(&by_order));
    // The best prices, where they change.
    let mut tops: Vec<_> =
        full.iter().map(|(stamps, [bids, asks])| (*stamps, [vec![bids[0]], vec![asks[0]]])).collect();
    tops.dedup_by(|later, earlier| later.1 == earlier.1);
    assert_eq!(books(&quotes), tops);
}

/// Trades come first and take the best prices; what they left is what the levels say.
fn levels_are_conserved(seed: u64) {
    let tape = tape(seed, Detail::Levels);
    let mut book = OrderBook::new(true);
    let mut market_orders = 0;
    for (number, rows) in packets(&tape).into_iter().enumerate() {
        let mut taken: BTreeMap<(Side, Price), Quantity> = BTreeMap::new();
        let mut left = levels(&book);
        let (mut changed, mut told) = (0, false);
        for row in rows {
            assert_eq!(tape.code(row) & SNAPSHOT != 0, number == 0);
            let event = tape.event(row);
            match event {
                TapeEvent::Trade { price, quantity, aggressor } => {
                    assert!(!told, "a trade after its effect");
                    let side = aggressor.unwrap().opposite();
                    let best = left[usize::from(side == Side::Sell)].iter_mut().find(|l| !l.1.is_zero()).unwrap();
                    assert_eq!(best.0, price, "a trade away from the best price");
                    best.1 -= quantity;
                    assert!(best.1 >= Quantity::ZERO);
                    *taken.entry((side, price)).or_default() += quantity;
                }
                TapeEvent::Level { side, price, quantity } => {
                    told = true;
                    changed += 1;
                    if let Some(traded) = taken.remove(&(side, price)) {
                        assert_eq!(book.size_at(side, price) - traded, quantity);
                    } else if number > 0 {
                        assert_ne!(book.size_at(side, price), quantity, "a row that says nothing");
                        assert!(changed <= 2);
                    }
                }
                _ => {}
            }
            book.apply(&event);
        }
        assert!(taken.is_empty(), "a trade without its effect");
        market_orders += usize::from(changed > 0 && levels(&book) == left);
    }
    assert!(market_orders > 100);
}

/// Order by order: who came first at the best price trades first.
fn queues_are_first_in_first_out(seed: u64) {
    let tape = tape(seed, Detail::Orders);
    let mut queues: BTreeMap<(Side, Price), VecDeque<(u64, Quantity)>> = BTreeMap::new();
    let mut places: BTreeMap<u64, (Side, Price)> = BTreeMap::new();
    let [mut kept, mut lost] = [0; 2];
    for rows in packets(&tape) {
        let mut traded: VecDeque<(Price, Quantity)> = VecDeque::new();
        for row in rows {
            match tape.event(row) {
                TapeEvent::Trade { price, quantity, .. } => traded.push_back((price, quantity)),
                TapeEvent::Add { order, side, price, quantity } => {
                    assert!(places.insert(order, (side, price)).is_none());
                    queues.entry((side, price)).or_default().push_back((order, quantity));
                }
                TapeEvent::Modify { order, side, price, quantity } => {
                    let place = places[&order];
                    let queue = queues.get_mut(&place).unwrap();
                    let at = queue.iter().position(|o| o.0 == order).unwrap();
                    if place == (side, price) && quantity < queue[at].1 {
                        kept += 1;
                        queue[at].1 = quantity;
                    } else {
                        lost += 1;
                        queue.remove(at);
                        places.insert(order, (side, price));
                        queues.entry((side, price)).or_default().push_back((order, quantity));
                    }
                }
                TapeEvent::Cancel { order, quantity } => {
                    let place = places[&order];
                    let queue = queues.get_mut(&place).unwrap();
                    if let Some(trade) = traded.pop_front() {
                        assert_eq!((queue[0].0, place.1, quantity), (order, trade.0, trade.1));
                    }
                    let at = queue.iter().position(|o| o.0 == order).unwrap();
                    queue[at].1 -= quantity;
                    if queue[at].1.is_zero() {
                        queue.remove(at);
                        places.remove(&order);
                    }
                }
                _ => {}
            }
        }
        assert!(traded.is_empty());
    }
    assert!(kept > 50 && lost > 50, "{kept} {lost}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn the_three_forms_tell_one_market(seed in prop::num::u64::ANY) {
        three_forms_agree(seed);
    }
    #[test]
    fn levels_change_by_what_traded_came_or_left(seed in prop::num::u64::ANY) {
        levels_are_conserved(seed);
    }
    #[test]
    fn trades_meet_the_first_order_of_the_queue(seed in prop::num::u64::ANY) {
        queues_are_first_in_first_out(seed);
    }
}

#[test]
fn what_is_received_comes_in_order_and_in_time() {
    let tape = tape(3, Detail::Levels);
    let mut late = Vec::new();
    for row in 0..tape.len() {
        let delay = tape.local_time(row) - tape.venue_time(row);
        assert!((1_000_000..=3_000_000).contains(&delay), "{delay}");
        assert_eq!(tape.venue_time(row).nanos() % 1_000, 0);
        late.push(delay);
    }
    let mean = late.iter().sum::<i64>() / late.len() as i64;
    assert!((1_900_000..2_200_000).contains(&mean), "{mean}");
}

/// The rates are those of the settings: with `swing` and `lean` off, counts are Poisson.
#[test]
fn events_come_at_the_rates_of_the_settings() {
    let settings = SyntheticBook {
        swing: 0.0,
        volatility: 0.0,
        lean: 1e4,
        length: 600 * SECOND,
        detail: Detail::Orders,
        ..SyntheticBook::default()
    };
    let tape = Tape::new(book(&settings).unwrap()).unwrap();
    let (mut limits, mut markets) = ([0.0; 2], [0.0; 2]);
    let (mut stamps, mut sizes) = (Timestamp::MIN, Vec::new());
    for row in 0..tape.len() {
        match tape.event(row) {
            TapeEvent::Add { side, quantity, .. } if tape.code(row) & SNAPSHOT == 0 => {
                limits[usize::from(side == Side::Sell)] += 1.0;
                sizes.push(quantity.to_f64() / 100.0);
            }
            TapeEvent::Trade { aggressor, .. } if tape.venue_time(row) != stamps => {
                stamps = tape.venue_time(row);
                markets[usize::from(aggressor == Some(Side::Sell))] += 1.0;
            }
            _ => {}
        }
    }
    // Five standard deviations of a Poisson number.
    for (found, expected) in [(limits, 4_200.0), (markets, 750.0)] {
        for count in found {
            let count: f64 = count;
            assert!((count - expected).abs() < 5.0 * expected.sqrt(), "{count}, expected about {expected}");
        }
    }
    let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
    assert!((mean - 3.0).abs() < 0.15, "{mean}");
}
