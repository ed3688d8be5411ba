//! The words of a tape CSV for kinds, sides and flags.

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{AUCTION, IRREGULAR, LAST, SNAPSHOT, TapeEvent};

/// Flags and their words, in the order they are written.
const FLAGS: [(&str, u16); 4] =
    [("last", LAST), ("snapshot", SNAPSHOT), ("auction", AUCTION), ("irregular", IRREGULAR)];

/// The words of flags, separated by blanks.
pub(super) fn flags_text(code: u16) -> String {
    FLAGS.iter().filter(|(_, flag)| code & flag != 0).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
}

/// The flags that words name.
pub(super) fn flags(text: &str) -> Result<u16, String> {
    text.split_whitespace().try_fold(0, |flags, word| {
        let known = FLAGS.iter().find(|(name, _)| *name == word);
        let (_, flag) = known.ok_or_else(|| format!("`{word}`, expected last, snapshot, auction or irregular"))?;
        Ok(flags | flag)
    })
}

/// `buy`, `sell`, or nothing.
pub(super) fn side(text: &str) -> Result<Option<Side>, String> {
    match text {
        "buy" | "bid" => Ok(Some(Side::Buy)),
        "sell" | "ask" => Ok(Some(Side::Sell)),
        "" => Ok(None),
        other => Err(format!("`{other}`, expected buy, sell or nothing")),
    }
}

/// What the fields of a row say; an error names the column.
pub(super) fn event(
    name: &str,
    side: Option<Side>,
    price: Price,
    quantity: Quantity,
    order: u64,
) -> Result<TapeEvent, (&'static str, String)> {
    let one = || side.ok_or_else(|| ("side", format!("is empty; {name} needs buy or sell")));
    Ok(match name {
        "trade" => TapeEvent::Trade { price, quantity, aggressor: side },
        "quote" => TapeEvent::Quote { side: one()?, price, quantity },
        "level" => TapeEvent::Level { side: one()?, price, quantity },
        "clear" => TapeEvent::Clear { side },
        "add" => TapeEvent::Add { order, side: one()?, price, quantity },
        "modify" => TapeEvent::Modify { order, side: one()?, price, quantity },
        "cancel" => TapeEvent::Cancel { order, quantity },
        "gap" => TapeEvent::Gap,
        other => {
            let known = "trade, quote, level, clear, add, modify, cancel or gap";
            return Err(("event", format!("`{other}`, expected {known}")));
        }
    })
}

/// Name, side, price with quantity, and order of a row.
pub(super) type Fields = (&'static str, Option<Side>, Option<(Price, Quantity)>, Option<u64>);

/// What a row is in a CSV.
pub(super) fn fields(event: &TapeEvent) -> Fields {
    match *event {
        TapeEvent::Trade { price, quantity, aggressor } => ("trade", aggressor, Some((price, quantity)), None),
        TapeEvent::Quote { side, price, quantity } => ("quote", Some(side), Some((price, quantity)), None),
        TapeEvent::Level { side, price, quantity } => ("level", Some(side), Some((price, quantity)), None),
        TapeEvent::Clear { side } => ("clear", side, None, None),
        TapeEvent::Add { order, side, price, quantity } => ("add", Some(side), Some((price, quantity)), Some(order)),
        TapeEvent::Modify { order, side, price, quantity } => {
            ("modify", Some(side), Some((price, quantity)), Some(order))
        }
        TapeEvent::Cancel { order, quantity } => ("cancel", None, Some((Price::ZERO, quantity)), Some(order)),
        TapeEvent::Gap => ("gap", None, None, None),
    }
}
