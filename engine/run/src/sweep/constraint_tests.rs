//! What constraints hold, and what is no constraint.

use super::*;

fn find(name: &str) -> Result<Name, String> {
    match name {
        "fast" => Ok(Name::Axis(0, Scalar::Integer(5))),
        "slow" => Ok(Name::Axis(1, Scalar::Integer(20))),
        "sizing.kind" => Ok(Name::Axis(2, Scalar::Text("all_in".to_owned()))),
        "clamp" => Ok(Name::Axis(3, Scalar::Flag(true))),
        "signal" => Ok(Name::Fixed(Scalar::Integer(9))),
        _ => Err("; expected \"fast\"".to_owned()),
    }
}

#[test]
fn what_holds() {
    let values = [Scalar::Integer(5), Scalar::Number(20.5), Scalar::Text("risk".to_owned()), Scalar::Flag(true)];
    for (text, expected) in [
        ("fast < slow", true),
        ("slow<fast", false),
        ("fast <= 5 and fast >= 5", true),
        ("fast != 5 or slow == 20.5", true),
        ("not fast == 5", false),
        ("not (fast > 6) and not false", true),
        ("fast + 2 * slow == 46", true),
        ("(fast + 2) * slow == 143.5", true),
        ("slow - fast - 5 == 10.5", true),
        ("slow / fast > 4.1 - 1e-1", true),
        ("-fast < -4", true),
        ("fast < signal", true),
        ("sizing.kind == \"risk\"", true),
        ("sizing.kind != 'risk'", false),
        ("clamp", true),
        ("clamp == false or fast * 1_000 == 5e3", true),
        ("fast < 1 or fast > 4 and slow > 100", false),
        ("fast / 0 > 1e300", true),
        ("0 / 0 == 0 / 0", false),
    ] {
        let constraint = Constraint::parse(text, &find).expect(text);
        assert_eq!(constraint.holds(&values), expected, "{text}");
    }
}

#[test]
fn what_is_wrong() {
    for (text, expected) in [
        ("fast <", "at character 7 of \"fast <\": found the end, expected a number, a name or \"(\""),
        ("fast << slow", "at character 7 of \"fast << slow\": found `<`, expected a number, a name or \"(\""),
        ("fast < slow)", "at character 12 of \"fast < slow)\": found `)`, expected an operator or the end"),
        ("(fast < slow", "at character 13 of \"(fast < slow\": found the end, expected \")\""),
        ("fsat < slow", "at character 1 of \"fsat < slow\": there is no parameter `fsat`; expected \"fast\""),
        ("fast + slow", "\"fast + slow\" is a number, expected a condition such as \"fast < slow\""),
        ("", "at character 1 of \"\": found the end, expected a number, a name or \"(\""),
        ("1 < fast < 3", "at character 10 of \"1 < fast < 3\": comparisons do not chain, write \"a < b and b < c\""),
        ("fast and slow", "at character 6 of \"fast and slow\": found a number beside it, expected true or false"),
        ("fast == 'x'", "at character 6 of \"fast == 'x'\": cannot compare a number with a text"),
        ("sizing.kind < 'x'", "at character 13 of \"sizing.kind < 'x'\": cannot compare a text with a text"),
        ("clamp + 1 > 0", "at character 7 of \"clamp + 1 > 0\": found true or false beside it, expected a number"),
        ("fast < 1x", "at character 8 of \"fast < 1x\": `1x` is no number"),
        ("fast < 'x", "at character 8 of \"fast < 'x\": a text without its closing quote"),
        ("fast slow", "at character 6 of \"fast slow\": found `slow`, expected an operator or the end"),
        ("or", "at character 1 of \"or\": found `or`, expected a number, a name or \"(\""),
        ("fast = 3", "at character 6 of \"fast = 3\": found `=`, expected an operator or the end"),
        ("日 < 3", "at character 1 of \"日 < 3\": there is no parameter `日`; expected \"fast\""),
    ] {
        assert_eq!(Constraint::parse(text, &find).err().as_deref(), Some(expected));
    }
    assert!(Constraint::parse(&"(".repeat(10_000), &find).is_err());
    assert!(Constraint::parse(&"-".repeat(10_000), &find).is_err());
    assert!(Constraint::parse(&"not ".repeat(10_000), &find).is_err());
    assert!(Constraint::parse(&format!("{}1 > 0", "1 + ".repeat(10_000)), &find).is_err());
}

/// Whatever is written, the answer is an error or a condition, never a panic.
#[test]
fn any_text() {
    let pieces = [
        "fast",
        "slow",
        "clamp",
        "sizing.kind",
        "<",
        "<=",
        ">",
        "==",
        "!=",
        "+",
        "-",
        "*",
        "/",
        "(",
        ")",
        "and",
        "or",
        "not",
        "1",
        "2.5",
        "1e",
        "1e-3",
        "'x'",
        "\"",
        "'",
        ".",
        "é",
        "日",
        " ",
        "true",
        "_",
        "&",
        "\n",
    ];
    let (mut seed, mut valid) = (1_u64, 0);
    for _ in 0..50_000 {
        let mut text = String::new();
        for _ in 0..seed % 11 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text += pieces[(seed >> 33) as usize % pieces.len()];
            if seed >> 63 == 1 {
                text.push(' ');
            }
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed ^= seed >> 29;
        if let Ok(constraint) = Constraint::parse(&text, &find) {
            constraint.holds(&[
                Scalar::Integer(5),
                Scalar::Integer(9),
                Scalar::Text(String::new()),
                Scalar::Flag(true),
            ]);
            valid += 1;
        }
    }
    assert!(valid > 10, "{valid}");
}
