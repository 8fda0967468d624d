//! Which core a worker sleeps and wakes on.
//!
//! Some schedulers wake a thread on the core of whoever woke it, though another
//! core is idle, and leave both there until a tick, milliseconds later. So a
//! worker sleeps with that core left out of its affinity, which makes the system
//! wake it elsewhere, and has its whole affinity back as soon as it is up. One
//! that wakes on its caller's core all the same moves over. Nobody is pinned
//! while there is work. Measured on two cores, 500 us of work after 3 ms of rest,
//! as a part of serial: 1.02 without, 0.71 moving over, 0.65 sleeping elsewhere.

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::Cell;

    const SIZE: usize = size_of::<libc::cpu_set_t>();

    thread_local! {
        /// This worker's whole affinity, and what is left of it, while a core is
        /// left out.
        static LEFT_OUT: Cell<Option<[libc::cpu_set_t; 2]>> = const { Cell::new(None) };
    }

    /// The core that this thread is on; `None` if the system does not tell.
    pub(crate) fn core() -> Option<usize> {
        // SAFETY: no preconditions.
        usize::try_from(unsafe { libc::sched_getcpu() }).ok()
    }

    /// Leaves `core` out of this thread's affinity, unless it is the only one
    /// there; the thread moves if it is on it.
    fn leave_out(core: usize) {
        if core >= 8 * SIZE {
            return;
        }
        let Some(whole) = get() else { return };
        let mut others = whole;
        // SAFETY: `core` is below the size of the set; checked above.
        unsafe { libc::CPU_CLR(core, &mut others) };
        // An empty set is refused and changes nothing.
        if set(&others) {
            LEFT_OUT.set(Some([whole, others]));
        }
    }

    fn get() -> Option<libc::cpu_set_t> {
        // SAFETY: an array of integers, for which zero is a value.
        let mut affinity: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        // SAFETY: writes at most `SIZE` bytes to a set of that size; 0 is this thread.
        let got = unsafe { libc::sched_getaffinity(0, SIZE, &raw mut affinity) } == 0;
        got.then_some(affinity)
    }

    fn set(affinity: &libc::cpu_set_t) -> bool {
        // SAFETY: reads a set; 0 is this thread.
        unsafe { libc::sched_setaffinity(0, SIZE, affinity) == 0 }
    }

    /// Undoes `leave_out`, unless somebody has changed the affinity since.
    fn put_back() {
        if let Some([whole, others]) = LEFT_OUT.take() {
            // SAFETY: two sets.
            let unchanged = |now| unsafe { libc::CPU_EQUAL(&now, &others) };
            if get().is_some_and(unchanged) {
                set(&whole);
            }
        }
    }

    /// For a worker that was woken by a caller on `core`.
    pub(crate) fn wake(core: Option<usize>) {
        put_back();
        if let Some(core) = core.filter(|_| self::core() == core) {
            leave_out(core);
            put_back();
        }
    }

    /// For a worker about to sleep that was last woken by a caller on `core`.
    pub(crate) fn sleep(core: Option<usize>) {
        core.into_iter().for_each(leave_out);
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// The cores that this thread may use.
        fn affinity() -> Vec<usize> {
            let set = get().expect("an affinity");
            // SAFETY: cores below the size of the set.
            (0..8 * SIZE).filter(|&core| unsafe { libc::CPU_ISSET(core, &set) }).collect()
        }

        #[test]
        fn a_worker_sleeps_elsewhere_and_wakes_with_its_whole_affinity() {
            let before = affinity();
            for _ in 0..50 {
                let here = core().expect("a core");
                sleep(Some(here));
                if before.len() > 1 {
                    assert!(!affinity().contains(&here) && core() != Some(here));
                    assert_eq!(affinity().len(), before.len() - 1);
                }
                wake(core());
                assert_eq!(affinity(), before);
                wake(None);
                assert_eq!(affinity(), before);
            }
            sleep(Some(usize::MAX));
            assert_eq!(affinity(), before);
            // What somebody else sets meanwhile stays.
            if let [one, _, ..] = before[..] {
                let whole = get().expect("an affinity");
                sleep(Some(one));
                // SAFETY: integers; a core below the size of the set.
                let mut only: libc::cpu_set_t = unsafe { std::mem::zeroed() };
                // SAFETY: the same.
                unsafe { libc::CPU_SET(one, &mut only) };
                assert!(set(&only));
                wake(None);
                assert_eq!(affinity(), [one]);
                assert!(set(&whole));
            }
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{core, sleep, wake};

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    pub(crate) fn core() -> Option<usize> {
        None
    }
    pub(crate) fn wake(_core: Option<usize>) {}
    pub(crate) fn sleep(_core: Option<usize>) {}
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{core, sleep, wake};
