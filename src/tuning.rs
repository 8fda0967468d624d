//! Every tuned number, and every `SWATH_*` variable, in one place.
//!
//! This is the lowest layer but `error`: `plan` (how arrays are cut), `pool`
//! (whom to wake) and `kernel` all read it. Each constant names the measurement
//! behind it; ARCHITECTURE.md says how to repeat them.

use std::sync::atomic::{AtomicU64, Ordering};

// ---- cutting ---------------------------------------------------------------

/// Traffic of one chunk, in bytes, when `SWATH_CHUNK` is not set: small enough
/// for L2 and for a token check every few tens of microseconds, large enough
/// that a claim (20-50 ns contended) is below 1 % of the chunk.
pub(crate) const CHUNK_BYTES: usize = 128 << 10;

/// Work of one chunk, in ns, that cutting aims at when arithmetic and not
/// traffic decides: 20-50 us keeps claims cheap and cancelling prompt.
pub(crate) const CHUNK_NS: f64 = 25_000.0;

/// Below this many bytes a chunk is not worth its claim.
pub(crate) const CHUNK_MIN_BYTES: usize = 8 << 10;

/// Outputs of at least this size ask for huge pages before the first touch.
pub(crate) const HUGE_PAGE_MIN: usize = 4 << 20;

/// What one byte of memory traffic costs one thread, in ns, when nothing is
/// known of the arithmetic: 25 GB/s, between L2 (99) and memory (23).
pub(crate) const NS_PER_BYTE: f64 = 0.04;

// ---- reductions ------------------------------------------------------------

/// The largest block of a sequence, in bytes, for any type: the room to gather
/// one block of an operand, so that it stays in L1 (two operands fill 32 KiB).
pub(crate) const REDUCE_BLOCK_BYTES: usize = 16 << 10;

/// Results of one tile of columns, in bytes: with the rows that pass it stays in
/// L1, and a row's part is a page, which the prefetcher follows to its end.
pub(crate) const REDUCE_TILE_BYTES: usize = 4 << 10;

/// Row blocks of one part at most, a power of two: bounds the levels of the tree
/// that a tile keeps (32 KiB in all), and the time between two token checks.
pub(crate) const REDUCE_PART_BLOCKS: usize = 64;

/// From this many chunks of columns on, rows are cut no finer than parts.
pub(crate) const REDUCE_ENOUGH_CHUNKS: usize = 32;

/// What an element costs, in ns, that is gathered or taken one by one.
pub(crate) const REDUCE_STAGED_NS: f64 = 0.6;

/// Partial results kept at a time: a round of chunks, on the stack.
pub(crate) const REDUCE_ROUND: usize = 512;

// ---- the pool --------------------------------------------------------------

/// Work, in ns, that pays for a helper that is awake and looking for work.
pub(crate) const AWAKE_MIN_NS: f64 = 10_000.0;

/// Work, in ns, that pays for waking a helper that sleeps: a wake costs the
/// caller 14 us (p90 47) and takes 30-80 us.
pub(crate) const ASLEEP_MIN_NS: f64 = 150_000.0;

// ---- numbers that are part of the contract ---------------------------------

/// Length of a K-block in matmul: part of the same-bits contract, one value for
/// every type and tier.
pub(crate) const K_BLOCK: usize = 256;

/// Lanes and block of a sequence of `f32`, and of `f64`: part of the same-bits
/// contract. Blocks of 4096 are free from L2 outwards and reach 87 % of the
/// fastest unordered sum in L1; blocks of 512-1024 lose a third to a half.
pub(crate) const REDUCE_LANES_F32: usize = 64;
/// See [`REDUCE_LANES_F32`].
pub(crate) const REDUCE_BLOCK_F32: usize = 4096;
/// See [`REDUCE_LANES_F32`].
pub(crate) const REDUCE_LANES_F64: usize = 32;
/// See [`REDUCE_LANES_F32`].
pub(crate) const REDUCE_BLOCK_F64: usize = 2048;

/// Sequences of at most this many elements are taken in order: part of the
/// same-bits contract. Folding lanes costs as much as sixteen additions.
pub(crate) const REDUCE_IN_ORDER: usize = 16;

/// Rows of one block where the reduced axis lies outside a kept one: part of the
/// same-bits contract. 19-24 GB/s; 64 lanes for each column would give 8.5.
pub(crate) const REDUCE_ROW_BLOCK: usize = 128;

// ---- knobs -----------------------------------------------------------------

/// A `SWATH_*` variable with a whole number in it, read once.
///
/// No lock: a fork while another thread reads it must leave the child nothing
/// to wait for, so two threads may both read the environment and store the same.
pub(crate) struct Knob {
    name: &'static str,
    max: u64,
    value: AtomicU64,
}

const UNREAD: u64 = u64::MAX;
const ABSENT: u64 = u64::MAX - 1;

impl Knob {
    const fn new(name: &'static str, max: u64) -> Self {
        Self { name, max, value: AtomicU64::new(UNREAD) }
    }

    /// The value, if the variable is set to a whole number in range.
    #[inline]
    pub(crate) fn get(&self) -> Option<u64> {
        match self.value.load(Ordering::Relaxed) {
            ABSENT => None,
            UNREAD => self.read(),
            value => Some(value),
        }
    }

    /// Overrides the variable (`None` as if it were not set): for tests.
    pub(crate) fn set(&self, value: Option<u64>) {
        self.value.store(value.map_or(ABSENT, |v| v.min(self.max)), Ordering::Relaxed);
    }

    #[cold]
    fn read(&self) -> Option<u64> {
        let text = std::env::var(self.name).ok();
        let value = text.as_deref().and_then(|t| t.trim().parse().ok()).filter(|v| *v <= self.max);
        if let (Some(text), None) = (&text, value) {
            eprintln!(
                "swath: {}={text} ignored: must be a whole number up to {}",
                self.name, self.max
            );
        }
        self.set(value);
        value
    }
}

/// `SWATH_NUM_THREADS`: threads of the shared pool.
pub(crate) static NUM_THREADS: Knob = Knob::new("SWATH_NUM_THREADS", 4096);
/// `SWATH_PAR_MIN`: estimated work in ns from which a run goes to the pool; 0
/// sends every run of two chunks or more there.
pub(crate) static PAR_MIN: Knob = Knob::new("SWATH_PAR_MIN", 1 << 53);
/// `SWATH_CHUNK`: traffic of one chunk in bytes.
pub(crate) static CHUNK: Knob = Knob::new("SWATH_CHUNK", 1 << 53);
