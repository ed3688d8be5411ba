//! Turns the arguments of a definition into the tail of a column name.
//!
//! Pure text: `ema(12,first)` gives `_12_first`. Used by the default of
//! [`crate::Indicator::column_names`].

/// `"sma(20)"` gives `"_20"`, `"obv"` and `"obv()"` give `""`.
pub(crate) fn suffix(definition: &str) -> String {
    let arguments = definition.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let mut text = String::new();
    for argument in arguments.split(',').filter(|part| !part.is_empty()) {
        text.push('_');
        text.push_str(argument.trim());
    }
    text
}
