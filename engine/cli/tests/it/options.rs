//! `engine options ...`: bad rows and flags, single options, surfaces, strategies.

use std::path::Path;

use serde_json::Value;

use crate::support::{engine, outcome, workspace};

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut engine(folder, &[&["options"], arguments].concat()))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, errors) = run(folder, arguments);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn last_fields(out: &str) -> Vec<String> {
    out.lines().skip(1).map(|line| line.rsplit_once(',').expect("fields").1.to_owned()).collect()
}

#[test]
fn help_on_every_level_has_an_example() {
    for command in ["price", "greeks", "iv", "american", "surface", "strategy", "warrants", "cbbc"] {
        let (code, help, _) = run(Path::new("."), &[command, "--help"]);
        assert_eq!(code, Some(0), "{command}");
        assert!(help.contains("Example") && help.contains(&format!("engine options {command}")), "{help}");
    }
    assert!(run(Path::new("."), &["--help"]).1.contains("Example"));
}

#[test]
fn a_bad_row_spoils_no_other() {
    let table = "S,K,T,r,q,sigma,type\n100,100,1,0.05,0,0.2,call\n-1,100,1,0.05,0,0.2,call\n100,,1,0.05,0,0.2,put\n\
                 100,100,x,0.05,0,0.2,put\n100,100,1,nan,0,0.2,put\n100,100,1,0.05,0,0.2,both\n100,100,-1,0.05,0,0.2,put\n\
                 100,100,1,0.05,0,inf,put\n100,100,1,0.05,0,0.2,P\n";
    let folder = folder(&[("t.csv", table)]);
    let expected = [
        "",
        "\"S is -1, expected a finite number above 0\"",
        "\"K is empty, expected a number\"",
        "\"T is \"\"x\"\", expected a number\"",
        "\"r is NaN, expected a finite number\"",
        "\"type is \"\"both\"\", expected call or put\"",
        "\"T is -1, expected a finite number, 0 or more\"",
        "\"sigma is inf, expected a finite number, 0 or more\"",
        "",
    ];
    for command in ["price", "greeks", "american"] {
        let (code, out, errors) = run(folder.path(), &[command, "t.csv"]);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{command}");
        for (line, expected) in out.lines().skip(1).zip(expected) {
            if expected.is_empty() {
                assert!(line.ends_with(',') && line.contains("call,1") || line.contains("P,"), "{line}");
            } else {
                assert!(line.ends_with(expected), "{command}: {line}, expected {expected}");
            }
        }
    }
}

#[test]
fn absent_columns_and_other_names() {
    let folder = folder(&[
        ("short.csv", "spot,strike,days,rate,vol,type\n100,100,365,0.05,0.2,call\n"),
        ("long.csv", "S,K,T,r,q,sigma,type\n100,100,1,0.05,0,0.2,call\n"),
        ("none.csv", "S,K,T,r,type\n100,100,1,0.05,call\n"),
        ("taken.csv", "S,K,T,r,sigma,type,out_price\n100,100,1,0.05,0.2,call,1\n"),
    ]);
    let price = |name: &str| {
        let (_, out, _) = run(folder.path(), &["price", name]);
        out.lines().nth(1).and_then(|line| line.rsplit(',').nth(1).map(str::to_owned)).expect("a price")
    };
    assert_eq!(price("short.csv"), price("long.csv"));
    let (code, _, errors) = run(folder.path(), &["price", "none.csv"]);
    let expected = "none.csv:1: column sigma (or volatility, vol) is missing; found S,K,T,r,type\n";
    assert_eq!((code, errors.as_str()), (Some(2), expected));
    assert_eq!(run(folder.path(), &["price", "taken.csv"]).0, Some(2));
}

const ONE: [&str; 8] = ["--type", "call", "--spot", "100", "--strike", "105", "--rate", "0.03"];

