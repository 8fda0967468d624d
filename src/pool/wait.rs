//! Waiting for tasks. Who waits takes no work but what it waits for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::board;
use super::context::{self, Progress, Stop};
use super::sync::{relax, tired};
use crate::tuning;

/// Whether a condition that fires ends the waiting, by unwinding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Leaves, as a kernel would.
    Stops,
    /// Stays until the end.
    Stays,
}

/// Waits until `ready` or until `end`; says whether it is ready. `register` is
/// called once before the thread sleeps, and sees to it that the thread is
/// unparked when it may be ready. The progress callback in force here is told how
/// far `task` is.
pub(crate) fn block(
    ready: impl Fn() -> bool,
    register: impl FnOnce(),
    end: Option<Instant>,
    task: Option<&Arc<Stop>>,
    patience: Patience,
) -> bool {
    board::assert_no_lock_held();
    let mut step = 0;
    while !tired(step) {
        if ready() {
            return true;
        }
        relax(step);
        step += 1;
    }
    register();
    context::with(|context| {
        let stops = context::stop_of(context);
        let progress = context.progress.zip(task);
        let mut told = (0, 0);
        while !ready() {
            if let Some(stops) = stops
                && let Some(cut) = stops.fired()
                && patience == Patience::Stops
            {
                context::leave(stops, cut);
            }
            if let Some((progress, task)) = progress {
                // SAFETY: the `Control::run` that set it is on this thread's stack.
                relay(unsafe { &*progress }, task, &mut told);
            }
            let now = Instant::now();
            let poll = (stops.is_some() || progress.is_some())
                .then_some(Duration::from_millis(tuning::WAIT_POLL_MS));
            let left = end.map(|end| end.saturating_duration_since(now));
            match poll.into_iter().chain(left).min() {
                Some(Duration::ZERO) => return ready(),
                Some(pause) => std::thread::park_timeout(pause),
                None => std::thread::park(),
            }
        }
        true
    })
}

/// Tells how far a task is, if that is news.
fn relay(progress: &Progress, task: &Stop, told: &mut (usize, usize)) {
    let now = task.progress();
    if now != *told && now.1 > 0 {
        *told = now;
        progress(now.0, now.1);
    }
}
