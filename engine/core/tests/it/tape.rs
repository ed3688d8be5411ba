//! Tapes: what is refused, in which words, and what rows say.

use engine_core::builder::BarRule;
use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{AUCTION, IRREGULAR, LAST, Tape, TapeColumns, TapeEvent, kind};
use engine_core::time::{MINUTE, SECOND, Timestamp};

const ONE: i64 = 100_000_000;

fn at(nanos: i64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

fn trade(price: i64, size: i64) -> TapeEvent {
    TapeEvent::Trade {
        price: Price::from_units(price * ONE),
        quantity: Quantity::from_units(size * ONE),
        aggressor: None,
    }
}

/// Three trades, each received a second later.
fn good() -> TapeColumns {
    let mut columns = TapeColumns::default();
    for second in 1..4 {
        columns.push(at(second * SECOND), at((second + 1) * SECOND), trade(10, 1), LAST);
    }
    columns
}

#[test]
fn each_bad_row_has_its_words() {
    type Change = fn(&mut TapeColumns);
    let cases: [(&str, Change); 21] = [
        ("a tape needs at least one row", |c| *c = TapeColumns::default()),
        ("column price: 2 rows, expected 3", |c| c.price.truncate(2)),
        ("column local_time: 2 rows, expected 3", |c| c.local_time.truncate(2)),
        ("column order: 1 rows, expected 3", |c| c.order.push(1)),
        (
            "row 1: column venue_time: 1970-01-01T00:00:00Z is before the row above, 1970-01-01T00:00:01Z; stamps must not go back",
            |c| c.venue_time[1] = 0,
        ),
        (
            "row 2: column local_time: 1970-01-01T00:00:03Z is before the row above, 1970-01-01T00:00:09Z; stamps must not go back",
            |c| {
                c.local_time[1] = 9 * SECOND;
                c.local_time[2] = 3 * SECOND;
            },
        ),
        ("row 2: column local_time: received 1970-01-01T00:00:03Z, before it happened, 1970-01-01T00:00:09Z", |c| {
            c.venue_time[2] = 9 * SECOND;
            c.local_time[2] = 3 * SECOND;
        }),
        ("row 0: column venue_time: -1 is no time from 1970 to 2199", |c| c.venue_time[0] = -1),
        ("row 2: column local_time: 9223372036854775807 is no time from 1970 to 2199", |c| c.local_time[2] = i64::MAX),
        ("row 1: column code: 0x48 is not known", |c| c.code[1] = LAST | 8),
        ("row 1: column code: 0x70 is not known", |c| c.code[1] = LAST | 0x30),
        ("row 1: column code: 0x440 is not known", |c| c.code[1] = LAST | 0x400),
        ("row 0: column code: a quote, level or order needs a side", |c| c.code[0] = LAST | kind::QUOTE),
        ("row 1: column quantity: -1, expected 0 to 1e10", |c| c.quantity[1] = -ONE),
        ("row 1: column quantity: 92233720368.54775807, expected 0 to 1e10", |c| c.quantity[1] = i64::MAX),
        ("row 1: column quantity: 0, expected above 0", |c| c.quantity[1] = 0),
        ("row 1: column price: 0, expected above 0 and at most 1e10", |c| c.price[1] = 0),
        ("row 1: column price: -10, expected above 0 and at most 1e10", |c| c.price[1] = -10 * ONE),
        ("row 1: column price: 92233720368.54775807, expected above 0 and at most 1e10", |c| c.price[1] = i64::MAX),
        ("row 1: column order: an order without a number", |c| c.code[1] = LAST | kind::CANCEL),
        ("row 2: column code: the last row must end its packet", |c| c.code[2] &= !LAST),
    ];
    assert!(Tape::new(good()).is_ok());
    for (words, change) in cases {
        let mut columns = good();
        change(&mut columns);
        assert_eq!(Tape::new(columns).err().map(|e| e.to_string()).as_deref(), Some(words));
    }
}

#[test]
fn rows_come_out_as_they_went_in() {
    let (price, quantity) = (Price::from_units(7), Quantity::from_units(9));
    let events = [
        TapeEvent::Trade { price, quantity, aggressor: Some(Side::Sell) },
        TapeEvent::Trade { price, quantity, aggressor: None },
        TapeEvent::Quote { side: Side::Sell, price, quantity },
        TapeEvent::Quote { side: Side::Buy, price: Price::ZERO, quantity: Quantity::ZERO },
        TapeEvent::Level { side: Side::Buy, price, quantity: Quantity::ZERO },
        TapeEvent::Clear { side: None },
        TapeEvent::Clear { side: Some(Side::Sell) },
        TapeEvent::Add { order: u64::MAX, side: Side::Sell, price, quantity },
        TapeEvent::Modify { order: 3, side: Side::Buy, price, quantity },
        TapeEvent::Cancel { order: 3, quantity },
        TapeEvent::Gap,
    ];
    let mut columns = TapeColumns::default();
    for (row, event) in events.iter().enumerate() {
        // Received at once, except the fourth.
        columns.push(at(row as i64), at(row as i64 + i64::from(row == 3)), *event, LAST);
    }
    let tape = Tape::new(columns).unwrap();
    let found: Vec<TapeEvent> = (0..tape.len()).map(|row| tape.event(row)).collect();
    assert_eq!(found, events);
    let received: Vec<i64> = tape.local_times().to_vec();
    assert_eq!(received, [0, 1, 2, 4, 4, 5, 6, 7, 8, 9, 10]);
    assert!(tape.has_orders() && tape.has_depth() && tape.has(kind::GAP));
}

#[test]
fn irregular_trades_make_no_bar_and_auctions_do() {
    let mut columns = TapeColumns::default();
    for (second, price, flags) in [(0, 10, AUCTION), (20, 12, 0), (30, 99, IRREGULAR), (61, 11, 0), (200, 9, IRREGULAR)]
    {
        columns.push(at(second * SECOND), at(second * SECOND), trade(price, 2), LAST | flags);
    }
    let tape = Tape::new(columns).unwrap();
    let bars = tape.bars(BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() }).unwrap();
    let c = bars.columns();
    assert_eq!((c.open.as_slice(), c.high.as_slice()), ([10.0, 11.0].as_slice(), [12.0, 11.0].as_slice()));
    assert_eq!((c.close.as_slice(), c.volume.as_slice()), ([12.0, 11.0].as_slice(), [4.0, 2.0].as_slice()));
}

#[test]
fn without_trades_bars_are_of_the_middle_at_the_ends_of_packets() {
    let quote = |side, price: i64| TapeEvent::Quote {
        side,
        price: Price::from_units(price * ONE),
        quantity: Quantity::from_units(ONE),
    };
    let mut columns = TapeColumns::default();
    columns.push(at(0), at(0), quote(Side::Buy, 9), 0);
    columns.push(at(0), at(0), quote(Side::Sell, 11), LAST);
    // In the middle of this packet the middle would be 15.
    columns.push(at(SECOND), at(SECOND), quote(Side::Sell, 21), 0);
    columns.push(at(SECOND), at(SECOND), quote(Side::Buy, 19), LAST);
    let tape = Tape::new(columns).unwrap();
    let bars = tape.bars(BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() }).unwrap();
    let c = bars.columns();
    assert_eq!((c.open[0], c.high[0], c.low[0], c.close[0], c.volume.len()), (10.0, 20.0, 10.0, 20.0, 0));
}
