//! `[venue]`: how orders meet trades, quotes and books, and how long things are on their way.

use engine_core::exchange::depth::{DepthRules, QueueModel, ThroughFill, TriggerPrice};
use engine_core::latency::{DELAY_MAX, Delay, Latency};
use engine_core::tape::{Tape, kind};
use serde::Serialize;

use super::document::{Document, Value};
use super::place::ConfigError;
use super::section::Section;

const KEYS: &[&str] =
    &["queue", "power", "through", "trigger", "stale_after", "feed_latency", "order_latency", "response_latency"];
const QUEUES: &[(&str, &str)] = &[
    ("none", "none"),
    ("volume_ahead", "volume_ahead"),
    ("proportional", "proportional"),
    ("power", "power"),
    ("log", "log"),
    ("fifo", "fifo"),
];
const THROUGH: &[(&str, &str)] = &[("full", "full"), ("traded", "traded")];
const TRIGGERS: &[(&str, &str)] = &[("trade", "trade"), ("quote", "quote")];
/// What a length of time is.
const DURATION: &str = "a length of time such as \"250us\", \"10ms\", \"1.5s\" or \"2m\", at most 1h";
const DELAY: &str = "a length of time such as \"10ms\", { least = \"1ms\", mean = \"3ms\" }, \
                     { least = \"1ms\", most = \"5ms\" } or { as_data = 1.0 }";

/// One way between strategy and venue.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum DelayConfig {
    /// Always the same, nanoseconds.
    Constant {
        /// The length.
        nanos: i64,
    },
    /// At least `least`, with an exponential rest: `mean` on average in all.
    Exponential {
        /// The shortest, nanoseconds.
        least: i64,
        /// The average, nanoseconds.
        mean: i64,
    },
    /// Anything between, equally likely.
    Uniform {
        /// The shortest, nanoseconds.
        least: i64,
        /// The longest, nanoseconds.
        most: i64,
    },
    /// As the data, times a factor from 0 to 100.
    AsData {
        /// The factor.
        as_data: f64,
    },
}

impl DelayConfig {
    fn delay(self) -> Delay {
        match self {
            Self::Constant { nanos } => Delay::Constant(nanos),
            Self::Exponential { least, mean } => Delay::Exponential { least, mean: mean - least },
            Self::Uniform { least, most } => Delay::Uniform { least, most },
            Self::AsData { as_data } => Delay::AsData { factor: as_data },
        }
    }

    fn is_zero(self) -> bool {
        self == Self::Constant { nanos: 0 }
    }

    /// In words, for the assumptions of a report.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Constant { nanos: 0 } => "none".to_owned(),
            Self::Constant { nanos } => length(nanos),
            Self::Exponential { least, mean } => {
                format!("{} at least, {} on average (exponential)", length(least), length(mean))
            }
            Self::Uniform { least, most } => format!("{} to {}", length(least), length(most)),
            Self::AsData { as_data } => format!("{as_data} x that of the data"),
        }
    }
}

/// `[venue]`: for instruments whose file is a tape.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VenueConfig {
    /// `none`, `volume_ahead`, `proportional`, `power`, `log`, `fifo`; when left out `fifo` where the tape
    /// tells single orders, else `volume_ahead`.
    pub queue: Option<&'static str>,
    /// Exponent of `queue = "power"`; 0.1 to 10.
    pub power: Option<f64>,
    /// `full` (default) or `traded`: what a trade through the limit of a resting order fills.
    pub through: &'static str,
    /// `trade` or `quote`: what fires stops; when left out trades where the tape has any, else quotes.
    pub trigger: Option<&'static str>,
    /// A book is stale after so much silence, nanoseconds; never when left out.
    pub stale_after: Option<i64>,
    /// Market data to the strategy, on top of the tape's own; default none.
    pub feed_latency: DelayConfig,
    /// Orders to the venue; default none.
    pub order_latency: DelayConfig,
    /// Answers to the strategy; default none.
    pub response_latency: DelayConfig,
}

