//! Every tuned number, and every `SWATH_*` variable, in one place.
//!
//! This is the lowest layer but `error`: `plan` (how arrays are cut), `pool`
//! (whom to wake) and `kernel` all read it. Each constant names the measurement
//! behind it; ARCHITECTURE.md says how to repeat them.

use std::num::NonZero;
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

/// What `bytes` bytes of traffic cost one thread, in ns, when nothing is known of
/// the arithmetic: at 80 GB/s while they fit in L2 (65-99 measured: a sum of 256 KiB
/// takes 4 us, and was slower shared than alone when it was thought to take 10), at
/// 25 from memory.
pub(crate) fn traffic_ns(bytes: f64) -> f64 {
    const CACHED: f64 = (1 << 20) as f64;
    bytes * if bytes <= CACHED { 0.0125 } else { 0.04 }
}

/// Bytes of a cache line: chunks of outputs begin at multiples of it.
pub(crate) const CACHE_LINE: usize = 64;

// ---- maps --------------------------------------------------------------------

/// Elements in a block that is staged to unit stride: enough to forget what a block
/// costs, and few enough that the buffers of seven operands stay in L1. Stride 4,
/// exp: taken directly 2.44 ns an element, staged 0.66, at unit stride 0.44.
pub(crate) const MAP_BLOCK: usize = 256;

/// Lines below this length are packed: a line costs about as much as 32 elements.
pub(crate) const MAP_SHORT: usize = 32;

/// Lines in a packed block, at most.
pub(crate) const MAP_LINES: usize = 64;

// ---- probing what a user's closure costs ------------------------------------

/// Elements of the first block that a map times, at most.
pub(crate) const PROBE: usize = 256;

/// A first block that takes this long is expensive work, and no first touch of
/// memory (a huge page is cleared in 100-200 us) or cold code.
pub(crate) const PROBE_SURE_NS: f64 = 300_000.0;

/// Work, in ns, of the second look at what seemed expensive: a hundred times what
/// reading the clock takes.
pub(crate) const PROBE_LOOK_NS: f64 = 2_000.0;

/// Elements after which a map that runs alone looks at the clock again: at 1 us
/// and more, a look of 15 ns is lost in the noise.
pub(crate) const PROBE_GO_ON: usize = 8192;

/// From this many ns an element on, sharing a cache line of the output with
/// another thread (50-100 ns a write) does not matter.
pub(crate) const QUARREL_NS: f64 = 1_000.0;

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

// ---- convolution -----------------------------------------------------------

/// What one tap costs one element, in ns for each byte of its accumulator: half the
/// rate at which AVX-512 tiles take 15x15 taps of f32, 0.008 ns.
pub(crate) const TAP_BYTE_NS: f64 = 0.004;

/// What starting one line of one window costs, in ns: where its rows begin.
pub(crate) const CONV_LINE_NS: f64 = 30.0;

/// A window of the output has at most this many lines and columns. Of 2160x3840 f32,
/// two threads, 25 taps along axis 0 take 3.8 ms by 32 lines and 3.3 by 64.
pub(crate) const CONV_LINES: usize = 64;
/// See [`CONV_LINES`].
pub(crate) const CONV_COLS: usize = 4096;

/// A window and the lines under the filter there fill at most this much of L2,
/// unless it would have fewer columns than `CONV_COLS_MIN`. 15x15 taps of the same
/// take 14.6 ms by 384 KiB, 15.1 by 256 and 15.3 by 512.
pub(crate) const CONV_WINDOW_BYTES: usize = 384 << 10;

/// Narrower windows spend more on their ends than they save.
pub(crate) const CONV_COLS_MIN: usize = 256;

/// From this many lines under a tile on, a window is copied before it is filtered:
/// such lines may fall on one set of the cache. 81 taps along axis 0: 12.0 ms without
/// copies, 8.3 with; 15x15 taps: 14.3 without, 15.3 with.
pub(crate) const CONV_COPY_LINES: usize = 32;

/// The lines under a tile fill at most this much of L1 at once.
pub(crate) const CONV_TILE_BYTES: usize = 24 << 10;

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

/// How long a worker that finds nothing looks on before it sleeps, in ns: calls
/// that follow each other within it find help awake.
pub(crate) const LOOK_NS: u64 = 50_000;

/// Looks at the board between two reads of the clock, each of which lets others
/// run: a pause takes 20-60 ns.
pub(crate) const LOOKS_PER_YIELD: u32 = 64;

/// Steps a caller spins for chunks still under way before it sleeps: about as
/// long as a chunk, since waking costs 30-80 us.
pub(crate) const SPINS_BEFORE_PARK: u32 = 1_000;

/// Milliseconds between two polls for an interrupt.
pub(crate) const POLL_MS: u64 = 25;

/// Cores that this process may use (affinity and cgroup quota counted).
pub(crate) fn cores() -> usize {
    static CORES: AtomicU64 = AtomicU64::new(0);
    match CORES.load(Ordering::Relaxed) {
        0 => {
            let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
            CORES.store(cores as u64, Ordering::Relaxed);
            cores
        }
        cores => cores as usize,
    }
}

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
