//! The primitives that `job` and `handover` are written with. The loom model
//! compiles those two files against loom's own in place of this one.

pub(crate) use std::sync::Mutex;
pub(crate) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
pub(crate) use std::thread::{Thread, current, park};

/// A cell whose accesses the loom model checks.
#[derive(Debug)]
pub(crate) struct Shared<T>(std::cell::UnsafeCell<T>);

impl<T> Shared<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// One step of a spin: cheap at first, later one that lets others run, since the
/// thread waited for may need this very core.
#[inline]
pub(crate) fn relax(step: u32) {
    if step < 64 || !step.is_multiple_of(16) {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

/// Whether a spin of so many steps is long enough to give up and sleep.
#[inline]
pub(crate) fn tired(step: u32) -> bool {
    step >= crate::tuning::SPINS_BEFORE_PARK
}
