//! Broken configs, each with its one line.

use crate::support::{BASE, changed, folder, run};

/// The cases: what is replaced, by what, and the line that comes of it.
pub(crate) fn cases() -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(folder("tests/broken_configs.txt")).expect("the cases");
    let (mut from, mut to) = (String::new(), String::new());
    let mut cases = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let value = line.get(2..).unwrap_or_default().replace("\\n", "\n");
        match line.as_bytes()[0] {
            b'-' => from = value,
            b'+' => to = value,
            b'=' => cases.push((from.clone(), to.clone(), value)),
            _ => unreachable!("a line of another kind: {line}"),
        }
    }
    cases
}

#[test]
fn each_broken_config_gives_its_one_line() {
    let cases = cases();
    assert!(cases.len() > 60);
    let mut wrong = String::new();
    for (from, to, expected) in cases {
        let found = run(&changed(&from, &to), &[]).err().unwrap_or_else(|| "it ran".to_owned());
        if found != expected {
            wrong += &format!("{to:?}\n  gives    {found}\n  expected {expected}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_base_config_runs() {
    let outcome = run(BASE, &[]);
    assert!(outcome.is_ok_and(|o| o.run.bars == 503));
}

#[test]
fn columns_count_characters() {
    let text = changed("[account]", "# über\n[account]").replace("fast = 12", "\"日本\" = 1");
    let found = run(&text, &[]).err().unwrap_or_default();
    assert!(found.starts_with("run.toml:15:1: [strategy] 日本: unknown key"), "{found}");
    let found = run(&changed("schedule = \"rate\"", "slippage = { \"é\" = 1, x = 2 }"), &[]).err().unwrap_or_default();
    assert!(found.starts_with("run.toml:17:14: [costs] slippage.é"), "{found}");
}