#[test]
fn one_option_by_flags() {
    let here = Path::new(".");
    let with = |command: &'static str, more: &[&'static str]| [&[command][..], &ONE, more].concat();
    let raw = json(here, &with("greeks", &["--years", "0.5", "--vol", "0.2", "--json", "--units", "raw"]));
    let day = json(here, &with("greeks", &["--years", "0.5", "--vol", "0.2", "--json"]));
    let of = |object: &Value, name: &str| object[name].as_f64().expect("a number");
    assert!((of(&raw, "price") - 4.220_814_7).abs() < 1e-2, "{raw}");
    assert!((of(&raw, "theta") / 365.0 - of(&day, "theta")).abs() < 1e-15);
    assert!((of(&raw, "vega") / 100.0 - of(&day, "vega")).abs() < 1e-15);
    assert_eq!(day["units"]["theta"], "per calendar day (1/365 year)");
    // What it implies is what went in.
    let price = of(&raw, "price").to_string();
    let arguments = [&["iv"][..], &ONE, &["--years", "0.5", "--json", "--price", &price]].concat();
    assert!((of(&json(here, &arguments), "sigma") - 0.2).abs() < 1e-13);
    // A year of days is a year.
    let dated = with("price", &["--date", "2026-03-19", "--expiry", "2027-03-19", "--vol", "0.2", "--json"]);
    let plain = with("price", &["--years", "1", "--vol", "0.2", "--json"]);
    assert_eq!(json(here, &dated), json(here, &plain));
    let (_, table, _) = run(here, &with("price", &["--years", "1", "--vol", "0.2"]));
    assert!(table.starts_with("European call, strike 105, spot 100") && table.contains("per calendar day"), "{table}");
    // An American call on a share that pays is worth more; a cash dividend takes from a call.
    let pays = |more: &[&'static str]| {
        let all = [&["--years", "1", "--vol", "0.2", "--json"], more].concat();
        of(&json(here, &with("price", &all)), "price")
    };
    assert!(pays(&["--dividend-yield", "0.1", "--american"]) > pays(&["--dividend-yield", "0.1"]) + 0.1);
    assert!(pays(&["--dividend", "0.4:3"]) < pays(&[]) - 0.5);
    assert!(pays(&["--american", "--dividend", "0.4:3"]) >= pays(&["--dividend", "0.4:3"]));
}

#[test]
fn flags_that_do_not_belong_together() {
    let folder = folder(&[("t.csv", "S,K,T,r,sigma,type\n100,100,1,0.05,0.2,call\n")]);
    let one = |more: &[&'static str]| [&["price"][..], &ONE, more].concat();
    for (arguments, expected) in [
        (
            vec!["price", "t.csv", "--spot", "100"],
            "a table and --spot: expected either a file or the flags of one option\n",
        ),
        (
            vec!["iv", "t.csv", "--price", "1"],
            "a table and --price: expected either a file or the flags of one option\n",
        ),
        (
            vec!["price"],
            "--type is missing: one option needs --type, --spot, --strike, --years (or --expiry with --date), --rate\n",
        ),
        (
            one(&["--years", "1"]),
            "--vol is missing: one option needs --type, --spot, --strike, --years (or --expiry with --date), --rate\n",
        ),
        (one(&["--years", "-1", "--vol", "0.2"]), "--years is -1, expected a finite number, 0 or more\n"),
        (one(&["--years", "1", "--vol", "0.2", "-o", "x.csv"]), "--output is for a table; there is no FILE.csv\n"),
        (
            one(&["--date", "2027-01-01", "--expiry", "2026-01-01", "--vol", "0.2"]),
            "--expiry 2026-01-01 is before --date 2027-01-01\n",
        ),
        (
            one(&["--years", "1", "--vol", "0.2", "--dividend", "3"]),
            "--dividend 3: expected DATE:AMOUNT or YEARS:AMOUNT\n",
        ),
    ] {
        let (code, out, errors) = run(folder.path(), &arguments);
        assert_eq!((code, out.as_str(), errors.as_str()), (Some(2), "", expected), "{arguments:?}");
    }
    let below = [&["iv"][..], &ONE, &["--years", "1", "--price", "-1"]].concat();
    assert_eq!(run(folder.path(), &below).0, Some(2));
}

#[test]
fn warrants_and_contracts() {
    let folder = folder(&[
        (
            "w.csv",
            "price,spot,strike,years,conversion_ratio,rate,type,fair_vol\n0.25,400,420,0.5,100,0.04,call,0.3\n\
             0.25,400,420,0.5,100,0.04,inline,\n0.01,400,300,0.5,100,0.04,call,0.3\n",
        ),
        (
            "c.csv",
            "price,spot,strike,call_price,years,conversion_ratio,type\n0.6,400,340,350,0.5,100,bull\n\
             ,345,340,350,0.5,100,bull\n0.6,400,360,350,0.5,100,bull\n",
        ),
    ]);
    let (code, out, _) = run(folder.path(), &["warrants", "w.csv"]);
    assert_eq!(code, Some(0));
    let header: Vec<&str> = out.lines().next().expect("a header").split(',').collect();
    let field = |row: usize, name: &str| {
        let at = header.iter().position(|h| *h == name).expect("a column");
        out.lines().nth(row + 1).and_then(|line| line.split(',').nth(at).map(str::to_owned)).expect("a field")
    };
    assert_eq!((field(0, "out_price_per_share"), field(0, "out_gearing")), ("25".to_owned(), "16".to_owned()));
    let premium: f64 = field(0, "out_premium").parse().expect("a number");
    assert!((premium - 0.1125).abs() < 1e-15, "{premium}");
    assert!(!field(0, "out_volatility").is_empty() && !field(0, "out_rich_points").is_empty());
    let errors = last_fields(&out);
    assert_eq!(errors[0], "");
    assert!(out.contains("inline products are unsupported") && errors[2].contains("below intrinsic"), "{out}");
    let (code, out, _) = run(folder.path(), &["cbbc", "c.csv"]);
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[1].contains(",live,R,50,0.125,10,0.59999999999999998,60,"), "{}", lines[1]);
    assert!(lines[2].contains(",called,R,"), "{}", lines[2]);
    assert!(lines[3].contains("a bull contract with call price 350 and strike 360"), "{}", lines[3]);
}

