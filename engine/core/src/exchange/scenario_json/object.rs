//! Objects, numbers and words of a case, each read with its place.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{CaseError, ROWS_MAX};
use crate::fixed::{Price, Quantity, Rate};

/// Latest time of a case, in nanoseconds.
pub(super) const NANOS_MAX: i64 = i64::MAX / 2;

pub(super) fn fail<T>(place: &str, problem: impl Into<String>) -> Result<T, CaseError> {
    Err(CaseError { place: place.to_owned(), problem: problem.into() })
}

pub(super) type Raw<'a> = &'a RawValue;

/// The pairs of an object, and a key that is there twice.
#[derive(Default)]
struct Pairs<'a> {
    keys: BTreeMap<String, Raw<'a>>,
    twice: Option<String>,
}

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
        let mut pairs = Pairs::default();
        while let Some((key, raw)) = map.next_entry::<String, Raw<'de>>()? {
            match pairs.keys.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(raw);
                }
                Entry::Occupied(place) => {
                    pairs.twice.get_or_insert_with(|| place.key().clone());
                }
            }
        }
        Ok(pairs)
    }
}

/// An object whose keys are taken one by one; what is left over is unknown.
pub(super) struct Object<'a> {
    pub(super) place: String,
    keys: BTreeMap<String, Raw<'a>>,
}

impl<'a> Object<'a> {
    pub(super) fn read(raw: Raw<'a>, place: &str) -> Result<Self, CaseError> {
        match serde_json::from_str::<Pairs<'a>>(raw.get()) {
            Ok(Pairs { twice: Some(key), .. }) => fail(&format!("{place}.{key}"), "is there twice"),
            Ok(pairs) => Ok(Self { place: place.to_owned(), keys: pairs.keys }),
            Err(_) => fail(place, format!("expected an object {{...}}, found {}", excerpt(raw))),
        }
    }

    /// True when a key is there and not null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.keys.get(key).is_some_and(|raw| raw.get() != "null")
    }

    pub(super) fn take(&mut self, key: &str) -> Option<(String, Raw<'a>)> {
        let raw = self.keys.remove(key).filter(|raw| raw.get() != "null")?;
        Some((format!("{}.{key}", self.place), raw))
    }

    pub(super) fn need(&mut self, key: &str, expected: &str) -> Result<(String, Raw<'a>), CaseError> {
        match self.take(key) {
            Some(found) => Ok(found),
            None => fail(&format!("{}.{key}", self.place), format!("missing, expected {expected}")),
        }
    }

    /// Refuses keys that belong to something else.
    pub(super) fn refuse(&self, keys: &[&str], why: &str) -> Result<(), CaseError> {
        match keys.iter().find(|key| self.has(key)) {
            Some(key) => fail(&format!("{}.{key}", self.place), why),
            None => Ok(()),
        }
    }

    pub(super) fn finish(self, known: &[&str]) -> Result<(), CaseError> {
        // A key that is null counts as absent.
        let left = self.keys.iter().find(|(key, raw)| raw.get() != "null" || !known.contains(&key.as_str()));
        let Some((key, _)) = left else { return Ok(()) };
        let place = format!("{}.{key}", self.place);
        if known.contains(&key.as_str()) {
            return fail(&place, "does not belong to an order of this type");
        }
        fail(&place, format!("unknown key, expected one of {}", known.join(", ")))
    }
}

pub(super) fn excerpt(raw: Raw<'_>) -> String {
    let text: String = raw.get().chars().take(40).collect();
    if text.len() < raw.get().len() { format!("{text}...") } else { text }
}

pub(super) fn list<'a>(raw: Raw<'a>, place: &str, expected: &str) -> Result<Vec<Raw<'a>>, CaseError> {
    match serde_json::from_str::<Vec<Raw<'a>>>(raw.get()) {
        Ok(items) if items.len() <= ROWS_MAX => Ok(items),
        Ok(_) => fail(place, format!("more than {ROWS_MAX} entries")),
        Err(_) => fail(place, format!("expected {expected}, found {}", excerpt(raw))),
    }
}

