//! How many cores a stretch of work kept busy.

use std::time::{Duration, Instant};

/// Adds up the processor time of all threads of this process, and the wall time.
#[derive(Default)]
pub(crate) struct Meter {
    busy: Duration,
    wall: Duration,
    blind: bool,
}

impl Meter {
    /// Runs `work`; gives what it gives, and the wall time it took.
    pub(crate) fn measure<R>(&mut self, work: impl FnOnce() -> R) -> (R, Duration) {
        let (before, start) = (processor_time(), Instant::now());
        let result = work();
        let wall = start.elapsed();
        match (before, processor_time()) {
            (Some(before), Some(after)) => self.busy += after.saturating_sub(before),
            _ => self.blind = true,
        }
        self.wall += wall;
        (result, wall)
    }

    /// Processor time over wall time, where the system tells.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let told = !self.blind && !self.wall.is_zero();
        told.then(|| self.busy.as_secs_f64() / self.wall.as_secs_f64())
    }
}

/// User and system time of all threads that are alive: Linux tells it in
/// nanoseconds for each. The threads of the pool outlive the measurement.
fn processor_time() -> Option<Duration> {
    let mut sum = Duration::ZERO;
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        sum += Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?);
    }
    Some(sum)
}
