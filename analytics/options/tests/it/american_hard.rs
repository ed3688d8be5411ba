//! Cases that were wrong once: wide variances, negative rates, trees at their limits.

use options::american::{American, Differences, Scheme};
use options::tree::{CashDividend, Tree};
use options::{OptionError, OptionType};

const fn american(
    kind: OptionType,
    spot: f64,
    years: f64,
    rate: f64,
    dividend_yield: f64,
    volatility: f64,
) -> American {
    American { kind, spot, strike: 100.0, years, rate, dividend_yield, volatility }
}

/// QuantLib 1.44, `QdFpAmericanEngine`, FP-A, scheme (16, 40, 1e-12), within 1e-6 of (40, 60, 1e-13).
#[test]
fn wide_variances_keep_the_promise() {
    use OptionType::Call;
    let rows = [
        (
            Call,
            85.99801450512857,
            20.0,
            0.021663977471767504,
            0.0862154800074056,
            1.8895116747409524,
            70.31768179420865,
        ),
        (
            Call,
            45.50989992570457,
            10.0,
            0.05350523230965335,
            0.07685922597468602,
            1.8501012358451296,
            36.646743128085156,
        ),
        (
            Call,
            261.6478773675108,
            20.0,
            0.07995585970168093,
            0.03309991216192454,
            1.3911923292333102,
            234.1266399556804,
        ),
        (
            Call,
            53.07897165028827,
            20.0,
            0.04283870884588353,
            0.09012961666456842,
            1.0898698630927488,
            31.48165460494463,
        ),
        (Call, 131.3099419278336, 10.0, 0.03827604460132322, 0.2687850419747297, 0.582547968143393, 37.14113568245353),
        (
            Call,
            154.10858243362148,
            20.0,
            0.10964483454700973,
            0.10028312118439374,
            0.7935149980360746,
            91.86173197093441,
        ),
    ];
    for (kind, spot, years, rate, dividend_yield, volatility, price) in rows {
        let option = american(kind, spot, years, rate, dividend_yield, volatility);
        for (scheme, tolerance) in [(Scheme::Accurate, 1e-6), (Scheme::Fast, 3e-4)] {
            let found = option.valuation(scheme).map(|found| found.price);
            assert!(found.is_ok_and(|found| (found - price).abs() <= tolerance), "{option:?} {scheme:?} {found:?}");
        }
        let valued = option.valuation(Scheme::Accurate).ok().and_then(|found| found.critical_price);
        let boundary = option.boundary(Scheme::Accurate).and_then(|boundary| boundary.critical_price(years));
        let (Some(valued), Ok(Some(boundary))) = (valued, boundary) else { panic!("{option:?}") };
        assert!((valued / boundary - 1.0).abs() < 1e-12, "{option:?} {valued} {boundary}");
    }
}

/// Five-point differences of the same engine's prices (vega, theta, rho, rho_q).
#[test]
fn differences_against_another_engine() {
    for (option, expected) in DIFFERENCES {
        let found = option.differences(Scheme::Accurate).unwrap_or_default();
        let pairs = [(found.vega, expected.vega), (found.theta, expected.theta), (found.rho, expected.rho)];
        for (found, expected) in pairs.into_iter().chain([(found.rho_q, expected.rho_q)]) {
            assert!(
                (found - expected).abs() <= 1e-6 * option.spot + 1e-6 * expected.abs(),
                "{option:?} {found} {expected}"
            );
        }
    }
}

const DIFFERENCES: [(American, Differences); 10] = [
    (
        american(
            OptionType::Put,
            73.51688459518803,
            0.005479452054794521,
            0.01665209020786838,
            0.074094302455934,
            0.05107508433834405,
        ),
        Differences {
            vega: 1.7389661342826903e-12,
            theta: -3.7799141097616396,
            rho: -0.5478952108589988,
            rho_q: 0.4026687291845595,
        },
    ),
    (
        american(
            OptionType::Call,
            105.61457756201045,
            0.4986301369863014,
            0.03674052820576229,
            0.09585283405619523,
            0.41721294485674226,
        ),
        Differences {
            vega: 27.408148187113852,
            theta: -8.633773305539345,
            rho: 17.453386747536975,
            rho_q: -21.425596776733613,
        },
    ),
    (
        american(
            OptionType::Call,
            191.50582073370586,
            0.2493150684931507,
            0.03518259062671419,
            0.07296451091094311,
            0.2201940907060611,
        ),
        Differences {
            vega: 1.613446422385171e-12,
            theta: 1.4249895524859151e-12,
            rho: -2.2500519965736505e-11,
            rho_q: 2.6053233644537006e-11,
        },
    ),
    (
        american(
            OptionType::Call,
            104.24886731726625,
            0.0821917808219178,
            0.11928637083693704,
            0.0846928703051786,
            0.03,
        ),
        Differences {
            vega: 1.830731023567801e-05,
            theta: -3.0443697281685096,
            rho: 8.138987073922799,
            rho_q: -8.508961060518386,
        },
    ),
    (
        american(
            OptionType::Call,
            77.44132572304042,
            1.0,
            0.04558372803239571,
            0.09231144060738458,
            0.8000903716333805,
        ),
        Differences {
            vega: 28.832599568710368,
            theta: -9.65814430790036,
            rho: 18.218210447919752,
            rho_q: -29.320875370967354,
        },
    ),
    (
        american(
            OptionType::Call,
            108.30872156969498,
            0.0821917808219178,
            0.03584523055585212,
            0.13367997385327177,
            0.5873323879602591,
        ),
        Differences {
            vega: 10.571522449439502,
            theta: -32.25890436001644,
            rho: 3.845640393068006,
            rho_q: -4.420481230186605,
        },
    ),
    (
        american(
            OptionType::Call,
            149.7260792184532,
            0.0821917808219178,
            0.003066974768879258,
            0.19456287710570336,
            0.19271866539362345,
        ),
        Differences {
            vega: -3.0724525061304295e-12,
            theta: -0.0,
            rho: -1.2356023583369721e-11,
            rho_q: -1.4210854715202004e-11,
        },
    ),
    (
        american(
            OptionType::Call,
            96.76930711845468,
            0.0821917808219178,
            0.0229989557737312,
            0.20440021051224827,
            0.2613785803927777,
        ),
        Differences {
            vega: 9.286181519710738,
            theta: -10.762040366006875,
            rho: 1.7350144666732532,
            rho_q: -1.8050701703841894,
        },
    ),
    (
        american(
            OptionType::Put,
            97.04267216949142,
            0.0821917808219178,
            -0.03550785830055664,
            -0.0305323140643342,
            0.5733425654512811,
        ),
        Differences {
            vega: 11.06817917037924,
            theta: -39.15288564981577,
            rho: -4.990290701176819,
            rho_q: 4.325851326668878,
        },
    ),
    (
        american(
            OptionType::Put,
            138.45833129148303,
            5.0,
            -0.04692252021587754,
            -0.023952103010838544,
            0.5123490993042041,
        ),
        Differences {
            vega: 104.57303547583642,
            theta: -8.382612621973411,
            rho: -411.8073517887944,
            rho_q: 175.30510336501118,
        },
    ),
];

