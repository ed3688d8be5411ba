//! Vendors' ticks: which rows become which events, in which order, with what told.

use engine_core::tape::{AUCTION, IRREGULAR, LAST, SNAPSHOT, TapeEvent};
use engine_data::feeds::{self, PlannedTape, Quotes, TapeFormat, TapeWishes};
use engine_data::{ContractOverrides, tape};

use crate::Folder;

/// A row in few words: `+seconds kind side price x size flags`, seconds after the first row.
fn rows(one: &PlannedTape) -> Vec<String> {
    let tape = &one.tape;
    let zero = tape.venue_time(0);
    let text = (0..tape.len()).map(|row| {
        let code = tape.code(row);
        let side = |side: engine_core::order::Side| if side.sign() > 0 { "b" } else { "s" };
        let event = match tape.event(row) {
            TapeEvent::Trade { price, quantity, aggressor } => {
                format!("trade {}{price}x{quantity}", aggressor.map_or("", side))
            }
            TapeEvent::Quote { side: s, price, quantity } => format!("quote {}{price}x{quantity}", side(s)),
            TapeEvent::Level { side: s, price, quantity } => format!("level {}{price}x{quantity}", side(s)),
            TapeEvent::Clear { .. } => "clear".to_owned(),
            TapeEvent::Add { order, side: s, price, quantity } => format!("add {order} {}{price}x{quantity}", side(s)),
            TapeEvent::Modify { order, side: s, price, quantity } => {
                format!("modify {order} {}{price}x{quantity}", side(s))
            }
            TapeEvent::Cancel { order, quantity } => format!("cancel {order} x{quantity}"),
            TapeEvent::Gap => "gap".to_owned(),
        };
        let flags = [(AUCTION, "auction"), (IRREGULAR, "irregular"), (SNAPSHOT, "snapshot"), (LAST, ".")];
        let flags = flags.iter().filter(|(flag, _)| code & flag != 0).map(|(_, word)| format!(" {word}"));
        let at = (tape.venue_time(row) - zero) as f64 / 1e9;
        let late = (tape.local_time(row) - tape.venue_time(row)) as f64 / 1e9;
        let late = if late > 0.0 { format!(" (+{late})") } else { String::new() };
        format!("{at}{late} {event}{}", flags.collect::<String>())
    });
    text.collect()
}

fn plan(name: &str, text: &str, wishes: &TapeWishes) -> Vec<PlannedTape> {
    let folder = Folder::new("");
    folder.write(name, text);
    let plan = feeds::plan(&folder.path(name), wishes).map_err(|e| e.to_string()).expect("a plan");
    plan.expect("a known format").tapes
}

fn one(name: &str, text: &str) -> PlannedTape {
    plan(name, text, &TapeWishes::default()).remove(0)
}

#[test]
fn crypto_snapshots_stand_where_they_belong() {
    // The snapshot with id 20 is received behind the message 19 to 22, which it does not hold
    // whole; the receiver's clock is 2 s behind.
    let text = "\
recv_ns,exch_ms,event,side,price,qty,id,first_id,prev_id
1700000001000000000,1700000003000,depth,B,9,1,18,17,16
1700000002000000000,1700000004000,trade,S,10,2,500,,
1700000003000000000,1700000005000,depth,B,10,3,22,19,18
1700000003500000000,1700000004900,snapshot,B,10,4,20,,
1700000003500000000,1700000004900,snapshot,A,11,5,20,,
1700000003900000000,1700000005800,bbo,B,10,3,22,,
1700000003900000000,1700000005800,bbo,A,11,5,22,,
1700000005000000000,1700000006000,depth,A,11,0,23,23,22
1700000005000000000,1700000006000,depth,A,12,1,23,23,22
";
    let one = one("BTCUSDT_x.csv", text);
    let expected = [
        "0 trade s10x2 .",
        "0.9 (+0.6) clear snapshot",
        "0.9 (+0.6) level b10x4 snapshot",
        "0.9 (+0.6) level s11x5 snapshot .",
        "1 (+0.5) level b10x3 .",
        "2 (+1) level s11x0",
        "2 (+1) level s12x1 .",
    ];
    assert_eq!(rows(&one), expected);
    assert_eq!(one.contract.symbol, "BTCUSDT");
    assert_eq!(
        one.contract.assumptions,
        [
            "the receiver's clock is 2s behind the venue's: so much is added to every receipt time, and the shortest latency is 0",
            "1 depth message older than the snapshot left out",
            "1 message taken as received later, with the message before, by up to 500ms",
            // The second one: the best ask of bbo 22 has gone with 23, which no bbo told.
            "1 of 2 depth messages leave the best prices and sizes that the quote stream (bbo) tells for the same update; the first that does not: line 7",
        ]
    );
}

