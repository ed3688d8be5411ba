//! Fee schedules and trading rules through configs: money to the cent, worked by hand
//! from `docs/costs.md`.

use std::path::Path;

use engine_run::Outcome;

use crate::support::run_in;

/// Runs a config over a price file of (date, open, close) days of a symbol, bought and held
/// from the second day on.
fn hold(folder: &Path, symbol: &str, days: &[(&str, f64, f64)], more: &str) -> Result<Outcome, String> {
    let zone = if symbol.starts_with("US.") { "America/New_York" } else { "Asia/Hong_Kong" };
    let currency = match &symbol[..2] {
        "US" => "USD",
        "HK" => "HKD",
        _ => "CNY",
    };
    let mut csv = "time,open,high,low,close,volume\n".to_owned();
    for (day, open, close) in days {
        csv += &format!("{day},{open},{},{},{close},1000000\n", open.max(*close), open.min(*close));
    }
    std::fs::write(folder.join("p.csv"), csv).expect("written");
    let contract = format!(
        "symbol = \"{symbol}\"\nbars = \"1d\"\ntimezone = \"{zone}\"\nstamp = \"close\"\nprices = \"raw\"\ncurrency = \"{currency}\"\nsource = \"by hand\"\n"
    );
    std::fs::write(folder.join("p.csv.toml"), contract).expect("written");
    let text =
        format!("[account]\ncash = 1000000\n[[data]]\nfile = \"p.csv\"\n[strategy]\nname = \"buy_and_hold\"\n{more}");
    run_in(folder, &text, &[])
}

fn fixed(quantity: u32, costs: &str) -> String {
    format!("[sizing]\nkind = \"fixed\"\nquantity = {quantity}\n[costs]\n{costs}\n")
}

#[test]
fn a_schedule_charges_what_it_says_at_dates_before_and_after_a_change() {
    let folder = tempfile::tempdir().expect("a folder");
    // Symbol, day before, day, price, quantity, schedule, fee of the buy.
    let table = [
        // 15.00 + 15 + 50 + 1.35 + 0.08 + 2.83 + 2.10
        ("HK.00700", "2025-07-02", "2025-07-03", 500.0, 100, "futu-hk", "86.36"),
        // Before 2025-06-30 settlement was 0.002 %, at least 2: 15 + 15 + 50 + 1.35 + 0.08 + 2.83 + 2
        ("HK.00700", "2025-06-26", "2025-06-27", 500.0, 100, "futu-hk", "86.26"),
        // Stamp 0.13 % (65), trading fee 0.005 % (2.50) and tariff 0.50: 15 + 15 + 65 + 1.35 + 0.08 + 2.50 + 0.50 + 2
        ("HK.00700", "2022-06-15", "2022-06-16", 500.0, 100, "futu-hk", "101.43"),
        // Commission 0.99 at least, platform 1.00 at least, settlement 0.003 x 100.
        ("US.AAPL", "2025-07-02", "2025-07-03", 200.0, 100, "futu-us", "2.29"),
        // 0.0049 x 1000 + 0.005 x 1000 + 0.003 x 1000
        ("US.AAPL", "2025-07-02", "2025-07-03", 200.0, 1000, "futu-us", "12.9"),
        // 3 at least, 15, handling 0.00341 %, regulator 0.002 %, clearing 0.001 % and 0.002 % of 10,000.
        ("SH.600000", "2025-07-02", "2025-07-03", 10.0, 1000, "cn-connect", "18.84"),
        // Before 2023-08-28 handling was 0.00487 %.
        ("SH.600000", "2023-08-22", "2023-08-23", 10.0, 1000, "cn-connect", "18.99"),
    ];
    for (symbol, before, day, price, quantity, schedule, fee) in table {
        let days = [(before, price, price), (day, price, price)];
        let costs = fixed(quantity, &format!("schedule = \"{schedule}\""));
        let outcome = hold(folder.path(), symbol, &days, &costs).expect("it runs");
        let fills: Vec<_> = outcome.run.fills.iter().map(|f| (f.quantity.to_f64(), f.fee.to_string())).collect();
        assert_eq!(fills, [(f64::from(quantity), fee.to_owned())], "{symbol} {day}");
        let paid = price * f64::from(quantity) + fee.parse::<f64>().expect("a number");
        assert!((outcome.run.final_cash.to_f64() - (1e6 - paid)).abs() < 1e-6, "{symbol} {day}");
    }
}