/// Beside the region of two boundaries a step would compare the tree with collocation.
/// Expected: differences of 2e-3 of trees of 2,001 steps, extrapolated.
#[test]
fn rate_differences_do_not_mix_methods() {
    let call = american(OptionType::Call, 105.0, 1.0, -0.02, 0.0, 0.2);
    let found = call.differences(Scheme::Accurate).unwrap_or_default();
    assert!((found.rho_q + 46.246).abs() < 0.02, "{found:?}");
    for rate in [0.0, 5e-6] {
        let put = american(OptionType::Put, 95.0, 1.0, rate, -0.02, 0.2);
        let found = put.differences(Scheme::Accurate).unwrap_or_default();
        assert!((found.rho + 44.206).abs() < 0.02, "{found:?}");
    }
}

#[test]
fn differences_at_absurd_sizes_are_errors_not_nan() {
    let put = American { rate: 1e-3, ..american(OptionType::Put, 95.0, 5e-324, 0.0, 1.0, 100.0) };
    for option in [put, american(OptionType::Call, 1000.0, 1e-130, -7e15, 1.0, 95.0)] {
        if let Ok(Differences { vega, theta, rho, rho_q }) = option.differences(Scheme::Fast) {
            assert!([vega, theta, rho, rho_q].iter().all(|slope| slope.is_finite()), "{option:?}");
        }
    }
}

#[test]
fn trees_without_end_are_errors() {
    let option = american(OptionType::Call, 100.0, 1.0, 0.05, 0.0, 1e-9);
    let dividends = [CashDividend { years: 0.5, amount: 5.0 }];
    let tree = Tree { steps: 1_001, extrapolate: true };
    assert_eq!(tree.american_with_dividends(&option, &dividends), Err(OptionError::Unresolved));
    let certain = American { volatility: 5e-324, ..option };
    assert!(tree.american_with_dividends(&certain, &dividends).is_err());
}

#[test]
fn extrapolation_stays_within_bounds() {
    for steps in [3, 11, 12, 51] {
        for (spot, volatility) in [(9_500.0, 0.5), (100.0, 3.0), (1.0, 2.0)] {
            for kind in [OptionType::Call, OptionType::Put] {
                let option = american(kind, spot, 100.0, 0.0, 0.5, volatility);
                let Ok(found) = (Tree { steps, extrapolate: true }).american(&option) else { continue };
                let most = if kind == OptionType::Put { 100.0 } else { spot };
                assert!(found.price >= option.intrinsic() && found.price <= most, "{option:?} {found:?}");
                assert!(found.delta.is_finite() && found.gamma.is_finite(), "{option:?} {found:?}");
            }
        }
    }
}

/// Two dividends of one day are one of their sum, on the day of expiry too.
#[test]
fn dividends_of_one_day_add_up() {
    let tree = Tree { steps: 201, extrapolate: false };
    for years in [0.4, 1.0] {
        let one = [CashDividend { years, amount: 3.0 }];
        let two = [CashDividend { years, amount: 1.0 }, CashDividend { years, amount: 2.0 }];
        for kind in [OptionType::Call, OptionType::Put] {
            let option = american(kind, 100.0, 1.0, 0.05, 0.0, 0.3);
            let european = option.without_early_exercise();
            assert_eq!(tree.american_with_dividends(&option, &one), tree.american_with_dividends(&option, &two));
            assert_eq!(tree.european_with_dividends(&european, &one), tree.european_with_dividends(&european, &two));
        }
    }
}
