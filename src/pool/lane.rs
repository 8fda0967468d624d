//! Threads beside the compute threads: as many as there is work for, up to a bound,
//! each gone after a while without any. They may block: reading and writing files.

use std::cell::Cell;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::queue::Queue;
use super::task::Run;
use super::{engine, fp};
use crate::tuning;

pub(crate) struct Lane {
    pub(crate) queue: Arc<Queue>,
    crew: Mutex<Crew>,
    /// Rung when there is a task, when the lane closes, and then when a thread ends.
    bell: Condvar,
    max: usize,
    name: &'static str,
}

#[derive(Default)]
struct Crew {
    threads: usize,
    /// Threads that wait for a task.
    idle: usize,
    closed: bool,
}

thread_local! {
    /// The lane that this thread belongs to.
    static OF: Cell<*const Lane> = const { Cell::new(std::ptr::null()) };
}

impl Lane {
    /// A lane of at most `max` threads, of which it has none yet.
    pub(crate) fn new(max: usize, name: &'static str) -> Arc<Self> {
        let (queue, crew, bell) = Default::default();
        Arc::new(Self { queue, crew, bell, max, name })
    }

    fn crew(&self) -> MutexGuard<'_, Crew> {
        self.crew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `task` run by a thread of the lane, a new one if none is idle. If there is
    /// no thread and none can be had, this one does what is queued.
    pub(crate) fn submit(self: &Arc<Self>, task: Arc<dyn Run>) {
        self.queue.push(task);
        let mut crew = self.crew();
        if self.queue.len() <= crew.idle || crew.threads >= self.max {
            // Who is not idle looks at the queue before it waits.
            let idle = crew.idle > 0;
            drop(crew);
            if idle {
                self.bell.notify_one();
            }
            return;
        }
        crew.threads += 1;
        drop(crew);
        let lane = Arc::clone(self);
        if engine::start_thread(self.name, move || lane.work()).is_ok() {
            return;
        }
        let mut crew = self.crew();
        crew.threads -= 1;
        let none = crew.threads == 0;
        drop(crew);
        while none && let Some((task, _)) = self.queue.pop() {
            task.run(None);
        }
    }

    /// What a thread of the lane does.
    fn work(&self) {
        OF.set(self);
        std::mem::forget(fp::default_modes());
        let rest = Duration::from_millis(tuning::LANE_IDLE_MS);
        let mut idle_since = Instant::now();
        let mut crew = self.crew();
        loop {
            if !self.queue.is_empty() {
                drop(crew);
                if let Some((task, _)) = self.queue.pop() {
                    task.run(None);
                }
                idle_since = Instant::now();
                crew = self.crew();
                continue;
            }
            let left = rest.saturating_sub(idle_since.elapsed());
            if crew.closed || left.is_zero() {
                break;
            }
            crew.idle += 1;
            crew = self.bell.wait_timeout(crew, left).unwrap_or_else(PoisonError::into_inner).0;
            crew.idle -= 1;
        }
        crew.threads -= 1;
        let closed = crew.closed;
        drop(crew);
        if closed {
            self.bell.notify_all();
        }
    }

    /// Ends the threads, which have nothing left to do, and waits for them, unless
    /// this is one of them.
    pub(crate) fn close(&self) {
        let mut crew = self.crew();
        crew.closed = true;
        self.bell.notify_all();
        while crew.threads > 0 && !std::ptr::eq(OF.get(), self) {
            crew = self.bell.wait(crew).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
