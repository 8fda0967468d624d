//! The threads: one private rayon pool per slot and process generation.
//!
//! Never rayon's global pool nor the caller's: a job in a user's pool can be
//! stolen by a thread that waits in `rayon::join` with a lock held, `spawn` into
//! a pool inherited over a fork can hang, and only threads of ours may spin.

use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::board::Board;
use super::context::{self, StoppedBy};
use super::lane::Lane;
use super::queue::Queue;
use super::task::{Kind, Run};
use super::wait::{Patience, block};
use super::{fork, fp};
use crate::tuning;

/// A place for an engine: made on first use, and anew after a fork. Apart from the
/// counts of the `Arc` around it, which every task writes.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Slot {
    /// Threads wanted; 0: as many as `SWATH_NUM_THREADS` or the machine says.
    threads: usize,
    engine: AtomicPtr<Engine>,
    /// No more tasks, here or in a forked child.
    closed: AtomicBool,
}

/// The slot of whoever has not installed a pool.
pub(crate) static SHARED: Slot = Slot::new(0);

impl Slot {
    pub(crate) const fn new(threads: usize) -> Self {
        let engine = AtomicPtr::new(std::ptr::null_mut());
        Self { threads, engine, closed: AtomicBool::new(false) }
    }

    /// The engine of this process.
    #[inline]
    pub(crate) fn engine(&self) -> &Engine {
        self.present().unwrap_or_else(|| self.make())
    }

    fn present(&self) -> Option<&Engine> {
        // SAFETY: a pointer stored here came from a box and is freed only by the
        // slot's drop.
        let engine = unsafe { self.engine.load(Ordering::Acquire).as_ref() }?;
        (engine.generation == fork::generation()).then_some(engine)
    }

    /// No lock is held meanwhile, so a fork at any point leaves nothing locked.
    /// Of two threads that come at once, one throws its engine away.
    #[cold]
    fn make(&self) -> &Engine {
        fork::watch();
        loop {
            let old = self.engine.load(Ordering::Acquire);
            if let Some(engine) = self.present() {
                return engine;
            }
            let wanted = match self.threads {
                0 => tuning::NUM_THREADS.get().map_or_else(tuning::cores, |n| n as usize),
                n => n,
            };
            let new = Engine::new(wanted.max(1));
            if self.closed.load(Ordering::Acquire) {
                new.board.gate().close();
            }
            let new = Box::into_raw(Box::new(new));
            let swap = self.engine.compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire);
            match swap {
                // An old engine is one from before a fork: forgotten, not freed.
                // SAFETY: just made, and owned by the slot now.
                Ok(_) => return unsafe { &*new },
                // SAFETY: nobody else has seen it.
                Err(_) => drop(unsafe { Box::from_raw(new) }),
            }
        }
    }
}

/// Tasks.
impl Slot {
    /// Takes no more tasks, tells those that there are to stop if `by` says so, and
    /// waits until they have ended, unless this is inside a task.
    pub(crate) fn shut_down(&self, by: Option<StoppedBy>) {
        self.close();
        let Some(engine) = self.present() else { return };
        let board = engine.board();
        if let Some(by) = by {
            board.roots().iter().for_each(|root| root.tell(by));
        }
        self.wait_for_tasks(Patience::Stops);
    }

    /// Takes no more tasks.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        if let Some(engine) = self.present() {
            engine.board().gate().close();
        }
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Waits until no task is left, unless this is inside one.
    pub(crate) fn wait_for_tasks(&self, patience: Patience) {
        if let Some(engine) = self.present()
            && !context::with(|context| context.in_task)
        {
            let gate = engine.board().gate();
            block(|| gate.is_empty(), || gate.wake_me(), None, None, patience);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.present().is_some() {
            // SAFETY: from a box, of this process, and nobody else has the slot.
            drop(unsafe { Box::from_raw(*self.engine.get_mut()) });
        }
    }
}

/// Threads and their board.
pub(crate) struct Engine {
    board: Arc<Board>,
    rayon: Option<rayon::ThreadPool>,
    handles: Vec<JoinHandle<()>>,
    /// For tasks that block.
    blocking: Arc<Lane>,
    /// For the tasks of a pool that has no workers: one thread, while there are any.
    alone: Arc<Lane>,
    generation: u64,
    threads: usize,
}

impl Engine {
    /// As many threads as can be started, at most `wanted`. One thread is the
    /// caller's own: then none is started.
    fn new(wanted: usize) -> Self {
        let generation = fork::generation();
        let mut ask = if wanted > 1 { wanted } else { 0 };
        let (mut rayon, mut handles) = (None, Vec::new());
        while ask > 0 {
            let (built, started) = start(ask);
            if built.is_some() {
                (rayon, handles) = (built, started);
                break;
            }
            ask = started.len().min(ask - 1);
            started.into_iter().for_each(join);
        }
        let board = Arc::new(Board::new(handles.len()));
        let blocking = Lane::new(tuning::BLOCKING_MAX, "swath-io");
        let alone = Lane::new(1, "swath-task");
        let threads = handles.len().max(1);
        Self { board, rayon, handles, blocking, alone, generation, threads }
    }

