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

// ---- matmul ----------------------------------------------------------------

/// Largest tile of the output that one chunk computes by packed kernels: each
/// tile packs its own rows of A (dear: strided) and columns of B (cheap: copied in
/// stretches), so tiles are wide rather than tall. On one thread 1024^3 f32 in eight
/// tiles takes no longer than in one call: 44-48 ms against 48-55, busy machine.
pub(crate) const MATMUL_TILE: [usize; 2] = [256, 512];

/// The same for plain loops, which are slower and pack only B.
pub(crate) const MATMUL_PLAIN_TILE: [usize; 2] = [64, 256];

/// Sides of tiles are multiples of this, the largest side of a register tile
/// (16x16, AVX-512 f32): only the last row and column of tiles have ragged edges.
pub(crate) const MATMUL_UNIT: usize = 16;

/// Cutting aims at this many tiles once each is worth its claim: packing grows
/// with every cut.
pub(crate) const MATMUL_TILES: usize = 8;

/// A chunk longer than this, in ns, is cut along K too, so that a token is
/// noticed in time.
pub(crate) const MATMUL_CHUNK_NS: f64 = 10_000_000.0;

/// One multiply-add of a 4-byte type in ns: packed kernels.
pub(crate) const MATMUL_PACKED_NS: f64 = 0.03;
/// In plain loops that the compiler vectorised.
pub(crate) const MATMUL_PLAIN_NS: f64 = 0.06;
/// In plain loops of floats without FMA: each is a call into libm.
pub(crate) const MATMUL_LIBM_NS: f64 = 2.6;

/// Up to this many multiply-adds scalar chains are fastest: 4x4x4 takes 45 ns, by
/// panels 60, packed 144; 6x6x6 takes 141, 91 and 205.
pub(crate) const MATMUL_TINY: usize = 64;

/// From this many multiply-adds, and this many rows, packing both operands pays.
/// Panels against packed in us, f32 (f64): 16x16x16 0.26 : 0.36 (0.59 : 0.48),
/// 24x24x24 1.2 : 0.7 (1.2 : 1.1), 128x128x128 91 : 59 (266 : 120); 8x512x512
/// 99 : 107 (248 : 299), 16x512x512 197 : 161 (469 : 407), 64x64x4 3.8 : 1.9.
pub(crate) const MATMUL_PACKED_MIN: [usize; 2] = [8 << 10, 12];

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
