//! The name that traders give to a set of legs.

use super::Strategy;
use super::net::{Net, NetOption};
use crate::OptionType::{self, Call, Put};

macro_rules! shapes {
    ($($(#[$doc:meta])* $shape:ident = $name:literal,)+) => {
        /// A named strategy. Long means that the usual strategy is bought (or, for iron
        /// condors and butterflies sold for a credit, that it is the usual one).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Shape {
            $($(#[$doc])* $shape,)+
        }

        impl Shape {
            /// The name in words.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$shape => $name,)+
                }
            }
        }
    };
}

shapes! {
    /// Legs that cancel each other.
    Flat = "flat",
    /// Shares bought.
    LongShares = "long shares",
    /// Shares sold short.
    ShortShares = "short shares",
    /// One call bought.
    LongCall = "long call",
    /// One call sold.
    ShortCall = "short call",
    /// One put bought.
    LongPut = "long put",
    /// One put sold.
    ShortPut = "short put",
    /// Shares, call sold.
    CoveredCall = "covered call",
    /// Shares short, put sold.
    CoveredPut = "covered put",
    /// Shares, put bought.
    ProtectivePut = "protective put",
    /// Shares short, call bought.
    ProtectiveCall = "protective call",
    /// Shares, put bought, higher call sold.
    Collar = "collar",
    /// Shares, put bought and call sold at one strike.
    Conversion = "conversion",
    /// Shares short, call bought and put sold at one strike.
    ReverseConversion = "reverse conversion",
    /// Call bought, higher call sold.
    BullCallSpread = "bull call spread",
    /// Call sold, higher call bought.
    BearCallSpread = "bear call spread",
    /// Put bought, higher put sold.
    BullPutSpread = "bull put spread",
    /// Put sold, higher put bought.
    BearPutSpread = "bear put spread",
    /// More sold than bought, of one kind and expiry.
    RatioSpread = "ratio spread",
    /// More bought than sold, of one kind and expiry.
    BackSpread = "back spread",
    /// Call and put bought at one strike.
    LongStraddle = "long straddle",
    /// Call and put sold at one strike.
    ShortStraddle = "short straddle",
    /// Put and higher call bought.
    LongStrangle = "long strangle",
    /// Put and higher call sold.
    ShortStrangle = "short strangle",
    /// Put and lower call bought.
    LongGuts = "long guts",
    /// Put and lower call sold.
    ShortGuts = "short guts",
    /// Call bought, put sold at one strike.
    SyntheticLong = "synthetic long",
    /// Call sold, put bought at one strike.
    SyntheticShort = "synthetic short",
    /// Call bought, put sold at another strike.
    BullRiskReversal = "bull risk reversal",
    /// Call sold, put bought at another strike.
    BearRiskReversal = "bear risk reversal",
    /// Near option sold, far one bought at one strike.
    LongCalendar = "long calendar",
    /// Near option bought, far one sold at one strike.
    ShortCalendar = "short calendar",
    /// Near option sold, far one bought at another strike.
    LongDiagonal = "long diagonal",
    /// Near option bought, far one sold at another strike.
    ShortDiagonal = "short diagonal",
    /// Wings bought, body sold twice, of one kind, at equal distances.
    LongButterfly = "long butterfly",
    /// Wings sold, body bought twice, of one kind, at equal distances.
    ShortButterfly = "short butterfly",
    /// A butterfly with wings of unequal width.
    BrokenWingButterfly = "broken-wing butterfly",
    /// Outer strikes bought, two inner sold, of one kind.
    LongCondor = "long condor",
    /// Outer strikes sold, two inner bought, of one kind.
    ShortCondor = "short condor",
    /// Put and call sold, wings bought.
    IronCondor = "iron condor",
    /// Put and call bought, wings sold.
    ReverseIronCondor = "reverse iron condor",
    /// An iron condor whose inner strikes are one.
    IronButterfly = "iron butterfly",
    /// A reverse iron condor whose inner strikes are one.
    ReverseIronButterfly = "reverse iron butterfly",
    /// Bull call spread and bear put spread at the same strikes.
    LongBox = "long box",
    /// Bear call spread and bull put spread at the same strikes.
    ShortBox = "short box",
    /// None of these.
    Custom = "custom",
}

/// Equal up to the rounding of sums.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}

fn of_two(bought: bool, long: Shape, short: Shape) -> Shape {
    if bought { long } else { short }
}

impl Strategy {
    /// The name of this strategy after duplicates are added up and opposites cancelled.
    /// Premiums do not matter, the order of the legs neither.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let Net { options, shares } = self.net(|_| 0.0);
        match options.as_slice() {
            [] if shares == 0.0 => Shape::Flat,
            [] => of_two(shares > 0.0, Shape::LongShares, Shape::ShortShares),
            [option] => one(option, shares),
            [a, b] if shares != 0.0 => hedged_twice(a, b, shares),
            _ if shares != 0.0 => Shape::Custom,
            [a, b] if a.kind == b.kind => two_of_a_kind(a, b),
            [call, put] => call_and_put(call, put),
            [a, b, c] => butterfly(a, b, c),
            [a, b, c, d] => four([a, b, c, d]),
            _ => Shape::Custom,
        }
    }
}