    /// Threads that can work on one run, the caller among them.
    #[inline]
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    #[inline]
    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    /// Whether anybody can help.
    #[inline]
    pub(crate) fn has_helpers(&self) -> bool {
        self.rayon.is_some()
    }

    /// Where a task of that kind waits.
    pub(crate) fn queue(&self, kind: Kind) -> &Arc<Queue> {
        match kind {
            Kind::Compute if self.has_helpers() => self.board.tasks(),
            Kind::Compute => &self.alone.queue,
            Kind::Blocking => &self.blocking.queue,
        }
    }

    /// Has a task run.
    pub(crate) fn submit(&self, kind: Kind, task: Arc<dyn Run>) {
        match kind {
            Kind::Compute if self.has_helpers() => {
                if self.board.enqueue(task) {
                    self.ring(1);
                }
            }
            Kind::Compute => self.alone.submit(task),
            Kind::Blocking => self.blocking.submit(task),
        }
    }

    /// Rings `bells` bells.
    pub(crate) fn ring(&self, bells: usize) {
        if bells == 0 {
            return;
        }
        let core_is_new = self.board.note_core();
        for _ in 0..bells {
            ring(&self.board, self.rayon.as_ref());
        }
        if core_is_new {
            // Whoever was woken on this core gets a moment of it to move over.
            std::thread::yield_now();
        }
    }
}

/// Rings a bell in `pool`, or from a worker in its own. Whoever hears it may ring
/// more.
fn ring(board: &Arc<Board>, pool: Option<&rayon::ThreadPool>) {
    if board.lift_bell() {
        let board = Arc::clone(board);
        let hear = move || board.serve(|| ring(&board, None), || call_all(&board));
        match pool {
            Some(pool) => pool.spawn(hear),
            None => rayon::spawn(hear),
        }
    }
}

/// Has every worker of the pool that this one belongs to look at the board.
fn call_all(board: &Arc<Board>) {
    let board = Arc::clone(board);
    rayon::spawn_broadcast(move |_| board.answer(|| ring(&board, None)));
}

impl Drop for Engine {
    /// Ends the threads and waits for them, unless one of them is the one that
    /// drops the engine.
    fn drop(&mut self) {
        self.blocking.close();
        self.alone.close();
        drop(self.rayon.take());
        let this = std::thread::current().id();
        if self.handles.iter().all(|handle| handle.thread().id() != this) {
            self.handles.drain(..).for_each(join);
        }
    }
}

fn join(handle: JoinHandle<()>) {
    // A worker's panic has been reported where it belongs.
    let _ = handle.join();
}

/// How many more threads may be started; negative: any number. For tests.
static SPAWNS_LEFT: AtomicIsize = AtomicIsize::new(-1);

/// Lets the next `n` threads start and refuses those after them; `None` lets all.
pub(crate) fn fail_spawns_after(n: Option<usize>) {
    SPAWNS_LEFT.store(n.map_or(-1, |n| n as isize), Ordering::Relaxed);
}

fn may_start() -> std::io::Result<()> {
    let left = SPAWNS_LEFT.load(Ordering::Relaxed);
    if left == 0 {
        return Err(std::io::Error::other("no more threads (a test says so)"));
    }
    if left > 0 {
        SPAWNS_LEFT.store(left - 1, Ordering::Relaxed);
    }
    Ok(())
}

/// Starts a thread.
pub(crate) fn start_thread(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    may_start()?;
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

/// Starts a pool of `n` threads: the pool, or nothing if one could not be
/// started; and the threads that were.
fn start(n: usize) -> (Option<rayon::ThreadPool>, Vec<JoinHandle<()>>) {
    let handles = Mutex::new(Vec::with_capacity(n));
    let before = SPAWNS_LEFT.load(Ordering::Relaxed);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n)
        .panic_handler(|_| ())
        .spawn_handler(|thread| {
            may_start()?;
            let name = format!("swath-{}", thread.index());
            let handle = std::thread::Builder::new().name(name).spawn(move || {
                // A new thread inherits its parent's modes.
                std::mem::forget(fp::default_modes());
                thread.run();
            })?;
            handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
            Ok(())
        })
        .build();
    if pool.is_err() && before >= 0 {
        SPAWNS_LEFT.store(before, Ordering::Relaxed);
    }
    (pool.ok(), handles.into_inner().unwrap_or_else(PoisonError::into_inner))
}
