//! The board of open jobs, and the bells that call helpers to it.
//!
//! A bell is a rayon job that carries no job of ours: whoever it wakes takes any
//! open job with room, rings for more helpers if room remains, goes on to the
//! next job, and looks for work a little longer before it sleeps. Helper jobs
//! that carried the job piled up instead: 200,000 runs on a busy pool left
//! 400,000 of them behind.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::job::Job;
use super::place;
use crate::tuning;

/// Open jobs of one pool, and who is up to take them.
#[derive(Default)]
pub(crate) struct Board {
    jobs: Mutex<VecDeque<Entry>>,
    /// Jobs on the board: polled without the lock.
    open: AtomicUsize,
    /// Workers that are up: in a job or looking for one.
    up: AtomicUsize,
    /// Workers that look for a job.
    looking: AtomicUsize,
    /// Bells rung and not yet heard.
    bells: AtomicUsize,
    /// Most bells that may ring unheard, and most workers up before one that
    /// finds nothing goes back to sleep at once.
    max_bells: usize,
    max_up: usize,
    /// The core that the latest bell was rung on by a caller, and one; 0: unknown.
    rung_on: AtomicUsize,
    thrift: Thrift,
}

struct Entry {
    job: Arc<Job>,
    /// Helpers that may still join.
    seats: usize,
}

impl Board {
    pub(crate) fn new(threads: usize) -> Self {
        // The caller has a core too: one worker fewer than cores may spin.
        let max_up = threads.min(tuning::cores()).saturating_sub(1).max(1);
        Self { max_bells: 2 * threads, max_up, ..Self::default() }
    }

