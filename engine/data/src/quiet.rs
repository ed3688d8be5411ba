//! Running code that may panic without a word on standard error.
//!
//! The Parquet decoder gives up on some damaged files by a panic, which its caller
//! turns into an error. The report that Rust prints for every panic would then
//! stand above the one clear message. Only panics inside [`silently`], on the same
//! thread, are kept quiet; every other goes the way it went before.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Runs `work`; the report of a panic inside it is not printed. The panic itself
/// goes on: catch it inside `work`.
pub(crate) fn silently<T>(work: impl FnOnce() -> T) -> T {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    QUIET.set(true);
    let result = work();
    QUIET.set(false);
    result
}
