//! A progress bar on standard error, for work over a second at a terminal.

use std::io::IsTerminal;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Work shorter than this shows nothing.
const SILENT: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// Steps of a task; the bar goes away when this is dropped.
pub(crate) struct Progress {
    steps: Option<mpsc::Sender<&'static str>>,
    thread: Option<JoinHandle<()>>,
    done: u64,
}

impl Progress {
    /// A task of at most `steps` steps.
    pub(crate) fn of(steps: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { steps: None, thread: None, done: 0 };
        }
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || watch(&receiver, steps));
        Self { steps: Some(sender), thread: Some(thread), done: 0 }
    }

    /// The next step begins.
    pub(crate) fn step(&mut self, text: &'static str) {
        self.done += 1;
        if let Some(steps) = &self.steps {
            // The watcher only ends after this sender.
            let _ = steps.send(text);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.steps = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn watch(steps: &mpsc::Receiver<&'static str>, total: u64) {
    let began = std::time::Instant::now();
    let (mut text, mut done) = ("", 0_u64);
    loop {
        let left = SILENT.saturating_sub(began.elapsed());
        match steps.recv_timeout(left) {
            Ok(next) => (text, done) = (next, done + 1),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg} {pos}/{len}") {
        bar.set_style(style);
    }
    loop {
        bar.set_message(text);
        bar.set_position(done);
        bar.tick();
        match steps.recv_timeout(TICK) {
            Ok(next) => (text, done) = (next, done + 1),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    bar.finish_and_clear();
}