    fn jobs(&self) -> Guard<'_> {
        Guard::new(self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether work of `cost_ns` is worth sharing now: whoever is up and looking
    /// costs little, sleepers must be worth their waking.
    pub(crate) fn worth(&self, cost_ns: f64) -> bool {
        self.looking.load(Ordering::Relaxed) > 0
            || cost_ns >= tuning::ASLEEP_MIN_NS
            || self.thrift.worth_waking(cost_ns)
    }

    /// Puts a job up with room for `seats` helpers, and says how many bells to
    /// ring for it.
    pub(crate) fn post(&self, job: Arc<Job>, seats: usize, cost_ns: f64) -> usize {
        let mut jobs = self.jobs();
        jobs.push_back(Entry { job, seats });
        self.open.store(jobs.len(), Ordering::Release);
        drop(jobs);
        // With the fence in `look`: either this sees that the last one has stopped
        // looking, or that one sees the job.
        fence(Ordering::SeqCst);
        let looking = self.looking.load(Ordering::Relaxed);
        // A bell costs the caller 14 us: those who look are enough for small work.
        if looking > 0 && cost_ns < tuning::ASLEEP_MIN_NS {
            0
        } else {
            seats.saturating_sub(looking).min(2)
        }
    }

    /// Takes a job down, if it is still up.
    pub(crate) fn take_down(&self, job: &Arc<Job>) {
        let mut jobs = self.jobs();
        if let Some(i) = jobs.iter().position(|entry| Arc::ptr_eq(&entry.job, job)) {
            jobs.remove(i);
            self.open.store(jobs.len(), Ordering::Release);
        }
    }

    /// A seat in the oldest job that has room and something to claim, and
    /// whether room remains anywhere.
    fn take_seat(&self) -> Option<(Arc<Job>, bool)> {
        if self.open.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut jobs = self.jobs();
        let mut taken = None;
        while let Some(entry) = jobs.front_mut() {
            if entry.job.claims().exhausted() {
                jobs.pop_front();
                continue;
            }
            if taken.is_some() {
                break;
            }
            taken = Some(Arc::clone(&entry.job));
            entry.seats -= 1;
            if entry.seats == 0 {
                jobs.pop_front();
            }
        }
        self.open.store(jobs.len(), Ordering::Release);
        taken.map(|job| (job, !jobs.is_empty()))
    }

    /// Whether another bell may be rung; the ringer then must ring it.
    pub(crate) fn lift_bell(&self) -> bool {
        let lifted = self.bells.fetch_add(1, Ordering::Relaxed) < self.max_bells;
        if !lifted {
            self.bells.fetch_sub(1, Ordering::Relaxed);
        }
        lifted
    }

    /// Notes the core of a caller that is about to ring; says whether it is
    /// another than the one that sleepers keep away from.
    pub(crate) fn note_core(&self) -> bool {
        let core = place::core().map_or(0, |core| core + 1);
        self.rung_on.swap(core, Ordering::Relaxed) != core
    }

    /// What a worker does when it hears a bell. `ring` rings one more.
    pub(crate) fn serve(&self, ring: impl Fn()) {
        self.bells.fetch_sub(1, Ordering::Relaxed);
        self.up.fetch_add(1, Ordering::Relaxed);
        place::wake(self.rung_on());
        self.work(ring);
        place::sleep(self.rung_on());
    }

    fn rung_on(&self) -> Option<usize> {
        self.rung_on.load(Ordering::Relaxed).checked_sub(1)
    }

    /// Jobs, and looks for more, until there have been none for a while.
    fn work(&self, ring: impl Fn()) {
        loop {
            while let Some((job, room)) = self.take_seat() {
                if room {
                    ring();
                    ring();
                }
                job.help();
            }
            if self.too_many_up() {
                return;
            }
            if !self.look() {
                self.up.fetch_sub(1, Ordering::Relaxed);
                return;
            }
        }
    }

    /// Leaves the workers that are up, if they are more than there are cores.
    fn too_many_up(&self) -> bool {
        let leave = |up| (up > self.max_up).then(|| up - 1);
        self.up.fetch_update(Ordering::Relaxed, Ordering::Relaxed, leave).is_ok()
    }

    /// Looks for an open job for a while: a call that follows soon finds a helper
    /// awake.
    fn look(&self) -> bool {
        self.looking.fetch_add(1, Ordering::Relaxed);
        let end = Instant::now() + Duration::from_nanos(tuning::LOOK_NS);
        let mut found = false;
        'looking: while Instant::now() < end {
            for _ in 0..tuning::LOOKS_PER_YIELD {
                if self.open.load(Ordering::Relaxed) > 0 {
                    found = true;
                    break 'looking;
                }
                std::hint::spin_loop();
            }
            std::thread::yield_now();
        }
        self.looking.fetch_sub(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        found || self.open.load(Ordering::Relaxed) > 0
    }
}

/// Decides when small calls that follow each other closely are worth a wake that
/// none of them is worth alone, as one rents skis until the rent has reached the
/// price. Races lose a little rent and nothing else.
struct Thrift {
    origin: Instant,
    /// When the latest such call will have ended, in ns after `origin`.
    end: AtomicU64,
    /// Work of the calls so far, in ns, with gaps shorter than helpers look.
    rent: AtomicU64,
}

impl Default for Thrift {
    fn default() -> Self {
        Self { origin: Instant::now(), end: AtomicU64::new(0), rent: AtomicU64::new(0) }
    }
}

impl Thrift {
    fn worth_waking(&self, cost_ns: f64) -> bool {
        let now = self.origin.elapsed().as_nanos() as u64;
        let cost = cost_ns as u64;
        let close = now < self.end.load(Ordering::Relaxed) + tuning::LOOK_NS / 2;
        self.end.store(now + cost, Ordering::Relaxed);
        let rent = if close { self.rent.load(Ordering::Relaxed) } else { 0 } + cost;
        let buy = rent as f64 >= tuning::ASLEEP_MIN_NS;
        self.rent.store(if buy { 0 } else { rent }, Ordering::Relaxed);
        buy
    }
}

/// The board's lock. In debug builds it counts how deep this thread is in locks
/// of ours, so that a run can assert that none is held while a user's code runs.
struct Guard<'a> {
    jobs: MutexGuard<'a, VecDeque<Entry>>,
}

#[cfg(debug_assertions)]
thread_local! {
    static LOCKS_HELD: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Asserts, in debug builds, that this thread holds no lock of ours.
#[inline]
pub(crate) fn assert_no_lock_held() {
    #[cfg(debug_assertions)]
    assert_eq!(LOCKS_HELD.get(), 0, "a lock of the pool is held while user code runs");
}

impl<'a> Guard<'a> {
    fn new(jobs: MutexGuard<'a, VecDeque<Entry>>) -> Self {
        #[cfg(debug_assertions)]
        LOCKS_HELD.set(LOCKS_HELD.get() + 1);
        Self { jobs }
    }
}

#[cfg(debug_assertions)]
impl Drop for Guard<'_> {
    fn drop(&mut self) {
        LOCKS_HELD.set(LOCKS_HELD.get() - 1);
    }
}

impl std::ops::Deref for Guard<'_> {
    type Target = VecDeque<Entry>;
    fn deref(&self) -> &Self::Target {
        &self.jobs
    }
}

impl std::ops::DerefMut for Guard<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.jobs
    }
}