impl VenueConfig {
    pub(crate) fn rules(&self) -> DepthRules {
        let queue = self.queue.map(|name| match name {
            "none" => QueueModel::None,
            "proportional" => QueueModel::Proportional,
            "power" => QueueModel::Power(self.power.unwrap_or(1.0)),
            "log" => QueueModel::Log,
            "fifo" => QueueModel::Fifo,
            _ => QueueModel::VolumeAhead,
        });
        DepthRules {
            queue,
            through: if self.through == "full" { ThroughFill::Full } else { ThroughFill::Traded },
            trigger: self.trigger.map(|t| if t == "trade" { TriggerPrice::Trade } else { TriggerPrice::Quote }),
            stale_after: self.stale_after,
        }
    }

    pub(crate) fn latency(&self) -> Latency {
        Latency {
            feed: self.feed_latency.delay(),
            order: self.order_latency.delay(),
            response: self.response_latency.delay(),
        }
    }

    /// What is assumed of these tapes, in words; `mixed` when other instruments trade on bars.
    pub(crate) fn assumptions(&self, tapes: &[&Tape], mixed: bool) -> Vec<String> {
        let prefix = if mixed { "instruments with a tape: " } else { "" };
        let books = tapes.iter().filter(|tape| tape.has_book()).count();
        let by_order = tapes.iter().filter(|tape| tape.has_orders()).count();
        let take = match (books, tapes.len()) {
            (0, _) => "orders meet the next trades, up to their sizes",
            (some, all) if some == all => "orders take the book level by level; what they took stays taken",
            _ => "orders take the book level by level, or meet the next trades where there is none",
        };
        let mut list = vec![format!("{prefix}{take}")];
        if books > 0 {
            let queue = match (self.queue, self.power) {
                (Some("power"), Some(power)) => format!("power({power})"),
                (Some("volume_ahead"), _) => "volume ahead".to_owned(),
                (Some(queue), _) => queue.to_owned(),
                (None, _) if by_order == books => "fifo, as single orders tell it".to_owned(),
                (None, _) if by_order == 0 => "volume ahead".to_owned(),
                (None, _) => "fifo on order-by-order data, else volume ahead".to_owned(),
            };
            list.push(format!("place of resting orders: {queue}"));
        }
        list.push(match self.through {
            "full" => "a trade through the limit of a resting order fills all of it".to_owned(),
            _ => "a trade through the limit of a resting order fills at most its own size of it".to_owned(),
        });
        let trigger = self.trigger.or_else(|| match tapes.iter().filter(|t| t.has(kind::TRADE)).count() {
            0 => Some("quote"),
            some if some == tapes.len() => Some("trade"),
            _ => None,
        });
        list.push(match trigger {
            Some("trade") => "stops look at the last trade".to_owned(),
            Some(_) => "stops look at the price that they would trade against".to_owned(),
            None => "stops look at the last trade, on tapes without trades at the quote".to_owned(),
        });
        if let Some(nanos) = self.stale_after {
            list.push(format!("a book is stale after {} of silence", length(nanos)));
        }
        let ways = [self.feed_latency, self.order_latency, self.response_latency];
        list.push(match ways.iter().all(|way| way.is_zero()) {
            true => "no latency besides that of the data".to_owned(),
            false => format!(
                "latency of data: {}; of orders: {}; of answers: {}",
                ways[0].words(),
                ways[1].words(),
                ways[2].words()
            ),
        });
        list
    }
}

pub(crate) fn read(document: &Document) -> Result<VenueConfig, ConfigError> {
    let section = Section::new(document, "venue", KEYS)?;
    let queue = section.word("queue", QUEUES)?;
    let power = section.number("power", 0.1, 10.0)?;
    match (queue, power) {
        (Some("power"), None) => {
            return Err(section.error("power", "missing, expected a number from 0.1 to 10 with queue = \"power\""));
        }
        (queue, Some(_)) if queue != Some("power") => {
            return Err(section.error("power", "belongs to queue = \"power\""));
        }
        _ => {}
    }
    let stale_after = match section.text("stale_after", DURATION)? {
        None => None,
        Some(text) => match parse_length(&text).filter(|nanos| *nanos > 0) {
            Some(nanos) => Some(nanos),
            None => document.tolerate(section.error("stale_after", format!("found {text:?}, expected {DURATION}")))?,
        },
    };
    Ok(VenueConfig {
        queue,
        power,
        through: section.word("through", THROUGH)?.unwrap_or("full"),
        trigger: section.word("trigger", TRIGGERS)?,
        stale_after,
        feed_latency: read_delay(document, &section, "feed_latency")?,
        order_latency: read_delay(document, &section, "order_latency")?,
        response_latency: read_delay(document, &section, "response_latency")?,
    })
}