#[test]
fn orders_become_packets_and_fills_are_compared() {
    let text = "\
ts_recv_ns,ts_event_ns,action,side,price,size,order_id,flags,sequence
1700000000000000000,1700000000000000000,A,B,10,5,1,32,7
1700000000000000000,1700000000000000000,A,A,11,5,2,32,3
1700000002000000000,1700000001000000000,T,A,10,6,9,0,10
1700000002000000000,1700000001000000000,F,B,10,5,1,0,10
1700000002000000000,1700000001000000000,F,A,10,5,9,0,10
1700000002000000000,1700000001000000000,C,B,10,5,1,128,11
1700000003000000000,1700000003000000000,M,A,12,7,2,130,12
1700000004000000000,1700000004000000000,A,B,12,1,3,0,13
1700000004000000000,1700000004000000000,A,B,13,1,4,128,13
1700000005000000000,1700000005000000000,T,N,12,1,0,0,14
1700000005000000000,1700000005000000000,F,N,12,1,3,0,14
1700000005000000000,1700000005000000000,C,B,12,1,3,128,15
";
    let one = one("ES_x.csv", text);
    let expected = [
        "0 clear snapshot",
        "0 add 1 b10x5 snapshot",
        "0 add 2 s11x5 snapshot .",
        "1 (+1) trade s10x6",
        "1 (+1) cancel 1 x5 .",
        "3 modify 2 s12x7 .",
        "4 add 3 b12x1",
        "4 add 4 b13x1 .",
        "5 trade 12x1 auction",
        "5 cancel 3 x1 .",
    ];
    assert_eq!(rows(&one), expected);
    let fills = "fills: 1 have price and size of an order in the book, 0 are larger than the order showed (hidden size), 1 are of the aggressor itself, 1 of auctions";
    assert!(one.notes.iter().any(|n| n == fills), "{:?}", one.notes);
    assert_eq!(one.findings, Vec::<String>::new());
}

const US: &str = "time,kind,price,size,bid,bid_size,ask,ask_size,exchange,cond,suspicious\n";

#[test]
fn quotes_of_venues_make_the_national_best() {
    let text = format!(
        "{US}\
2013-10-08 09:30:00,Q,,,10,1,0,0,N,1,0
2013-10-08 09:30:01,Q,,,0,0,12,2,N,1,0
2013-10-08 09:30:02,Q,,,11,3,0,0,P,1,0
2013-10-08 09:30:03,Q,,,11,4,0,0,N,1,0
2013-10-08 09:30:04,Q,,,9,9,0,0,P,1,0
2013-10-08 09:30:05,Q,,,99,9,0,0,P,1,1
2013-10-08 09:30:05,Q,,,11,0,0,0,N,1,0
2013-10-08 09:30:05,Q,,,0,0,0,0,P,1,0
2013-10-08 09:30:06,T,11,100,,,,,N,40,0
2013-10-08 09:30:07,T,11,100,,,,,D,20100200,0
2013-10-08 09:30:08,T,11,100,,,,,D,20000020,0
"
    );
    let wishes = |quotes| TapeWishes { quotes: Some(quotes), ..TapeWishes::default() };
    let venue = plan("IBM_20131008.csv", &text, &wishes(Quotes::Venue)).remove(0);
    let trades = ["6 trade 11x100 auction .", "7 trade 11x100 irregular .", "8 trade 11x100 ."];
    let quotes = [
        "0 quote b10x1 .",
        "1 quote s12x2 .",
        "2 quote b11x3 .",
        // Two venues at 11.
        "3 quote b11x7 .",
        "4 quote b11x4 .",
        // N's bid is taken back, then all of P's: N's offer is left.
        "5 quote b9x9 .",
        "5 quote b0x0 .",
    ];
    assert_eq!(rows(&venue), [quotes.as_slice(), &trades].concat());
    assert_eq!(
        (venue.contract.symbol.as_str(), venue.notes[0].as_str()),
        ("US.IBM", "1 row marked as suspicious left out")
    );
    let national = plan("IBM_20131008.csv", &text, &wishes(Quotes::National)).remove(0);
    // A side that is empty nationally, and both.
    let quotes = [
        "0 quote b10x1 .",
        "1 quote s12x2 .",
        "2 quote b11x3 .",
        "3 quote b11x4 .",
        "4 quote b9x9 .",
        "5 quote b0x0 .",
        "5 quote b0x0",
        "5 quote s0x0 .",
    ];
    assert_eq!(rows(&national), [quotes.as_slice(), &trades].concat());
}

