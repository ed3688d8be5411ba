//! The probability of backtest overfitting.

use risk::RiskError;
use risk::pbo::{Overfitting, overfitting};

const RETURNS: &str = include_str!("../golden/pbo_returns.csv");

fn strategies(case: &str) -> Vec<Vec<f64>> {
    let mut found: Vec<Vec<f64>> = Vec::new();
    for line in RETURNS.lines().skip(1).filter(|l| l.starts_with(&format!("{case},"))) {
        let cells: Vec<&str> = line.split(',').collect();
        let strategy: usize = cells[2].parse().expect(line);
        found.resize_with(found.len().max(strategy + 1), Vec::new);
        found[strategy].push(cells[3].parse().expect(line));
    }
    found
}

fn of(strategies: &[Vec<f64>], blocks: usize) -> Result<Overfitting, RiskError> {
    overfitting(&strategies.iter().map(Vec::as_slice).collect::<Vec<_>>(), blocks)
}

#[test]
fn every_case_of_the_table() {
    let mut worst = 0.0_f64;
    let table = include_str!("../golden/pbo.csv");
    assert_eq!(table.lines().count(), 4);
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |column: usize| cells[column].parse::<f64>().expect(line);
        let strategies = strategies(cells[0]);
        assert_eq!(strategies.len().to_string(), cells[2]);
        assert_eq!(strategies[0].len().to_string(), cells[1]);
        let found = of(&strategies, cells[3].parse().expect(line)).expect(line);
        assert_eq!(found.splits.to_string(), cells[4]);
        assert!((found.probability - number(5)).abs() <= 1e-12, "{line}");
        assert!((found.probability_of_loss - number(6)).abs() <= 1e-12, "{line}");
        for (value, column) in [
            (found.mean_logit, 7),
            (found.median_logit, 8),
            (found.degradation_slope.expect(line), 9),
            (found.degradation_intercept.expect(line), 10),
        ] {
            let error = (value - number(column)).abs();
            worst = worst.max(error);
            assert!(error <= 1e-9, "{line}: column {column}: {value}, off by {error:e}");
        }
    }
    assert!(worst <= 1e-12, "{worst:e}");
}

/// Everything written out: each half put together and measured.
fn by_hand(strategies: &[Vec<f64>], blocks: usize) -> (f64, f64) {
    let periods = strategies[0].len() / blocks;
    let first = strategies[0].len() % blocks;
    let (mut splits, mut below, mut losses) = (0.0, 0.0, 0.0);
    for choice in (0..1_u32 << blocks).filter(|c| c.count_ones() as usize == blocks / 2) {
        let ratio = |r: &[f64], chosen: bool| {
            let half: Vec<f64> = (0..blocks)
                .filter(|b| (choice >> b & 1 == 1) == chosen)
                .flat_map(|b| r[first + b * periods..first + (b + 1) * periods].to_vec())
                .collect();
            let n = half.len() as f64;
            let mean = half.iter().sum::<f64>() / n;
            mean / (half.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0)).sqrt()
        };
        let inside: Vec<f64> = strategies.iter().map(|r| ratio(r, true)).collect();
        let outside: Vec<f64> = strategies.iter().map(|r| ratio(r, false)).collect();
        let best = (0..inside.len()).fold(0, |best, i| if inside[i] > inside[best] { i } else { best });
        let rank = 1 + outside.iter().filter(|x| **x < outside[best]).count();
        splits += 1.0;
        below += f64::from(u8::from(2 * rank <= inside.len() + 1));
        losses += f64::from(u8::from(outside[best] < 0.0));
    }
    (below / splits, losses / splits)
}

fn noise(strategies: usize, periods: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut state = seed;
    let mut step = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..strategies).map(|_| (0..periods).map(|_| 0.01 * (step() + step() + step())).collect()).collect()
}

#[test]
fn as_written_out_by_hand() {
    for (n, periods, blocks) in [(2, 40, 2), (3, 41, 4), (7, 65, 8), (5, 10, 10), (12, 123, 12)] {
        let strategies = noise(n, periods, periods as u64);
        let found = of(&strategies, blocks).expect("defined");
        let (probability, losses) = by_hand(&strategies, blocks);
        assert!((found.probability - probability).abs() < 1e-12, "{n} {periods} {blocks}");
        assert!((found.probability_of_loss - losses).abs() < 1e-12, "{n} {periods} {blocks}");
        assert_eq!(found.logits.iter().map(|(_, count)| count).sum::<u64>(), found.splits);
    }
}