fn read_delay(document: &Document, section: &Section<'_>, key: &str) -> Result<DelayConfig, ConfigError> {
    let none = DelayConfig::Constant { nanos: 0 };
    let Some(node) = section.get(key) else { return Ok(none) };
    let wrong = || section.wrong(key, node, DELAY);
    match &node.value {
        Value::Text(text) => match parse_length(text) {
            Some(nanos) => Ok(DelayConfig::Constant { nanos }),
            None => Ok(document.tolerate(wrong())?.unwrap_or(none)),
        },
        Value::Table(_) => {
            let inner = Section::new(document, &section.at(key), &["least", "mean", "most", "as_data"])?;
            let part = |name: &str| -> Result<Option<i64>, ConfigError> {
                let Some(text) = inner.text(name, DURATION)? else { return Ok(None) };
                match parse_length(&text) {
                    Some(nanos) => Ok(Some(nanos)),
                    None => document.tolerate(inner.error(name, format!("found {text:?}, expected {DURATION}"))),
                }
            };
            let (least, mean, most) = (part("least")?, part("mean")?, part("most")?);
            let factor = inner.number("as_data", 0.0, 100.0)?;
            let low = least.unwrap_or(0);
            match (least, mean, most, factor) {
                (None, None, None, Some(as_data)) => Ok(DelayConfig::AsData { as_data }),
                (_, Some(mean), None, None) if mean >= low => Ok(DelayConfig::Exponential { least: low, mean }),
                (_, None, Some(most), None) if most >= low => Ok(DelayConfig::Uniform { least: low, most }),
                (_, Some(_), None, None) => Err(inner.error("mean", "is below least")),
                (_, None, Some(_), None) => Err(inner.error("most", "is below least")),
                _ => Err(section.error(key, format!("expected {DELAY}"))),
            }
        }
        _ => Ok(document.tolerate(wrong())?.unwrap_or(none)),
    }
}

/// A length of time in nanoseconds: a number of at most nine decimals and a unit.
fn parse_length(text: &str) -> Option<i64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(at);
    let scale: i128 = match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |t: &str| (1..=9).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) {
        return None;
    }
    let unit = 10_i128.pow(decimals.len() as u32);
    let value = (whole.parse::<i128>().ok()? * unit + decimals.parse::<i128>().ok()?) * scale;
    let nanos = i64::try_from(value / unit).ok()?;
    (value % unit == 0 && nanos <= DELAY_MAX).then_some(nanos)
}

/// The largest unit in which a length is short.
fn length(nanos: i64) -> String {
    let units =
        [(3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
    let unit = units.iter().find(|(size, _)| nanos >= *size);
    unit.map_or_else(|| format!("{nanos}ns"), |(size, name)| format!("{}{name}", nanos as f64 / *size as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        let cases = [
            ("0ms", Some(0)),
            ("250us", Some(250_000)),
            ("1.5s", Some(1_500_000_000)),
            ("2m", Some(120_000_000_000)),
            ("1h", Some(DELAY_MAX)),
            ("0.5ns", None),
            ("61m", None),
            ("10", None),
            ("ms", None),
            ("-1ms", None),
            ("1.ms", None),
            ("1d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_length(text), expected, "{text}");
        }
        for (nanos, text) in [(0, "0ns"), (1_500_000, "1.5ms"), (2_000, "2us"), (DELAY_MAX, "1h")] {
            assert_eq!(length(nanos), text);
        }
    }
}
