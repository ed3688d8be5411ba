//! W8: the indicators that are compared, by name.

use indicators::{Adx, Atr, Bollinger, Ema, Indicator, Macd, ParameterError, Rsi, Seeding, Sma};

/// An indicator and the name it is compared under.
pub type Named = (&'static str, Box<dyn Indicator>);

/// SMA 20, EMA 20, RSI 14, MACD(12, 26, 9), Bollinger(20, 2), ATR 14, ADX 14, as
/// TA-Lib defines them.
///
/// # Errors
/// Never: the parameters are valid.
pub fn indicator_set() -> Result<Vec<Named>, ParameterError> {
    Ok(vec![
        ("sma", Box::new(Sma::new(20)?)),
        ("ema", Box::new(Ema::new(20, Seeding::Sma)?)),
        ("rsi", Box::new(Rsi::new(14)?)),
        ("macd", Box::new(Macd::new(12, 26, 9, Seeding::Sma)?)),
        ("bollinger", Box::new(Bollinger::new(20, 2.0)?)),
        ("atr", Box::new(Atr::new(14)?)),
        ("adx", Box::new(Adx::new(14)?)),
    ])
}