#[test]
fn luck_is_found_and_skill_too() {
    // Many strategies without skill: the best of a half is nothing special in the other.
    let mean = (0..20).map(|seed| of(&noise(30, 240, seed), 12).expect("defined").probability).sum::<f64>() / 20.0;
    assert!((0.4..0.75).contains(&mean), "{mean}");
    let mut one = noise(30, 240, 3);
    one[17].iter_mut().for_each(|r| *r += 0.01);
    let found = of(&one, 12).expect("defined");
    assert!(found.probability < 0.01 && found.probability_of_loss < 0.01, "{found:?}");
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let strategies = noise(9, 200, 5);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| of(&strategies, 16).expect("defined"))
    };
    let one = on(1);
    assert_eq!(one.splits, 12_870);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
}

#[test]
fn as_many_blocks_as_there_may_be() {
    let found = of(&noise(6, 300, 4), 20).expect("defined");
    assert_eq!(found.splits, 184_756);
    assert_eq!(found.logits.iter().map(|(_, count)| count).sum::<u64>(), 184_756);
    assert!(found.logits.len() <= 6 && found.logits.is_sorted_by(|a, b| a.0 < b.0));
}

#[test]
fn the_same_strategy_twice_ties() {
    // Equal ones share ranks: the mean of 1 and 2 of 2 is the middle, logit 0.
    let one = noise(1, 60, 8).remove(0);
    for size in [1.0, 2.0, 3.0, 0.7] {
        let other: Vec<f64> = one.iter().map(|r| r * size).collect();
        let found = of(&[one.clone(), other], 6).expect("defined");
        assert_eq!(found.logits, [(0.0, 20)], "{size}");
        assert_eq!((found.probability, found.median_logit), (1.0, 0.0));
    }
}

#[test]
fn a_strategy_that_does_nothing_has_the_ratio_zero() {
    let mut strategies = noise(4, 64, 2);
    strategies[1] = vec![0.0; 64];
    // Idle in the first half only, so that some halves have nothing of it.
    strategies[2][..32].fill(0.0);
    let found = of(&strategies, 4).expect("defined");
    assert_eq!(found.splits, 6);
    // All idle: all tie.
    let idle = of(&vec![vec![0.0; 20]; 3], 4).expect("defined");
    assert_eq!((idle.logits, idle.degradation_slope), (vec![(0.0, 6)], None));
}

#[test]
fn the_first_periods_that_fill_no_block_are_left_out() {
    let mut strategies = noise(4, 83, 6);
    let found = of(&strategies, 8).expect("defined");
    assert_eq!(found.periods_per_block, 10);
    strategies.iter_mut().for_each(|r| r[..3].fill(0.5));
    assert_eq!(of(&strategies, 8).expect("defined"), found);
}

#[test]
fn senseless_input_is_an_error() {
    let fine = noise(3, 40, 1);
    for blocks in [0, 1, 3, 7, 26, 42, usize::MAX] {
        assert!(matches!(of(&fine, blocks), Err(RiskError::Argument { argument: "blocks", .. })), "{blocks}");
    }
    assert!(matches!(of(&noise(3, 10, 1), 12), Err(RiskError::Argument { argument: "blocks", .. })));
    assert!(matches!(of(&fine[..1], 4), Err(RiskError::Length { argument: "strategies", .. })));
    assert!(matches!(of(&[], 4), Err(RiskError::Length { .. })));
    assert!(matches!(of(&noise(3, 2, 1), 2), Err(RiskError::Length { .. })));
    let mut ragged = fine.clone();
    ragged[2].pop();
    assert!(matches!(of(&ragged, 4), Err(RiskError::Length { .. })));
    for bad in [f64::NAN, f64::INFINITY] {
        let mut wrong = fine.clone();
        wrong[1][7] = bad;
        assert!(matches!(of(&wrong, 4), Err(RiskError::Element { index: 7, .. })));
    }
    let mut constant = fine;
    constant[1].fill(0.001);
    assert!(matches!(of(&constant, 4), Err(RiskError::Degenerate { .. })));
}
