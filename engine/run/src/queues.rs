//! What tapes ask of a config, and the complete re-runs at both ends of the queue.

use engine_core::exchange::depth::{DepthRules, QueueModel, ThroughFill};
use engine_core::feed::{Feed, Series};
use engine_core::order::TimeInForce;
use engine_core::record::RunResult;
use engine_core::tape::kind;

use crate::config::{Config, ConfigError};

/// Every resting order is the last at its price, and a trade through it fills its size.
pub(crate) fn last(rules: &DepthRules) -> DepthRules {
    DepthRules { queue: Some(QueueModel::VolumeAhead), through: ThroughFill::Traded, ..*rules }
}

/// Nobody is before a resting order, and a trade through it fills all.
pub(crate) fn first(rules: &DepthRules) -> DepthRules {
    DepthRules { queue: Some(QueueModel::None), through: ThroughFill::Full, ..*rules }
}

/// True when some order of a run could wait at a place in a queue that the data does not tell:
/// it may rest, and its book does not tell single orders, or the rules do not look at them.
pub(crate) fn are_modelled(run: &RunResult, feed: &Feed, rules: &DepthRules) -> bool {
    let by_order = matches!(rules.queue, None | Some(QueueModel::Fifo));
    let modelled = |symbol: &str| {
        let series = feed.series().iter().find(|s| s.instrument.symbol.as_str() == symbol);
        let tape = series.and_then(|s| s.tape.as_ref());
        tape.is_some_and(|tape| tape.has_book() && !(by_order && tape.has_orders()))
    };
    let modelled: Vec<bool> = run.instruments.iter().map(|i| modelled(i.symbol.as_str())).collect();
    modelled.contains(&true)
        && run.orders.iter().any(|record| {
            let order = &record.order;
            let rests = order.kind.limit().is_some() && !matches!(order.tif, TimeInForce::Ioc | TimeInForce::Fok);
            rests && modelled.get(order.instrument.index()).copied().unwrap_or(false)
        })
}

/// Refuses a `[venue]` that a tape cannot serve.
///
/// # Errors
/// At the key.
pub(crate) fn fit(config: &Config, series: &[Series]) -> Result<(), ConfigError> {
    for (symbol, tape) in series.iter().filter_map(|s| Some((&s.instrument.symbol, s.tape.as_ref()?))) {
        if config.venue.queue == Some("fifo") && tape.has_book() && !tape.has_orders() {
            let problem = format!(
                "\"fifo\" needs a tape of single orders, that of {symbol} tells {}: take another model, or leave it out",
                if tape.has(kind::LEVEL) { "levels" } else { "quotes" }
            );
            return Err(config.error("venue.queue", problem));
        }
        let lacks = match config.venue.trigger {
            Some("trade") if !tape.has(kind::TRADE) => "trades",
            Some("quote") if !tape.has_book() => "quotes and no book",
            _ => continue,
        };
        let found = config.venue.trigger.unwrap_or_default();
        let problem = format!("\"{found}\" would never fire: the tape of {symbol} has no {lacks}");
        return Err(config.error("venue.trigger", problem));
    }
    Ok(())
}

/// Keys that have no effect on these instruments, one sentence each.
pub(crate) fn without_effect(config: &Config, series: &[Series]) -> Vec<String> {
    let tapes = series.iter().filter(|s| s.tape.is_some()).count();
    if tapes == 0 {
        let has = config.has("venue");
        return has.then(|| "[venue] has no effect: no instrument has a tape".to_owned()).into_iter().collect();
    }
    if tapes < series.len() {
        return Vec::new();
    }
    let keys = ["fill.path", "fill.limit_fill", "fill.limit_gap", "fill.participation", "costs.slippage"];
    let given = keys.iter().filter(|key| config.has(key)).filter_map(|key| key.split_once('.'));
    given
        .map(|(table, key)| format!("[{table}] {key} has no effect: it is for bars, and every instrument has a tape"))
        .collect()
}
