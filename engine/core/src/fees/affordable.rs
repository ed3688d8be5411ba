//! The most lots that a budget buys when the fee is not proportional.

use crate::fixed::Money;

/// The largest number of lots from 0 to `most` whose cost is at most `budget`.
///
/// `cost` must not fall as lots grow, and each further lot must cost at least
/// `lot` (its traded amount, above zero): fees only add to it. Then with `n` lots
/// affordable, `n + (budget - cost(n)) / lot` bounds the answer from above, and with
/// `n` lots too many, `n - (cost(n) - budget) / lot` is tried next: the bracket
/// shrinks by the fee's share of the price each time, so two or three questions are
/// the rule. Where steps of a fee stop that, halving goes on; never more than
/// about 70 questions.
pub fn most_lots(budget: Money, lot: Money, most: i64, mut cost: impl FnMut(i64) -> Money) -> i64 {
    if budget <= Money::ZERO || lot <= Money::ZERO || most <= 0 {
        return 0;
    }
    let lots = |money: Money| i64::try_from(money.units() / lot.units()).unwrap_or(i64::MAX - 1);
    // `low` lots are affordable, `high` are not (or are beyond `most`).
    let (mut low, mut high) = (0, lots(budget).saturating_add(1).min(most.saturating_add(1)));
    let mut guess = high - 1;
    let mut asked = 0;
    while high - low > 1 {
        let spent = cost(guess);
        asked += 1;
        if spent <= budget {
            low = guess;
            high = high.min(low.saturating_add(lots(budget - spent)).saturating_add(1));
            guess = high - 1;
        } else {
            high = guess;
            guess -= lots(spent - budget).saturating_add(1);
        }
        if asked > 6 {
            guess = low + (high - low) / 2;
        }
        guess = guess.clamp(low + 1, (high - 1).max(low + 1));
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_affordable_lot_and_not_one_more() {
        let money = |text: &str| text.parse::<Money>().expect("money");
        let cent = 1_000_000;
        // A commission with a minimum, a duty rounded up to whole units.
        let fee = |n: i64, lot: Money, minimum: Money, rate: i128| {
            let amount = lot.units() * i128::from(n);
            let commission = (amount * 3 / 10_000 / cent * cent).max(minimum.units());
            let duty = (amount * rate / 10_000 + 99_999_999) / 100_000_000 * 100_000_000;
            Money::from_units(amount + commission + duty)
        };
        let mut most_asked = 0;
        for lot in ["0.01", "0.37", "100", "49.99", "3210.5"] {
            for minimum in ["0", "3", "18", "1000"] {
                for rate in [0, 10, 13, 500, 9999] {
                    for budget in ["0.5", "18.02", "1000", "12345.67", "99999.99", "1000000"] {
                        let (lot, minimum, budget) = (money(lot), money(minimum), money(budget));
                        let mut asked = 0;
                        let cost = |n| fee(n, lot, minimum, rate);
                        let found = most_lots(budget, lot, 1_000_000_000, |n| {
                            asked += 1;
                            cost(n)
                        });
                        let place = format!("{budget} for lots of {lot}, minimum {minimum}, {rate}");
                        assert!(found == 0 || cost(found) <= budget, "{place}: {found} is too much");
                        assert!(cost(found + 1) > budget, "{place}: {found} is not all");
                        most_asked = most_asked.max(asked);
                    }
                }
            }
        }
        assert!(most_asked < 40, "{most_asked} questions");
        assert_eq!(most_lots(money("1000"), money("1"), 10, Money::from_whole), 10);
        assert_eq!(most_lots(money("0"), money("1"), 10, Money::from_whole), 0);
    }
}