#[test]
fn what_a_quote_row_means_is_told_by_how_often_it_crosses() {
    // The market falls and nobody takes a quote back: these are national bests.
    let falls = "\
2013-10-08 09:30:00,Q,,,10,1,0,0,N,1,0
2013-10-08 09:30:01,Q,,,0,0,11,2,N,1,0
2013-10-08 09:30:02,Q,,,8,3,0,0,P,1,0
2013-10-08 09:30:03,Q,,,0,0,9,4,P,1,0
";
    let assumed = |rows: &str| one("IBM.csv", &format!("{US}{rows}")).contract.assumptions[0].clone();
    assert_eq!(
        assumed(falls),
        "each quote row is a new national best: of 4 quotes of 2 venues the book is crossed after 0 read so, after 1 when each is its venue's own (too often)"
    );
    // Here N takes its own back first.
    let takes_back = falls.replace("8,3,0,0,P", "8,3,0,0,N");
    assert_eq!(
        assumed(&takes_back),
        "each quote row is its venue's own, the best of all venues is the national best and sizes at it are added: of 4 quotes of 2 venues the book is crossed after 0"
    );
}

#[test]
fn snapshots_become_quotes_and_trades_that_meet_volume_and_turnover() {
    // 300 yuan a point, steps of 0.2; the auction, a plain trade, three lots at two prices, a
    // new low, nothing, and the values after the close.
    let text = "\
exchange,instrument,time,trading_day,last,high,low,total_volume,volume,total_turnover,bid1,bid1_size,ask1,ask1_size
CFFEX,IF2101,2021-01-04 09:29:00.400,2021-01-04,5230,5230,5230,2,2,3138000,5229.8,1,5230.2,2
CFFEX,IF2101,2021-01-04 09:30:00.400,2021-01-04,5230.2,5230.2,5230,3,1,4707060,5229.8,1,5230.2,1
CFFEX,IF2101,2021-01-04 09:30:00.900,2021-01-04,5230,5230.2,5230,6,3,9414120,5230,3,5230.4,1
CFFEX,IF2101,2021-01-04 09:30:01.400,2021-01-04,5230,5230.2,5229.6,8,2,12552000,0,0,5230.4,1
CFFEX,IF2101,2021-01-04 09:30:01.900,2021-01-04,5230,5230.2,5229.6,8,0,12552000,5230,3,5230.4,1
CFFEX,IF2101,2021-01-04 15:30:01.900,2021-01-04,5230,5230.2,5229.6,8,0,12552000,5230,3,5230.4,1
";
    let one = one("x.csv", text);
    let expected = [
        "0 trade 5230x2 auction",
        "0 quote b5229.8x1",
        "0 quote s5230.2x2 .",
        "60 trade b5230.2x1",
        "60 quote b5229.8x1",
        "60 quote s5230.2x1 .",
        "60.5 trade b5230.2x1",
        "60.5 trade 5230x2",
        "60.5 quote b5230x3",
        "60.5 quote s5230.4x1 .",
        "61 trade s5229.6x1",
        "61 trade s5230x1",
        "61 quote b0x0",
        "61 quote s5230.4x1 .",
        "61.5 quote b5230x3",
        "61.5 quote s5230.4x1 .",
        "21661.5 clear .",
    ];
    assert_eq!(rows(&one), expected);
    assert_eq!(one.contract.symbol, "CFFEX.IF2101");
    let told = "trades are made from the totals of the snapshots with the multiplier 300 and the price step 0.2: 4 of 4 meet volume and turnover, the rest are one trade at the last price";
    assert_eq!(one.contract.assumptions[0], told);
}