pub(super) fn text(raw: Raw<'_>, place: &str, expected: &str) -> Result<String, CaseError> {
    serde_json::from_str::<String>(raw.get())
        .or_else(|_| fail(place, format!("expected {expected}, found {}", excerpt(raw))))
}

/// A name may be a text or a whole number.
pub(super) fn name(raw: Raw<'_>, place: &str) -> Result<String, CaseError> {
    match serde_json::from_str::<i64>(raw.get()) {
        Ok(number) => Ok(number.to_string()),
        Err(_) => text(raw, place, "a text"),
    }
}

/// The decimal text of a number, which may stand in quotes.
fn digits(raw: Raw<'_>) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

pub(super) fn number<T: FromStr>(raw: Raw<'_>, place: &str, expected: &str) -> Result<T, CaseError>
where
    T::Err: fmt::Display,
{
    digits(raw).parse().or_else(|e: T::Err| fail(place, format!("{e}, expected {expected}")))
}

pub(super) fn positive_price(raw: Raw<'_>, place: &str) -> Result<Price, CaseError> {
    match number::<Price>(raw, place, "a price above 0")? {
        price if price > Price::ZERO => Ok(price),
        price => fail(place, format!("is {price}, expected a price above 0")),
    }
}

pub(super) fn positive_quantity(raw: Raw<'_>, place: &str, expected: &str) -> Result<Quantity, CaseError> {
    match number::<Quantity>(raw, place, expected)? {
        quantity if quantity > Quantity::ZERO => Ok(quantity),
        quantity => fail(place, format!("is {quantity}, expected {expected}")),
    }
}

pub(super) fn rate(raw: Raw<'_>, place: &str, expected: &str) -> Result<Rate, CaseError> {
    let text = digits(raw);
    let value = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
    let Ok(value) = value else {
        return fail(place, format!("{}, expected {expected}", excerpt(raw)));
    };
    Rate::from_decimal(value).or_else(|e| fail(place, format!("{e}, expected {expected}")))
}

/// An index of a list of so many `noun`s; `usize::MAX`: of any length.
pub(super) fn index(raw: Raw<'_>, place: &str, noun: &str, below: usize) -> Result<usize, CaseError> {
    let article = if noun.starts_with('e') { "an" } else { "a" };
    match serde_json::from_str::<usize>(raw.get()) {
        Ok(i) if i < below => Ok(i),
        _ if below == usize::MAX => {
            fail(place, format!("is {}, expected {article} {noun} index of 0 or more", excerpt(raw)))
        }
        _ => fail(place, format!("is {}, expected {article} {noun} index from 0 to {}", excerpt(raw), below - 1)),
    }
}

/// Whole nanoseconds from 0 to `most`.
pub(super) fn nanos(raw: Raw<'_>, place: &str, most: i64) -> Result<i64, CaseError> {
    match serde_json::from_str::<i64>(raw.get()) {
        Ok(nanos) if (0..=most).contains(&nanos) => Ok(nanos),
        _ => fail(place, format!("is {}, expected whole nanoseconds from 0 to {most}", excerpt(raw))),
    }
}

pub(super) fn choice<T: Copy>(raw: Raw<'_>, place: &str, options: &[(&str, T)]) -> Result<T, CaseError> {
    let names: Vec<&str> = options.iter().map(|o| o.0).collect();
    let expected = format!("one of {}", names.join(", "));
    let found = text(raw, place, &expected)?;
    match options.iter().find(|o| o.0 == found) {
        Some(option) => Ok(option.1),
        None => fail(place, format!("is \"{found}\", expected {expected}")),
    }
}

pub(super) fn flag(raw: Raw<'_>, place: &str) -> Result<bool, CaseError> {
    serde_json::from_str::<bool>(raw.get())
        .or_else(|_| fail(place, format!("expected true or false, found {}", excerpt(raw))))
}
