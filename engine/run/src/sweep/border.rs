//! The border of a cell: a panic inside becomes a message, and the sweep goes on.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// On a thread of a sweep: what the last panic said.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
    static INSIDE: RefCell<bool> = const { RefCell::new(false) };
}

/// Runs work; a panic gives its message and place instead of printing them.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !INSIDE.with(|inside| *inside.borrow()) {
                return before(info);
            }
            let place = info.location().map_or(String::new(), |l| {
                let file = l.file().rsplit(['/', '\\']).next().unwrap_or_default();
                format!(" ({file}:{})", l.line())
            });
            let text = info.payload_as_str().unwrap_or("stopped without a message");
            SAID.with(|said| *said.borrow_mut() = Some(format!("{text}{place}")));
        }));
    });
    INSIDE.with(|inside| *inside.borrow_mut() = true);
    let done = catch_unwind(AssertUnwindSafe(work));
    INSIDE.with(|inside| *inside.borrow_mut() = false);
    done.map_err(|_| SAID.with(|said| said.borrow_mut().take()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_message() {
        assert_eq!(guard(|| 3), Ok(3));
        let numbers: Vec<i32> = Vec::new();
        let said = guard(|| numbers[0]).expect_err("no such index");
        assert!(said.starts_with("index out of bounds: the len is 0 but the index is 0 (border.rs:"), "{said}");
    }
}
