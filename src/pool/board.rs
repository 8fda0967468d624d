//! The board of open jobs and queued tasks, and the bells that call workers to it.
//!
//! A bell is a rayon job that carries no job of ours: whoever it wakes takes any
//! open job with room, rings for more helpers if room remains, goes on to the
//! next job, and looks for work a little longer before it sleeps. Helper jobs
//! that carried the job piled up instead: 200,000 runs on a busy pool left
//! 400,000 of them behind.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::context::Stop;
use super::gate::Gate;
use super::job::Job;
use super::place;
use super::queue::Queue;
use super::task::Run;
use crate::tuning;

/// Open jobs and queued tasks of one pool, and who is up to take them.
pub(crate) struct Board {
    jobs: Mutex<VecDeque<Entry>>,
    tasks: Arc<Queue>,
    /// The tasks that have not ended.
    gate: Gate,
    /// The stop condition of all tasks, alone in a list.
    roots: Arc<[Arc<Stop>]>,
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
    threads: usize,
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
        Self {
            jobs: Mutex::default(),
            tasks: Arc::default(),
            gate: Gate::new(),
            roots: Arc::new([Arc::default()]),
            open: AtomicUsize::new(0),
            up: AtomicUsize::new(0),
            looking: AtomicUsize::new(0),
            bells: AtomicUsize::new(0),
            max_bells: 2 * threads,
            max_up,
            threads,
            rung_on: AtomicUsize::new(0),
            thrift: Thrift::default(),
        }
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn roots(&self) -> &Arc<[Arc<Stop>]> {
        &self.roots
    }

    pub(crate) fn tasks(&self) -> &Arc<Queue> {
        &self.tasks
    }

