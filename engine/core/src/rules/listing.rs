//! `Listing`: what a user or a file says of one symbol, where the code does not tell.

use super::board::Board;
use super::dated::Dated;
use super::product::ProductClass;
use super::settlement::Settlement;
use crate::date::Date;

/// What is known of one symbol; what is left out follows from its code and class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Class of product.
    pub product: Option<ProductClass>,
    /// Board.
    pub board: Option<Board>,
    /// First trading day.
    pub listed: Option<Date>,
    /// When what was bought may be sold.
    pub settlement: Option<Settlement>,
    /// Periods under risk warning (ST).
    pub risk_warned: Dated<()>,
}
