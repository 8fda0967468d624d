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

mod board;
mod context;
mod engine;
mod fork;
mod fp;
mod handover;
mod job;
mod place;
mod run;
mod sync;

pub use context::StoppedBy;
pub(crate) use context::{Context, Cut, Poll, Progress, Stop, enter, with};
pub(crate) use engine::{Slot, fail_spawns_after};
pub(crate) use fp::default_modes;
pub(crate) use run::{each, helped, run, run_in_order};
