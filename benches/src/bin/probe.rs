//! probe
use benches::{input, w1};
use engine_core::kernel::{self, Scratch};
use engine_core::setup::ColumnCache;
use std::time::Instant;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let (_, a) = input::npy(std::path::Path::new(&format!("{dir}/w1_ohlcv.npy"))).unwrap();
    let n = std::env::args().nth(2).and_then(|s| s.parse().ok()).unwrap_or(a.len() / 5);
    let reps: usize = std::env::args().nth(3).and_then(|s| s.parse().ok()).unwrap_or(9);
    let mut c = engine_core::bars::BarColumns::default();
    for i in 0..n {
        c.open_time.push(i as i64 * 60_000_000_000);
        c.close_time.push((i as i64 + 1) * 60_000_000_000);
        c.open.push(a[5 * i]); c.high.push(a[5 * i + 1]); c.low.push(a[5 * i + 2]); c.close.push(a[5 * i + 3]); c.volume.push(a[5 * i + 4]);
    }
    let feed = input::feed(c);
    let bars = &feed.series()[0].bars;
    let options = w1::options();
    let mut scratch = Scratch::default();
    let (mut f, mut o, mut o2) = (vec![], vec![], vec![]);
    for _ in 0..reps {
        let t = Instant::now();
        let r = std::hint::black_box(w1::fused(std::hint::black_box(bars.columns())));
        f.push(t.elapsed().as_secs_f64() / n as f64 * 1e9);
        let t = Instant::now();
        let run = kernel::run_with(&feed, &mut w1::strategy(), &options, &ColumnCache::default(), scratch).unwrap();
        o.push(t.elapsed().as_secs_f64() / n as f64 * 1e9);
        if o.len() == 1 { println!("{r:?} {} {} {:?}", run.fills.len(), run.final_equity, run.equity.last()); }
        scratch = Scratch::from(run);
        let t = Instant::now();
        let run = kernel::run(&feed, &mut w1::strategy(), &options).unwrap();
        o2.push(t.elapsed().as_secs_f64() / n as f64 * 1e9);
        drop(run);
    }
    for (name, mut v) in [("fused", f), ("reused", o), ("fresh", o2)] { v.sort_by(f64::total_cmp); println!("{name} {:.2} ns (min {:.2})", v[v.len() / 2], v[0]); }
    println!("sizes order {} fill {} trade {}", size_of::<engine_core::record::OrderRecord>(), size_of::<engine_core::record::Fill>(), size_of::<engine_core::record::Trade>());
}
