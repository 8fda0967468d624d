//! A test that hangs must fail.

use std::sync::mpsc;
use std::time::Duration;

/// Runs `f` on a thread of its own and gives what it gives. After `seconds` the
/// process is ended: what hangs cannot be unwound.
pub fn watchdog<R: Send + 'static>(seconds: u64, f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let result = f();
        let _ = done.send(());
        result
    });
    if wait.recv_timeout(Duration::from_secs(seconds)) == Err(mpsc::RecvTimeoutError::Timeout) {
        eprintln!("watchdog: still running after {seconds} s");
        std::process::abort();
    }
    match thread.join() {
        Ok(result) => result,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}