#[test]
fn lots_of_the_market_hold_unless_the_config_has_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let days = [("2025-07-02", 500.0, 500.0), ("2025-07-03", 500.0, 500.0)];
    let go = |symbol: &str, more: &str| {
        let outcome = hold(folder.path(), symbol, &days, more)?;
        Ok::<_, String>(outcome.run.orders.iter().map(|o| (o.filled.to_f64(), o.reason.text())).collect::<Vec<_>>())
    };
    let off_lot = "run.toml:9:12: [sizing] quantity: is 150, expected a multiple of the lot, which is 100";
    let all_in = |costs: &str| format!("[costs]\n{costs}\n");
    // 1,000,000 buys 1,998.5 shares with fees; 0.03 % + 0.1 % + ... of them: 1,900 in lots of 100.
    assert_eq!(go("HK.00700", &all_in("schedule = \"futu-hk\"")), Ok(vec![(1900.0, "")]));
    assert_eq!(go("HK.00700", &fixed(150, "schedule = \"futu-hk\"")), Err(off_lot.to_owned()));
    assert_eq!(go("HK.00700", &fixed(150, "rate = 0.001")), Ok(vec![(150.0, "")]));
    assert_eq!(go("HK.00700", &fixed(150, "rate = 0.001\n[rules]\nmode = \"apply\"")), Err(off_lot.to_owned()));
    assert_eq!(
        go("HK.06666", &all_in("schedule = \"futu-hk\"")),
        Err("run.toml:3:1: [[data]]: the lot of HK.06666 on 2025-07-02 is not known: give it here as `lot`, or in a file of [rules]".to_owned())
    );
}

#[test]
fn nobody_sells_at_the_upper_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    // Up 10 % at the open of the second day: locked; the third day trades.
    let days = [("2025-07-02", 10.0, 10.0), ("2025-07-03", 11.0, 11.0), ("2025-07-04", 11.5, 11.5)];
    let costs = fixed(100, "schedule = \"cn-connect\"");
    let outcome = hold(folder.path(), "SH.600000", &days, &costs).expect("it runs");
    let fills: Vec<_> = outcome.run.fills.iter().map(|f| (f.bar, f.price.to_string())).collect();
    assert_eq!(fills, [(2, "11.5".to_owned())]);
    assert!(outcome.assumptions.iter().any(|a| a.contains("daily price limits")), "{:?}", outcome.assumptions);
    // One cent below the limit it fills at once.
    let days = [("2025-07-02", 10.0, 10.0), ("2025-07-03", 10.99, 10.99)];
    let outcome = hold(folder.path(), "SH.600000", &days, &costs).expect("it runs");
    assert_eq!(outcome.run.fills.len(), 1);
}

#[test]
fn a_file_of_the_user_is_read_and_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let mine = "name = \"mine\"\ncurrency = \"USD\"\n[[fee]]\nname = \"commission\"\ncategory = \"broker\"\namount = 7\nsource = \"letter\"\nconfidence = \"sure\"\n";
    std::fs::write(folder.path().join("fees.toml"), mine).expect("written");
    let days = [("2025-07-02", 200.0, 200.0), ("2025-07-03", 200.0, 200.0)];
    let costs = fixed(10, "schedule = \"file:fees.toml\"");
    let outcome = hold(folder.path(), "US.AAPL", &days, &costs).expect("it runs");
    assert_eq!(outcome.run.fees().to_string(), "7");
    assert!(outcome.files.iter().any(|f| f.path == "fees.toml" && f.sha256.len() == 64));
    std::fs::write(folder.path().join("fees.toml"), mine.replace("amount = 7", "amount = \"seven\"")).expect("written");
    let error = hold(folder.path(), "US.AAPL", &days, &costs).expect_err("a broken file");
    assert!(error.starts_with("run.toml:11:12: [costs] schedule: fees.toml:6: "), "{error}");
}
