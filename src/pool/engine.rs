//! The threads: one private rayon pool per slot and process generation.
//!
//! Never rayon's global pool nor the caller's: a job in a user's pool can be
//! stolen by a thread that waits in `rayon::join` with a lock held, `spawn` into
//! a pool inherited over a fork can hang, and only threads of ours may spin.

use std::sync::atomic::{AtomicIsize, AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::board::Board;
use super::{fork, fp};
use crate::tuning;

/// A place for an engine: made on first use, and anew after a fork.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Threads wanted; 0: as many as `SWATH_NUM_THREADS` or the machine says.
    threads: usize,
    engine: AtomicPtr<Engine>,
}

/// The slot of whoever has not installed a pool.
pub(crate) static SHARED: Slot = Slot::new(0);

impl Slot {
    pub(crate) const fn new(threads: usize) -> Self {
        Self { threads, engine: AtomicPtr::new(std::ptr::null_mut()) }
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
            let new = Box::into_raw(Box::new(Engine::new(wanted.max(1))));
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
        Self { board, rayon, threads: handles.len().max(1), handles, generation }
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
        let hear = move || board.serve(|| ring(&board, None));
        match pool {
            Some(pool) => pool.spawn(hear),
            None => rayon::spawn(hear),
        }
    }
}

impl Drop for Engine {
    /// Ends the threads and waits for them, unless one of them is the one that
    /// drops the engine.
    fn drop(&mut self) {
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