#[test]
fn the_sample_chain_has_a_surface_without_arbitrage() {
    let folder = folder(&[]);
    let chain = workspace("data/synthetic_chain/chain.csv");
    let chain = chain.to_str().expect("UTF-8");
    let arguments = ["surface", chain, "--spot", "100", "--date", "2026-12-01", "--json"];
    let arguments = [&arguments[..], &["--svg", "s.svg", "--html", "s.html", "--csv", "s.csv"]].concat();
    let found = json(folder.path(), &arguments);
    assert_eq!(found["expiries"].as_array().map(Vec::len), Some(5));
    assert_eq!(found["violations_after"]["total"], 0);
    assert!(found["fit"]["rmse_points"].as_f64().is_some_and(|points| points < 0.5), "{found}");
    assert!(found["dropped"]["crossed"].as_u64().is_some_and(|n| n > 0), "{found}");
    for expiry in found["expiries"].as_array().expect("expiries") {
        let (years, forward) = (expiry["years"].as_f64().expect("years"), expiry["forward"].as_f64().expect("forward"));
        // The chain was made with a carry of 2 %.
        assert!((forward - 100.0 * (0.02 * years).exp()).abs() < 0.1, "{expiry}");
        assert!(expiry["risk_reversal_25"].as_f64().is_some_and(|rr| rr < 0.0), "{expiry}");
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    assert!(read("s.svg").starts_with("<svg") && read("s.html").contains("<svg"));
    assert!(!read("s.html").contains("http:") || read("s.html").contains("http://www.w3.org/2000/svg"));
    assert_eq!(read("s.csv").lines().count(), 1 + 5 * 11);
    // Again, the same picture.
    let before = read("s.svg");
    json(folder.path(), &arguments);
    assert_eq!(read("s.svg"), before);
}

#[test]
fn chains_that_cannot_be_read() {
    let folder = folder(&[
        ("dates.csv", "expiry,strike,type,bid,ask\n2027-01-15,100,call,1,2\n"),
        ("none.csv", "strike,type,bid,ask\n100,call,1,2\n"),
        ("bad.csv", "years,strike,type,bid,ask\n0.1,100,call,1,2\n0.1,abc,call,1,2\n"),
        ("few.csv", "years,strike,type,bid,ask\n0.1,100,call,1,2\n0.1,110,call,3,2\n"),
    ]);
    for (arguments, expected) in [
        (
            vec!["surface", "dates.csv"],
            "dates.csv: has a column expiry and none of years: --date tells from when they count\n",
        ),
        (
            vec!["surface", "dates.csv", "--date", "soon"],
            "--date soon: expected a date such as 2027-03-19 or 2027-03-19T15:30\n",
        ),
        (vec!["surface", "none.csv"], "none.csv:1: column expiry (or years) is missing; found strike,type,bid,ask\n"),
        (vec!["surface", "bad.csv"], "bad.csv:3: strike is \"abc\", expected a number\n"),
    ] {
        let (code, _, errors) = run(folder.path(), &arguments);
        assert_eq!((code, errors.as_str()), (Some(2), expected), "{arguments:?}");
    }
    let (code, _, errors) = run(folder.path(), &["surface", "few.csv"]);
    assert!(
        code == Some(2) && errors.starts_with("few.csv: no expiry can be fitted: of 2 quotes are dropped"),
        "{errors}"
    );
}

#[test]
fn an_iron_condor_from_its_file_and_by_name() {
    let folder = folder(&[]);
    let toml = workspace("docs/iron_condor.toml");
    let toml = toml.to_str().expect("UTF-8");
    let found = json(folder.path(), &["strategy", toml, "--json", "--svg", "s.svg", "--html", "s.html"]);
    assert_eq!(found["name"], "iron condor");
    let of = |name: &str| found[name].as_f64().expect(name);
    // 100 x (1.20 + 1.10 - 0.35 - 0.30) received; wings of 5.
    assert!((of("net_premium") + 165.0).abs() < 1e-9 && (of("max_profit") - 165.0).abs() < 1e-9, "{found}");
    assert!((of("max_loss") - 335.0).abs() < 1e-9);
    let breakevens = found["breakevens"].as_array().expect("a list");
    let at: Vec<f64> = breakevens.iter().filter_map(Value::as_f64).collect();
    assert!((at[0] - 93.35).abs() < 1e-9 && (at[1] - 106.65).abs() < 1e-9, "{at:?}");
    assert!((found["margin"]["deposit"].as_f64().expect("margin") - 335.0).abs() < 1e-9);
    assert!(of("probability_of_profit") > 0.4 && of("probability_of_profit") < 0.9);
    let svg = std::fs::read_to_string(folder.path().join("s.svg")).expect("a picture");
    assert!(svg.contains("breakeven 93.35"), "{svg}");
    let named = ["strategy", "--shape", "iron_condor", "--strikes", "90,95,105,110", "--years", "0.1", "--spot", "100"];
    let named =
        [&named[..], &["--vol", "0.2", "--premiums", "0.35,1.2,1.1,0.3", "--multiplier", "100", "--json"]].concat();
    assert!((json(folder.path(), &named)["max_loss"].as_f64().expect("a loss") - 335.0).abs() < 1e-9);
    let (_, table, _) = run(folder.path(), &["strategy", toml]);
    assert!(table.starts_with("Iron condor\n") && table.contains("probability of profit"), "{table}");
}

#[test]
fn every_shape_has_a_name() {
    for (shape, strikes, name) in [
        ("call_spread", "95,105", "bull call spread"),
        ("put_spread", "105,95", "bear put spread"),
        ("straddle", "100", "long straddle"),
        ("strangle", "95,105", "long strangle"),
        ("iron_condor", "90,95,105,110", "iron condor"),
        ("call_butterfly", "90,100,110", "long butterfly"),
        ("put_butterfly", "90,100,115", "broken-wing butterfly"),
        ("covered_call", "105", "covered call"),
        ("collar", "95,105", "collar"),
    ] {
        let arguments = ["strategy", "--shape", shape, "--strikes", strikes, "--years", "0.2", "--spot", "100"];
        let found = json(Path::new("."), &[&arguments[..], &["--vol", "0.2", "--rate", "0.02", "--json"]].concat());
        assert_eq!(found["name"], name);
    }
    let calendar = ["strategy", "--shape", "call_calendar", "--strikes", "100,100", "--years", "0.1", "--far-years"];
    let found = json(Path::new("."), &[&calendar[..], &["0.3", "--spot", "100", "--vol", "0.2", "--json"]].concat());
    assert_eq!(found["name"], "long calendar");
}

#[test]
fn strategies_that_cannot_be() {
    let folder = folder(&[
        ("key.toml", "spot = 100.0\nvolatilty = 0.2\n[[leg]]\ntype = \"call\"\nstrike = 100.0\nyears = 0.1\n"),
        ("vol.toml", "spot = 100.0\n[[leg]]\ntype = \"call\"\nstrike = 100.0\nyears = 0.1\n"),
        ("leg.toml", "spot = 100.0\nvolatility = 0.2\n[[leg]]\ntype = \"call\"\nstrike = -5.0\nyears = 0.1\n"),
        (
            "date.toml",
            "spot = 100.0\nvolatility = 0.2\n[[leg]]\ntype = \"call\"\nstrike = 5.0\nexpiry = \"2027-01-15\"\n",
        ),
    ]);
    for (arguments, part) in [
        (vec!["strategy", "key.toml"], "volatilty"),
        (vec!["strategy", "vol.toml"], "vol.toml: leg 1: volatility is missing"),
        (vec!["strategy", "leg.toml"], "leg.toml: leg 1: strike is -5, expected a finite number above 0"),
        (vec!["strategy", "date.toml"], "date.toml: leg 1: expiry without the key date"),
        (vec!["strategy", "nothing.toml"], "nothing.toml"),
        (vec!["strategy", "leg.toml", "--spot", "3"], "a file and --spot"),
        (vec!["strategy", "--shape", "straddle", "--strikes", "1,2"], "--strikes has 2 numbers, expected 1"),
        (
            vec!["strategy", "--shape", "straddle", "--strikes", "100", "--spot", "100", "--vol", "0.2"],
            "--years is missing",
        ),
    ] {
        let (code, _, errors) = run(folder.path(), &arguments);
        assert!(code == Some(2) && errors.contains(part), "{arguments:?}: {errors}");
    }
}