#[test]
fn five_levels_become_changes_of_levels() {
    let text = "\
time,symbol,exchange,last_price,volume,bid_price_1,bid_volume_1,bid_price_2,bid_volume_2,ask_price_1,ask_volume_1,ask_price_2,ask_volume_2
2021-01-04 21:00:00,rb2105,X,100,10,99,5,98,6,101,5,102,6
2021-01-04 21:00:01,rb2105,X,100,10,99,5,97,6,101,4,102,6
2021-01-04 21:00:02,rb2105,X,99,14,98,6,97,6,100,4,101,1.7976931348623157e308
";
    let one = one("x.csv", text);
    let expected = [
        "0 level b99x5",
        "0 level b98x6",
        "0 level s101x5",
        "0 level s102x6 .",
        // The best level is always told, so that the feed is seen to live.
        "1 level b98x0",
        "1 level b99x5",
        "1 level b97x6",
        "1 level s101x4 .",
        "2 trade s99x4",
        "2 level b99x0",
        "2 level b98x6",
        "2 level s101x0",
        "2 level s102x0",
        "2 level s100x4 .",
    ];
    assert_eq!(rows(&one), expected);
    assert_eq!(one.notes, ["10 lots traded before the first snapshot: no trade of the tape"]);
}

#[test]
fn prints_trades_and_quotes_are_read() {
    let prints = "\
symbol,time,price,volume_lots,side
600000.SH,2019-02-01 09:25:02,10.82,5368,2
000001.SZ,2019-02-01 09:30:02,11,1,0
600000.SH,2019-02-01 09:30:02,10.79,177,1
600000.SH,2019-02-01 09:30:05,10.8,2,2
";
    let tapes = plan("ticks.csv", prints, &TapeWishes::default());
    let names: Vec<&str> = tapes.iter().map(|one| one.file_name.as_str()).collect();
    assert_eq!(names, ["SZ.000001.tape.parquet", "SH.600000.tape.parquet"]);
    let expected = ["0 trade 10.82x536800 auction .", "300 trade s10.79x17700 .", "303 trade 10.8x200 ."];
    assert_eq!(rows(&tapes[1]), expected);

    // In the order of receipt: put in the venue's order.
    let trades = "\
time,price,size,side,local_time
2020-01-02T10:00:02Z,10,1,buy,2020-01-02T10:00:03Z
2020-01-02T10:00:00Z,11,2,,2020-01-02T10:00:04Z
2020-01-02T10:00:05Z,12,3,S,2020-01-02T10:00:06Z
";
    let tape = one("US.X_trades.csv", trades);
    assert_eq!(rows(&tape), ["0 (+4) trade 11x2 .", "2 (+2) trade b10x1 .", "5 (+1) trade s12x3 ."]);
    assert_eq!(
        tape.notes,
        [
            "1 message stood in the file after later ones: put in the venue's order",
            "1 message taken as received later, with the message before, by up to 1s",
        ]
    );

    let quotes = "time,bid,bid_size,ask,ask_size\n2020-01-02 10:00,10,1,11,2\n2020-01-02 10:01,,,11,0\n";
    let tape = one("US.X.csv", quotes);
    assert_eq!(rows(&tape), ["0 quote b10x1", "0 quote s11x2 .", "60 quote b0x0", "60 quote s0x0 ."]);
    assert_eq!(tape.tape.venue_time(0).to_string(), "2020-01-02T15:00:00Z");
}

