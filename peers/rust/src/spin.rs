//! Whether threads of this process go on working when nobody asks them to.

use std::thread::sleep;
use std::time::Duration;

/// Looks for two milliseconds, beginning when threads that merely look around for
/// more work have gone to sleep. To be called after a peer's call.
pub(crate) fn goes_on() -> bool {
    sleep(Duration::from_millis(2));
    let Some(before) = cpu_ns() else { return false };
    sleep(Duration::from_millis(2));
    cpu_ns().is_some_and(|after| after - before > 1_000_000)
}

/// CPU time that this process has used, if the system tells it.
#[cfg(unix)]
fn cpu_ns() -> Option<i64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is written to a place of our own.
    let told = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    (told == 0).then_some(time.tv_sec * 1_000_000_000 + time.tv_nsec)
}

#[cfg(not(unix))]
fn cpu_ns() -> Option<i64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn a_thread_that_spins_is_seen() {
        use std::sync::atomic::{AtomicBool, Ordering};
        static DONE: AtomicBool = AtomicBool::new(false);
        let spinner = std::thread::spawn(|| {
            while !DONE.load(Ordering::Relaxed) {
                std::hint::spin_loop();
            }
        });
        let seen = (0..10).any(|_| super::goes_on());
        DONE.store(true, Ordering::Relaxed);
        spinner.join().unwrap();
        assert!(seen);
    }
}