fn one(option: &NetOption, shares: f64) -> Shape {
    let bought = option.units > 0.0;
    if shares == 0.0 {
        return match option.kind {
            Call => of_two(bought, Shape::LongCall, Shape::ShortCall),
            Put => of_two(bought, Shape::LongPut, Shape::ShortPut),
        };
    }
    if !same(option.units.abs(), shares.abs()) {
        return Shape::Custom;
    }
    match (shares > 0.0, option.kind, bought) {
        (true, Call, false) => Shape::CoveredCall,
        (true, Put, true) => Shape::ProtectivePut,
        (false, Put, false) => Shape::CoveredPut,
        (false, Call, true) => Shape::ProtectiveCall,
        _ => Shape::Custom,
    }
}

/// Shares with a call and a put.
fn hedged_twice(call: &NetOption, put: &NetOption, shares: f64) -> Shape {
    let hedge = call.kind == Call && put.kind == Put && same(call.units, -shares) && same(put.units, shares);
    let together = call.years == put.years;
    match (hedge, shares > 0.0) {
        (true, true) if call.strike == put.strike && together => Shape::Conversion,
        (true, true) if call.strike > put.strike => Shape::Collar,
        (true, false) if call.strike == put.strike && together => Shape::ReverseConversion,
        _ => Shape::Custom,
    }
}

/// `a` has the lower strike, or the earlier expiry at the same.
fn two_of_a_kind(a: &NetOption, b: &NetOption) -> Shape {
    if (a.units > 0.0) == (b.units > 0.0) {
        return Shape::Custom;
    }
    if a.years != b.years {
        let far = if a.years > b.years { a } else { b };
        return match (same(a.units, -b.units), a.strike == b.strike) {
            (false, _) => Shape::Custom,
            (true, true) => of_two(far.units > 0.0, Shape::LongCalendar, Shape::ShortCalendar),
            (true, false) => of_two(far.units > 0.0, Shape::LongDiagonal, Shape::ShortDiagonal),
        };
    }
    if !same(a.units, -b.units) {
        return of_two(a.units + b.units > 0.0, Shape::BackSpread, Shape::RatioSpread);
    }
    match a.kind {
        Call => of_two(a.units > 0.0, Shape::BullCallSpread, Shape::BearCallSpread),
        Put => of_two(a.units > 0.0, Shape::BullPutSpread, Shape::BearPutSpread),
    }
}

fn call_and_put(call: &NetOption, put: &NetOption) -> Shape {
    if call.years != put.years || !same(call.units.abs(), put.units.abs()) {
        return Shape::Custom;
    }
    let bought = call.units > 0.0;
    let together = bought == (put.units > 0.0);
    match (together, call.strike.total_cmp(&put.strike)) {
        (true, std::cmp::Ordering::Equal) => of_two(bought, Shape::LongStraddle, Shape::ShortStraddle),
        (true, std::cmp::Ordering::Greater) => of_two(bought, Shape::LongStrangle, Shape::ShortStrangle),
        (true, std::cmp::Ordering::Less) => of_two(bought, Shape::LongGuts, Shape::ShortGuts),
        (false, std::cmp::Ordering::Equal) => of_two(bought, Shape::SyntheticLong, Shape::SyntheticShort),
        (false, _) => of_two(bought, Shape::BullRiskReversal, Shape::BearRiskReversal),
    }
}

fn together(options: &[&NetOption]) -> bool {
    options.windows(2).all(|pair| matches!(pair, [a, b] if a.years == b.years))
}

fn butterfly(low: &NetOption, body: &NetOption, high: &NetOption) -> Shape {
    let one_kind = low.kind == body.kind && body.kind == high.kind;
    let sizes = same(low.units, high.units) && same(body.units, -2.0 * low.units);
    if !(one_kind && sizes && together(&[low, body, high])) {
        return Shape::Custom;
    }
    if same(body.strike - low.strike, high.strike - body.strike) {
        of_two(low.units > 0.0, Shape::LongButterfly, Shape::ShortButterfly)
    } else {
        Shape::BrokenWingButterfly
    }
}

fn four(options: [&NetOption; 4]) -> Shape {
    let [a, b, c, d] = options;
    let size = a.units;
    let signs = options.map(|option| option.units / size);
    let sizes = signs.iter().all(|sign| same(sign.abs(), 1.0));
    if !(together(&options) && sizes) {
        return Shape::Custom;
    }
    let kinds: [OptionType; 4] = options.map(|option| option.kind);
    let alternate = signs.map(|sign| sign > 0.0) == [true, false, false, true];
    if kinds == [a.kind; 4] {
        return if alternate { of_two(size > 0.0, Shape::LongCondor, Shape::ShortCondor) } else { Shape::Custom };
    }
    if kinds != [Call, Call, Put, Put] {
        return Shape::Custom;
    }
    // Low call, high call, low put, high put.
    if alternate && a.strike == c.strike && b.strike == d.strike {
        return of_two(size > 0.0, Shape::LongBox, Shape::ShortBox);
    }
    // The low call and the high put, which lie inside, against the wings.
    match (alternate, d.strike.total_cmp(&a.strike)) {
        (true, std::cmp::Ordering::Less) => of_two(size > 0.0, Shape::ReverseIronCondor, Shape::IronCondor),
        (true, std::cmp::Ordering::Equal) => of_two(size > 0.0, Shape::ReverseIronButterfly, Shape::IronButterfly),
        _ => Shape::Custom,
    }
}
