//! How chunks run: the caller works, the pool helps.
//!
//! The only home of rayon; knows nothing of arrays. [`run`] puts a small job on
//! the pool's board and goes to work on it at once; helpers that are awake, or
//! that are worth waking, claim chunks from the same counter. The caller waits
//! only for chunks that are claimed and not yet done, and takes no other work
//! meanwhile. ARCHITECTURE.md, "The runner", has the reasons and the figures.
//!
//! - `run`: a run, the caller's part and a helper's, panics
//! - `job`: one run's shared state: claims, done, waiting
//! - `handover`: a carry from chunk to chunk
//! - `board`: open jobs, bells, who is awake
//! - `engine`: the threads, one rayon pool per slot and process
//! - `fork`: noticing that this process is a forked child
//! - `context`: pool, limit, stop conditions, progress of the calling thread
//! - `place`: which core a thread is on
//! - `fp`: the floating-point control word
//! - `task`: a closure run once by whoever begins it, and its outcome
//! - `state`: begun once, ended once, who wants to know
//! - `gate`: the tasks of a pool or a scope that have not ended
//! - `queue`, `lane`: where tasks wait; threads that may block
//! - `wait`: waiting for tasks

mod board;
mod context;
mod engine;
mod fork;
mod fp;
mod gate;
mod handover;
mod job;
mod lane;
mod place;
mod queue;
mod run;
mod state;
mod sync;
mod task;
mod wait;

pub use context::StoppedBy;
pub(crate) use context::{Context, Cut, Poll, Progress, Stop, Stops, check, enter, with};
pub(crate) use engine::{Slot, fail_spawns_after};
pub(crate) use fp::default_modes;
pub(crate) use job::Payload;
pub(crate) use run::{drop_carefully, each, helped, pair, run, run_in_order, threads};
pub(crate) use state::Watcher;
pub(crate) use task::{Failure, Handle, Kind, Nursery, Run, spawn, spawn_borrowing};
pub(crate) use wait::{Patience, block};
