//! The known name that looks most like an unknown one.

/// The candidate with the least edit distance, when it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let scored = known.into_iter().map(|name| (distance(&found, &name.to_lowercase()), name));
    let (least, name) = scored.min_by_key(|(distance, _)| *distance)?;
    let longest = found.chars().count().max(name.chars().count());
    // Half of the letters may differ, and at least two of a short name.
    (least <= 2.max(longest / 2) && least < longest).then_some(name)
}

/// Edit distance with neighbouring letters swapped counted as one step (Damerau
/// 1964, restricted form).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut above = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = changed.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swapped: usize = *above.get(j - 2).unwrap_or(&usize::MAX);
                next[j] = next[j].min(swapped.saturating_add(1));
            }
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

/// `; did you mean "x"?` or `; expected one of "x", "y"`.
pub(crate) fn hint<'a>(found: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(found, known.clone()) {
        Some(name) => format!("; did you mean \"{name}\"?"),
        None => format!("; expected {}", one_of(known)),
    }
}

/// `one of "x", "y"`, or `"x"` when there is only one.
pub(crate) fn one_of<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = known.into_iter().map(|n| format!("\"{n}\"")).collect();
    match names.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        many => format!("one of {}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["fast", "slow", "signal", "seeding"];
        assert_eq!(nearest("fsat", known), Some("fast"));
        assert_eq!(nearest("Slow", known), Some("slow"));
        assert_eq!(nearest("sigal", known), Some("signal"));
        assert_eq!(nearest("participation", known), None);
        assert_eq!(nearest("x", known), None);
    }

    #[test]
    fn steps_are_counted() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("ab", "ba"), 1);
    }
}