    fn jobs(&self) -> Guard<'_, VecDeque<Entry>> {
        Guard::lock(&self.jobs)
    }

    /// Queues a task; says whether to ring a bell for it.
    pub(crate) fn enqueue(&self, task: Arc<dyn Run>) -> bool {
        self.tasks.push(task);
        self.wants_bell()
    }

    /// Whether a queued task needs somebody woken. Nobody does if a worker looks for
    /// work, or if as many are up or being woken as there are: each of these looks
    /// at the queue once more before it sleeps, after it no longer counts.
    fn wants_bell(&self) -> bool {
        fence(Ordering::SeqCst);
        self.looking.load(Ordering::Relaxed) == 0
            && self.bells.load(Ordering::Relaxed) + self.up.load(Ordering::Relaxed) < self.threads
    }

    /// Whether there are open jobs enough for everybody who might come.
    pub(crate) fn is_full(&self) -> bool {
        self.open.load(Ordering::Relaxed) >= 2 * self.threads
    }

    /// Whether work of `cost_ns` is worth sharing now: whoever is up and looking
    /// costs little, sleepers must be worth their waking.
    pub(crate) fn worth(&self, cost_ns: f64) -> bool {
        self.looking.load(Ordering::Relaxed) > 0
            || cost_ns >= tuning::ASLEEP_MIN_NS
            || self.thrift.worth_waking(cost_ns)
    }

    /// A call that was not worth sharing has ended.
    pub(crate) fn went_alone(&self) {
        self.thrift.ended();
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
        // Of runs inside runs the innermost, last to come, is the first to go.
        if let Some(i) = jobs.iter().rposition(|entry| Arc::ptr_eq(&entry.job, job)) {
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

    /// What a worker does when it hears a bell. `ring` rings one more; `call_all`
    /// has every worker `answer`.
    ///
    /// A closure that calls rayon itself may wait on our worker, and such a wait
    /// hears bells: it must not start anything on top of that closure.
    pub(crate) fn serve(&self, ring: impl Fn(), call_all: impl Fn()) {
        self.bells.fetch_sub(1, Ordering::Relaxed);
        if SERVING.get() {
            if !self.tasks.is_empty() && self.wants_bell() {
                call_all();
            }
            return;
        }
        self.answer(ring);
    }

    /// Works for as long as there is work, unless this worker does already.
    pub(crate) fn answer(&self, ring: impl Fn()) {
        if SERVING.replace(true) {
            return;
        }
        self.up.fetch_add(1, Ordering::Relaxed);
        place::wake(self.rung_on());
        self.work(ring);
        place::sleep(self.rung_on());
        SERVING.set(false);
    }

    fn rung_on(&self) -> Option<usize> {
        self.rung_on.load(Ordering::Relaxed).checked_sub(1)
    }

    /// Jobs and tasks, and looks for more, until there have been none for a while.
    fn work(&self, ring: impl Fn()) {
        loop {
            while self.run_a_task(&ring) || self.help_a_job(&ring) {}
            if self.too_many_up() {
                // No longer counted.
            } else if self.look() {
                continue;
            } else {
                self.up.fetch_sub(1, Ordering::Relaxed);
            }
            fence(Ordering::SeqCst);
            if self.tasks.is_empty() {
                return;
            }
            self.up.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn help_a_job(&self, ring: &impl Fn()) -> bool {
        let Some((job, room)) = self.take_seat() else { return false };
        if room {
            ring();
            ring();
        } else if !self.tasks.is_empty() && self.wants_bell() {
            ring();
        }
        job.help();
        if self.has_tasks() {
            self.give_up_seat(job);
        }
        true
    }

    /// Whether a task waits for a worker: helpers leave their jobs for it.
    #[inline]
    pub(crate) fn has_tasks(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Makes room in a job that a helper has left before its end.
    fn give_up_seat(&self, job: Arc<Job>) {
        let mut jobs = self.jobs();
        if job.claims().exhausted() {
            return;
        }
        match jobs.iter_mut().find(|entry| Arc::ptr_eq(&entry.job, &job)) {
            Some(entry) => entry.seats += 1,
            None => jobs.push_front(Entry { job, seats: 1 }),
        }
        self.open.store(jobs.len(), Ordering::Release);
    }

    fn run_a_task(&self, ring: &impl Fn()) -> bool {
        let Some((task, more)) = self.tasks.pop() else { return false };
        if more && self.wants_bell() {
            ring();
        }
        task.run(None);
        true
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
                if self.open.load(Ordering::Relaxed) > 0 || !self.tasks.is_empty() {
                    found = true;
                    break 'looking;
                }
                std::hint::spin_loop();
            }
            std::thread::yield_now();
        }
        self.looking.fetch_sub(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        found || self.open.load(Ordering::Relaxed) > 0 || !self.tasks.is_empty()
    }
}

/// Decides when small calls that follow each other closely are worth a wake that
/// none of them is worth alone, as one rents skis until the rent has reached the
/// price. Races lose a little rent and nothing else.
struct Thrift {
    origin: Instant,
    /// When the latest such call ended, in ns after `origin`.
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
        let cost = cost_ns as u64;
        let close = self.now() < self.end.load(Ordering::Relaxed) + tuning::LOOK_NS / 2;
        let rent = if close { self.rent.load(Ordering::Relaxed) } else { 0 } + cost;
        let buy = rent as f64 >= tuning::ASLEEP_MIN_NS;
        self.rent.store(if buy { 0 } else { rent }, Ordering::Relaxed);
        buy
    }

    /// To be told at the end: a call may take longer than it was thought to.
    fn ended(&self) {
        self.end.store(self.now(), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }
}

/// A lock of ours. In debug builds it counts how deep this thread is in such locks,
/// so that a run can assert that none is held while a user's code runs.
pub(crate) struct Guard<'a, T> {
    inner: MutexGuard<'a, T>,
}

thread_local! {
    /// Whether this worker is in a job or in a task.
    static SERVING: Cell<bool> = const { Cell::new(false) };
}

#[cfg(debug_assertions)]
thread_local! {
    static LOCKS_HELD: Cell<usize> = const { Cell::new(0) };
}

/// Asserts, in debug builds, that this thread holds no lock of ours.
#[inline]
pub(crate) fn assert_no_lock_held() {
    #[cfg(debug_assertions)]
    assert_eq!(LOCKS_HELD.get(), 0, "a lock of the pool is held while user code runs");
}

impl<'a, T> Guard<'a, T> {
    pub(crate) fn lock(mutex: &'a Mutex<T>) -> Self {
        let inner = mutex.lock().unwrap_or_else(PoisonError::into_inner);
        #[cfg(debug_assertions)]
        LOCKS_HELD.set(LOCKS_HELD.get() + 1);
        Self { inner }
    }
}

#[cfg(debug_assertions)]
impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        LOCKS_HELD.set(LOCKS_HELD.get() - 1);
    }
}

impl<T> std::ops::Deref for Guard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> std::ops::DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}
