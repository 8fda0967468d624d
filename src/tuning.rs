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

// ---- convolution -----------------------------------------------------------

/// What one tap costs one element, in ns for each byte of its accumulator: two
/// 32-byte loads a cycle, half of them across a cache line, at 3.7 GHz.
pub(crate) const TAP_BYTE_NS: f64 = 0.008;

/// What starting one line of one chunk costs, in ns: where its rows begin.
pub(crate) const CONV_LINE_NS: f64 = 60.0;

/// Lines are filtered in blocks of at most this many elements: 16 KiB of f32, so
/// that output and accumulators stay in L1.
pub(crate) const CONV_COLS: usize = 4096;

/// The rows under a filter together fill at most this much of L2 (half of the
/// 1 MiB of a Zen 4 core), unless a block would be shorter than `CONV_COLS_MIN`.
pub(crate) const CONV_ROWS_BYTES: usize = 512 << 10;

/// Shorter blocks spend more on their ends than they save.
pub(crate) const CONV_COLS_MIN: usize = 512;

/// Lines shorter than this are joined to the next axis where they can be: eight
/// registers of f32, one block of the kernel.
pub(crate) const SHORT_LINE: usize = 64;

/// Taps of a Gaussian along one axis, at most: half a gigabyte of weights.
pub(crate) const GAUSSIAN_TAPS_MAX: usize = 1 << 26;

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
