//! The data contract: file, inline keys, defaults and conflicts.

use engine_data::{BarLength, ContractOverrides, Prices, Stamp};

use crate::{Folder, daily, without_folder};

const CSV: &str = "date,open,high,low,close,volume\n2020-01-02,10,11,9,10.5,100\n2020-01-03,10,11,9,10,1\n";
const FULL: &str = "symbol = \"HK.00700\"\nbars = \"1d\"\ntimezone = \"Asia/Hong_Kong\"\nstamp = \"close\"\nprices = \"raw\"\ncurrency = \"HKD\"\nsource = \"made up\"\n";

#[test]
fn a_full_contract_leaves_no_warning() {
    let folder = Folder::new(CSV);
    folder.write("p.csv.toml", FULL);
    let loaded = folder.read(&ContractOverrides::default()).expect("fine");
    assert_eq!(loaded.warnings, [""; 0]);
    let c = loaded.contract;
    assert_eq!((c.symbol.as_str(), c.currency.as_str(), c.source.as_str()), ("HK.00700", "HKD", "made up"));
    assert_eq!((c.bars, c.stamp, c.prices), (BarLength::Day, Stamp::Close, Prices::Raw));
    assert_eq!(c.timezone.name(), "Asia/Hong_Kong");
}

#[test]
fn every_default_is_a_warning() {
    let folder = Folder::new(CSV);
    let inline = ContractOverrides { symbol: Some("SH.600000".into()), ..ContractOverrides::default() };
    let loaded = folder.read(&inline).expect("fine");
    let warnings: Vec<_> = loaded.warnings.iter().map(|w| without_folder(w, folder.dir.path())).collect();
    assert_eq!(
        warnings,
        [
            "p.csv: the data contract has no bars, took 1d from the spacing of the first rows",
            "p.csv: the data contract has no timezone, took UTC",
            "p.csv: the data contract has no stamp, took close",
            "p.csv: the data contract has no prices, took raw",
            "p.csv: the data contract has no currency, took CNY",
            "p.csv: the data contract has no source, took none",
        ]
    );
    assert_eq!(loaded.contract.currency, "CNY");
}

#[test]
fn bars_are_guessed_from_the_first_rows() {
    let inline = ContractOverrides { bars: None, ..daily() };
    let row = |time: &str| format!("{time},10,11,9,10,1\n");
    for (times, expected) in [
        (vec!["2020-01-03", "2020-01-06"], "1d"),
        (vec!["2020-01-03"], "1d"),
        (vec!["2020-01-03", "2020-01-10"], "1w"),
        (vec!["2020-01-03 09:35", "2020-01-03 09:40", "2020-01-06 09:35"], "5m"),
        (vec!["2020-01-03 10:30", "2020-01-03 11:30"], "1h"),
        (vec!["1578043800000000000", "1578043860000000000"], "1m"),
    ] {
        let rows: String = times.iter().map(|t| row(t)).collect();
        let loaded = Folder::new(&format!("time,open,high,low,close,volume\n{rows}")).read(&inline).expect("fine");
        assert_eq!(loaded.contract.bars.to_string(), expected, "{times:?}");
    }
    let one = format!("time,open,high,low,close,volume\n{}", row("2020-01-03 09:35"));
    assert_eq!(
        Folder::new(&one).error(&inline),
        "p.csv: the data contract has no bars and the first rows do not tell the bar length; give for example bars = \"1m\""
    );
}

#[test]
fn both_places_must_agree() {
    let folder = Folder::new(CSV);
    folder.write("p.csv.toml", FULL);
    assert_eq!(
        folder.error(&daily()),
        "p.csv.toml: symbol: this file says `HK.00700`, the run config's [[data]] says `US.X`; remove one of them"
    );
    let inline = ContractOverrides { stamp: Some(Stamp::Open), ..ContractOverrides::default() };
    assert_eq!(
        folder.error(&inline),
        "p.csv.toml: stamp: this file says `close`, the run config's [[data]] says `open`; remove one of them"
    );
    // The same said twice is fine, also in other words.
    folder.write("p.csv.toml", "bars = \"60m\"");
    let inline = ContractOverrides { bars: Some("1h".into()), ..daily() };
    folder.write("p.csv", CSV.replace("-02,", "-02 11:00,").replace("-03,", "-03 11:00,"));
    assert!(folder.read(&inline).is_ok());
}

#[test]
fn bad_contracts_are_refused_with_their_place() {
    for (text, expected) in [
        (
            "symbol = \"US.X\"\nbar = \"1d\"\n",
            "p.csv.toml:2: unknown field `bar`, expected one of `symbol`, `bars`, `timezone`, `stamp`, `prices`, `currency`, `source`",
        ),
        ("symbol = \"US.X\"\nstamp = \"end\"\n", "p.csv.toml:2: unknown variant `end`, expected `open` or `close`"),
        ("bars = \"1d\"\n", "p.csv: the data contract has no symbol: give it in p.csv.toml or in [[data]]"),
        ("symbol = \"US X\"\n", "p.csv.toml: symbol: `US X` is no symbol, expected for example US.AAPL"),
        (
            "symbol = \"US.X\"\nbars = \"2d\"\n",
            "p.csv.toml: bars: `2d` is no bar length, expected for example 1m, 5m, 15m, 30m, 60m, 1h, 1d or 1w",
        ),
        (
            "symbol = \"US.X\"\ntimezone = \"EST5\"\n",
            "p.csv.toml: timezone: `EST5` is no IANA time zone, expected for example America/New_York",
        ),
        (
            "symbol = \"US.X\"\ncurrency = \"usd\"\n",
            "p.csv.toml: currency: `usd` is no currency code, expected for example USD",
        ),
    ] {
        let folder = Folder::new(CSV);
        folder.write("p.csv.toml", text);
        assert_eq!(folder.error(&ContractOverrides::default()), expected, "{text}");
    }
    let inline = ContractOverrides { bars: Some("x".into()), ..daily() };
    assert!(Folder::new(CSV).error(&inline).starts_with("p.csv: bars in [[data]]: `x` is no bar length"));
}
