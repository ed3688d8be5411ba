//! The rule files that are part of the program.

/// Name, path in the repository, text.
type Shipped = (&'static str, &'static str, &'static str);

macro_rules! shipped {
    ($name:literal, $path:literal) => {
        ($name, concat!("engine/data/", $path), include_str!(concat!("../../", $path)))
    };
}

/// Fee schedules.
pub(super) const FEES: [Shipped; 3] = [
    shipped!("cn-connect", "rules/fees/cn-connect.toml"),
    shipped!("futu-hk", "rules/fees/futu-hk.toml"),
    shipped!("futu-us", "rules/fees/futu-us.toml"),
];

/// Trading rules of markets.
pub(super) const MARKETS: [Shipped; 3] =
    [shipped!("CN", "rules/cn.toml"), shipped!("HK", "rules/hk.toml"), shipped!("US", "rules/us.toml")];

fn find(all: &[Shipped], name: &str) -> Option<(&'static str, &'static str)> {
    all.iter().find(|(known, ..)| *known == name).map(|(_, path, text)| (*path, *text))
}

/// Path and text of a fee schedule.
pub(super) fn fees(name: &str) -> Option<(&'static str, &'static str)> {
    find(&FEES, name)
}

/// Path and text of the rules of a market.
pub(super) fn market(name: &str) -> Option<(&'static str, &'static str)> {
    find(&MARKETS, name)
}
