//! `Assumption`: what a table takes for granted because nobody could look it up.

use super::product::{ProductClass, ProductSet};
use crate::date::Date;

/// Something that is charged or allowed without being sure. A run whose dates,
/// products and symbols touch it must show the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumption {
    /// First day concerned.
    pub from: Date,
    /// Last day concerned.
    pub until: Date,
    /// Products concerned.
    pub products: ProductSet,
    /// The symbol concerned; empty = all.
    pub symbol: String,
    /// What is assumed, in one sentence.
    pub text: String,
}

impl Assumption {
    /// True when it touches these days (both included), this product and this symbol.
    #[must_use]
    pub fn concerns(&self, from: Date, until: Date, class: ProductClass, symbol: &str) -> bool {
        self.from <= until
            && from <= self.until
            && self.products.contains(class)
            && (self.symbol.is_empty() || self.symbol == symbol)
    }
}