#[test]
fn formats_are_told_by_their_columns_and_prices_are_not_ticks() {
    let folder = Folder::new("time,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n");
    assert_eq!(feeds::detect(&folder.path("p.csv")).expect("read"), None);
    folder.write("q.csv", "time,price,size\n");
    let found = feeds::detect(&folder.path("q.csv")).expect("read");
    assert_eq!(found, Some((TapeFormat::Trades, "the columns are those of trades: time,price,size".to_owned())));
}

#[test]
fn a_plan_writes_what_it_showed() {
    let folder = Folder::new("");
    folder.write("US.X.csv", "time,price,size\n2020-01-02 10:00,10,1\n");
    let wishes = TapeWishes {
        csv: true,
        contract: ContractOverrides { source: Some("mine".into()), ..ContractOverrides::default() },
        ..TapeWishes::default()
    };
    let plan = feeds::plan(&folder.path("US.X.csv"), &wishes).expect("a plan").expect("a format");
    let out = folder.path("out");
    let paths = plan.write(&out).expect("written");
    assert_eq!(paths, [out.join("US.X.tape.csv")]);
    let loaded = tape::load(&paths[0], &ContractOverrides::default()).expect("loaded");
    assert_eq!((loaded.tape, loaded.contract), (plan.tapes[0].tape.clone(), plan.tapes[0].contract.clone()));
    let again = plan.write(&out).expect_err("there already").to_string();
    assert!(again.ends_with("US.X.tape.csv: is there already; remove it, or choose another folder with -o"), "{again}");
}

#[test]
fn snapshots_inside_a_feed_are_compared_with_the_book() {
    // The second snapshot holds updates 23 and 24 of the message 23 to 25.
    let text = |bid: &str| {
        format!(
            "recv_ns,exch_ms,event,side,price,qty,id,first_id,prev_id
1700000000000000000,1700000000000,snapshot,B,10,4,20,,
1700000000000000000,1700000000000,snapshot,A,11,4,20,,
1700000001000000000,1700000001000,depth,B,9,3,22,21,20
1700000002000000000,1700000002000,depth,B,10,7,25,23,22
1700000002000000000,1700000002000,depth,A,11,1,25,23,22
1700000003000000000,1700000002000,snapshot,B,10,{bid},24,,
1700000003000000000,1700000002000,snapshot,A,11,4,24,,
1700000004000000000,1700000004000,depth,A,11,2,26,26,25
"
        )
    };
    let good = one("BTC.csv", &text("7"));
    let audit = tape::audit(&good.tape);
    assert_eq!((audit.snapshots_compared, audit.snapshots_differ, audit.findings), (1, (0, 0), Vec::new()));
    // It reaches no further than 10, so that the level at 9 is not missed, and is gone.
    let levels = "2 (+1) level b10x7 snapshot|2 (+1) level s11x4 snapshot .|2 (+1) level b10x7|2 (+1) level s11x1 .";
    assert_eq!(rows(&good)[5..9].join("|"), levels);
    // One that contradicts a level which the message does not tell.
    let bad = one("BTC.csv", &text("7").replace("10,7,25", "8,7,25"));
    let audit = tape::audit(&bad.tape);
    assert_eq!((audit.snapshots_compared, audit.snapshots_differ), (1, (1, 5)));
}

#[test]
fn a_cleared_book_of_orders_begins_anew() {
    let text = "\
ts_recv,ts_event,action,side,price,size,order_id,flags,sequence,instrument_id
1700000000000000000,1700000000000000000,A,B,10,5,1,32,7,42
1700000001000000000,1700000001000000000,R,N,,,0,128,8,42
1700000002000000000,1700000002000000000,A,B,10,5,1,128,9,42
";
    let one = one("ESH4_x.csv", text);
    let expected = ["0 clear snapshot", "0 add 1 b10x5 snapshot .", "1 clear .", "2 add 1 b10x5 ."];
    assert_eq!((rows(&one), one.contract.symbol.as_str()), (expected.map(str::to_owned).to_vec(), "ESH4"));
}
