//! Ctrl-C and SIGTERM: the first asks the work to stop, the second ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Exit code after SIGINT, as shells give it: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The exit code of the next signal.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC, tokio::signal::windows::CtrlShutdown);

#[cfg(windows)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_shutdown};
        Ok(Self(ctrl_c()?, ctrl_shutdown()?))
    }

    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.0.recv() => INTERRUPTED,
            _ = self.1.recv() => TERMINATED,
        }
    }
}

/// Whether the user asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    stop: Arc<AtomicBool>,
    code: Arc<AtomicU8>,
}

impl Interrupt {
    /// Listens from now on; where the system does not let it, signals end the
    /// program as they always do.
    pub(crate) fn listen() -> Self {
        let interrupt = Self::default();
        let (stop, code) = (interrupt.stop.clone(), interrupt.code.clone());
        let (ready, listening) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
            runtime.block_on(async {
                let Ok(mut signals) = Signals::new() else { return };
                let _ = ready.send(());
                loop {
                    let found = signals.next().await;
                    code.store(found, Ordering::Relaxed);
                    if stop.swap(true, Ordering::Relaxed) {
                        std::process::exit(i32::from(found));
                    }
                }
            });
        });
        // Work begins once signals are caught, or cannot be.
        let _ = listening.recv();
        interrupt
    }

    /// Set when the user asked to stop.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// The exit code that says so; `None` when nobody asked.
    pub(crate) fn code(&self) -> Option<u8> {
        self.stop.load(Ordering::Relaxed).then(|| self.code.load(Ordering::Relaxed))
    }
}
