//! How returns are spread: histograms of months and of trades, as inline pictures.

use maud::{Markup, html};
use risk::calendar::monthly_returns;
use risk::moments::quantile;

use crate::display::{count, decimal, percent};
use crate::input::ReportInput;
use crate::summary::Curve;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 170.0;
/// Room for the labels below.
const FOOT: f64 = 20.0;
const BINS_MIN: usize = 8;
const BINS_MAX: usize = 48;
/// Fewer values make no picture.
pub(crate) const VALUES_MIN: usize = 8;

pub(crate) fn section(input: &ReportInput<'_>) -> Markup {
    let curve = Curve::of(input.run);
    let months: Vec<f64> = monthly_returns(&curve.times, &curve.equity).iter().filter_map(|m| m.value).collect();
    let trades: Vec<f64> = input.run.trades.iter().map(|t| t.return_on_entry()).filter(|x| x.is_finite()).collect();
    html! {
        @if months.len() >= VALUES_MIN || trades.len() >= VALUES_MIN {
            section #distribution aria-labelledby="distribution-title" {
                h2 #distribution-title { "Distribution" }
                div.columns.even {
                    (picture("Monthly returns", "month", "months", &months))
                    (picture("Returns of trades", "trade", "trades", &trades))
                }
            }
        }
    }
}

/// A histogram whose bins have an edge at zero.
fn picture(title: &str, one: &str, many: &str, values: &[f64]) -> Markup {
    let Some(bins) = Bins::of(values) else {
        return html! {};
    };
    let tallest = bins.counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    let step = WIDTH / bins.counts.len() as f64;
    let x = |value: f64| (value - bins.low) / (bins.width * bins.counts.len() as f64) * WIDTH;
    let show = |value: f64| percent(Some(value));
    let middle = quantile(values, 0.5);
    let high = bins.low + bins.width * bins.counts.len() as f64;
    let label = format!("{title}: {} from {} to {}", count(values.len() as u64), show(bins.least), show(bins.greatest));
    html! {
        figure {
            h3 { (title) }
            svg.histogram viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(label) {
                @for (i, n) in bins.counts.iter().enumerate() {
                    @if *n > 0 {
                        @let from = bins.low + bins.width * i as f64;
                        @let height = *n as f64 / tallest * (HEIGHT - FOOT - 4.0);
                        rect class=(if from + bins.width / 2.0 < 0.0 { "down" } else { "up" })
                            x=(decimal(i as f64 * step + 0.5, 2)) width=(decimal(step - 1.0, 2))
                            y=(decimal(HEIGHT - FOOT - height, 2)) height=(decimal(height, 2)) {
                            title {
                                (show(from)) " to " (show(from + bins.width)) ": " (count(*n)) " "
                                (if *n == 1 { one } else { many })
                            }
                        }
                    }
                }
                line.base x1="0" x2=(WIDTH) y1=(HEIGHT - FOOT) y2=(HEIGHT - FOOT) {}
                @if bins.low < 0.0 && high > 0.0 {
                    line.zero x1=(decimal(x(0.0), 2)) x2=(decimal(x(0.0), 2)) y1="0" y2=(HEIGHT - FOOT) {}
                }
                text x="0" y=(HEIGHT - 4.0) { (show(bins.low)) }
                @if (0.15..0.85).contains(&(x(0.0) / WIDTH)) {
                    text x=(decimal(x(0.0), 2)) y=(HEIGHT - 4.0) text-anchor="middle" { "0%" }
                }
                text x=(WIDTH) y=(HEIGHT - 4.0) text-anchor="end" { (show(high)) }
            }
            p.hint {
                (count(values.len() as u64)) " " (many) ", median " (percent(middle))
                ", 5% below " (percent(quantile(values, 0.05))) ", 5% above " (percent(quantile(values, 0.95)))
            }
        }
    }
}

struct Bins {
    low: f64,
    width: f64,
    least: f64,
    greatest: f64,
    counts: Vec<u64>,
}

impl Bins {
    /// Bins of the width of Freedman and Diaconis 1981, `2 IQR / n^(1/3)`, within
    /// the bounds on their number; `None` for too few values or values all alike.
    fn of(values: &[f64]) -> Option<Self> {
        if values.len() < VALUES_MIN {
            return None;
        }
        let (least, greatest) = (quantile(values, 0.0)?, quantile(values, 1.0)?);
        let span = greatest - least;
        if span.is_nan() || span <= 0.0 {
            return None;
        }
        let spread = quantile(values, 0.75)? - quantile(values, 0.25)?;
        let wanted = 2.0 * spread / (values.len() as f64).cbrt();
        let width = wanted.clamp(span / (BINS_MAX - 2) as f64, span / BINS_MIN as f64);
        let low = (least / width).floor() * width;
        let number = (((greatest - low) / width).floor() as usize + 1).min(BINS_MAX);
        let mut counts = vec![0; number];
        for value in values {
            let bin = ((value - low) / width) as usize;
            counts[bin.min(number - 1)] += 1;
        }
        Some(Self { low, width, least, greatest, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_on_its_side_of_zero() {
        for scale in [1e-9, 0.01, 3.0] {
            let values: Vec<f64> = (0..500).map(|i| scale * ((f64::from(i) * 0.37).sin() - 0.3)).collect();
            let bins = Bins::of(&values).expect("a histogram");
            assert_eq!(bins.counts.iter().sum::<u64>(), 500);
            assert!((BINS_MIN..=BINS_MAX).contains(&bins.counts.len()));
            let below = (-bins.low / bins.width).round() as usize;
            let negative = values.iter().filter(|x| **x < 0.0).count() as u64;
            assert_eq!(bins.counts[..below].iter().sum::<u64>(), negative, "{scale}");
        }
    }

    #[test]
    fn nothing_to_spread_is_no_picture() {
        assert!(Bins::of(&[0.1; 20]).is_none());
        assert!(Bins::of(&[0.1, 0.2]).is_none());
        // One far away does not make thousands of bins.
        let mut far = vec![0.01; 30];
        far.extend([0.011, 0.012, 50.0]);
        assert!(Bins::of(&far).expect("a histogram").counts.len() <= BINS_MAX);
    }
}
