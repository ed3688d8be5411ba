//! Kelly fractions.

use risk::kelly::{Bet, Market, empirical, mean_variance, win_loss};

fn list(cell: &str) -> Vec<f64> {
    cell.split(';').map(|x| x.parse().expect(cell)).collect()
}

fn off(found: f64, expected: f64) -> f64 {
    if found == expected { 0.0 } else { (found / expected - 1.0).abs() }
}

#[test]
fn every_bet_of_the_table() {
    let mut worst = 0.0_f64;
    let table = include_str!("../golden/kelly_binary.csv");
    for line in table.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|x| x.parse().expect(line)).collect();
        let bet = Bet { probability: cells[1], win: cells[2], loss: cells[3] };
        let stake = bet.recommended().expect(line);
        for (found, expected) in
            [(bet.fraction(), cells[4]), (bet.recommended(), cells[5]), (bet.growth(stake), cells[6])]
        {
            let error = off(found.expect(line), expected);
            worst = worst.max(error);
            assert!(error <= 1e-10, "{line}: {error:e}");
        }
    }
    println!("binary: worst {worst:e}");
}

#[test]
fn every_portfolio_of_the_table() {
    let mut worst = 0.0_f64;
    for line in include_str!("../golden/kelly_portfolio.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (drift, covariance, fractions) = (list(cells[2]), list(cells[3]), list(cells[5]));
        let rate = cells[4].parse().expect(line);
        let found = Market { drift: &drift, covariance: &covariance, rate }.optimum().expect(line);
        let numbers = found.fractions.iter().copied().chain([found.growth, found.sharpe]);
        let expected = fractions.into_iter().chain(cells[6..8].iter().map(|x| x.parse().expect(line)));
        for (found, expected) in numbers.zip(expected) {
            let error = off(found, expected);
            worst = worst.max(error);
            assert!(error <= 1e-10, "{line}: {error:e}");
        }
    }
    println!("portfolio: worst {worst:e}");
}

fn series(name: &str) -> Vec<f64> {
    let rows = include_str!("../golden/risk_returns.csv").lines().filter(|l| l.starts_with(&format!("{name},")));
    rows.map(|l| l.split(',').nth(2).expect(l).parse().expect(l)).collect()
}

#[test]
fn every_series_of_the_table() {
    let mut worst = 0.0_f64;
    for line in include_str!("../golden/kelly_series.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let returns = series(cells[0]);
        assert!(returns.len() >= 30, "{line}");
        let by_wins = win_loss(&returns).expect(line);
        let by_moments = mean_variance(&returns, 0.0).expect(line);
        let found = [by_wins.win_rate, by_wins.payoff, by_wins.estimate.fraction, by_moments.fraction];
        for (found, cell) in found.into_iter().zip(&cells[1..]) {
            let error = off(found, cell.parse().expect(line));
            worst = worst.max(error);
            assert!(error <= 1e-10, "{line}: {error:e}");
        }
        // Below zero nothing is staked.
        let best = empirical(&returns, None).expect(line);
        assert_eq!(best.fraction > 0.0, by_moments.fraction > 0.0);
    }
    println!("series: worst {worst:e}");
}
