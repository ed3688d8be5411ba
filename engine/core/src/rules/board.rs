//! `Board`: the boards of the mainland exchanges, which differ in price limits and lots.

/// A board of a mainland exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Board {
    /// Main board of Shanghai or Shenzhen.
    Main,
    /// STAR market of Shanghai.
    Star,
    /// ChiNext of Shenzhen.
    ChiNext,
    /// Beijing stock exchange.
    Beijing,
}

impl Board {
    /// Every board, in order.
    pub const ALL: [Self; 4] = [Self::Main, Self::Star, Self::ChiNext, Self::Beijing];

    /// The name used in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Star => "star",
            Self::ChiNext => "chinext",
            Self::Beijing => "beijing",
        }
    }

    /// The board with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.name() == name)
    }

    /// The board of a share from its code: `SH.688`, `SH.689` STAR; other `SH.6`
    /// main; `SZ.300`, `SZ.301`, `SZ.302` ChiNext; other `SZ.00` main; all of `BJ.` Beijing.
    /// `None` for funds, bonds, B-shares, indices and other markets: whoever knows better says so.
    #[must_use]
    pub fn of_symbol(symbol: &str) -> Option<Self> {
        let (market, code) = symbol.split_once('.')?;
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match (market, &code[..3]) {
            ("SH", "688" | "689") => Some(Self::Star),
            ("SH", _) if code.starts_with('6') => Some(Self::Main),
            ("SZ", "300" | "301" | "302") => Some(Self::ChiNext),
            ("SZ", _) if code.starts_with("00") => Some(Self::Main),
            ("BJ", _) => Some(Self::Beijing),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_tells_the_board() {
        let cases = [
            ("SH.600000", Some(Board::Main)),
            ("SH.605499", Some(Board::Main)),
            ("SH.688981", Some(Board::Star)),
            ("SH.689009", Some(Board::Star)),
            ("SZ.000001", Some(Board::Main)),
            ("SZ.002415", Some(Board::Main)),
            ("SZ.003816", Some(Board::Main)),
            ("SZ.300750", Some(Board::ChiNext)),
            ("SZ.301269", Some(Board::ChiNext)),
            ("BJ.430047", Some(Board::Beijing)),
            ("BJ.920002", Some(Board::Beijing)),
            ("SH.510300", None), // a fund
            ("SH.000001", None), // an index
            ("SH.900901", None), // a B-share
            ("SZ.399001", None),
            ("HK.00700", None),
            ("SH.60000", None),
            ("600000", None),
        ];
        for (symbol, board) in cases {
            assert_eq!(Board::of_symbol(symbol), board, "{symbol}");
        }
        assert!(Board::ALL.into_iter().all(|b| Board::named(b.name()) == Some(b)));
    }
}
