//! Every tuned number, and every `SWATH_*` variable, in one place.
//!
//! This is the lowest layer but `error`: `plan` (how arrays are cut), `pool`
//! (whom to wake) and `kernel` all read it. Each constant names the measurement
//! behind it; ARCHITECTURE.md says how to repeat them.

mod map;
mod matmul;

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use map::*;
pub(crate) use matmul::*;

// ---- cutting ---------------------------------------------------------------

/// Traffic of one chunk, in bytes, when `SWATH_CHUNK` is not set: small enough
/// for L2 and for a token check every few tens of microseconds, large enough
/// that a claim (20-50 ns contended) is below 1 % of the chunk.
pub(crate) const CHUNK_BYTES: usize = 128 << 10;

/// Work of one chunk, in ns, that cutting aims at when arithmetic and not
/// traffic decides: 20-50 us keeps claims cheap and cancelling prompt.
pub(crate) const CHUNK_NS: f64 = 25_000.0;

/// Large arrays of which each element is used once are cut into at least so many chunks, and
/// these into no more than [`ONCE_BYTES`] or [`ONCE_NS`]: the longer a chunk, the more of it
/// the CPU foresees. On two cores of a Zen 4, chunks of 128 KiB and of 1 MiB: `exp` of 2^25
/// f32 8.4 and 7.2 ms, `2x + 1` 5.7 and 4.6, `xy + z` 10.7 and 8.6, the largest element 2.8
/// and 2.5; 4 MiB took 0-8 % less, but would answer a cancel in 200 us.
pub(crate) const ONCE_CHUNKS: usize = 256;

/// See [`ONCE_CHUNKS`].
pub(crate) const ONCE_BYTES: usize = 1 << 20;

/// See [`ONCE_CHUNKS`].
pub(crate) const ONCE_NS: f64 = 100_000.0;

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

// ---- reductions ------------------------------------------------------------

/// The largest block of a sequence, in bytes, for any type: the room to gather
/// one block of an operand, so that it stays in L1 (two operands fill 32 KiB).
pub(crate) const REDUCE_BLOCK_BYTES: usize = 16 << 10;

/// Results of one tile of columns, in bytes: with the rows that pass it stays in
/// L1, and a row's part is a page, which the prefetcher follows to its end.
pub(crate) const REDUCE_TILE_BYTES: usize = 4 << 10;

/// The same where rows lie far from each other: each is read by itself, and the longer its part
/// the more of it the processor foresees. A model of the kernel on two cores of an AMD Zen 4,
/// 1000 rows of 100,000 `f32`: 25 GB/s with 4 KiB, 28 with 8, 34 with 16, 42 with 32.
pub(crate) const REDUCE_FAR_TILE_BYTES: usize = 32 << 10;

/// Accumulators of one tile of columns, in bytes, for each level of the tree over
/// blocks of rows: twice a tile of lanes, for folds whose accumulators are wider.
pub(crate) const REDUCE_ACC_BYTES: usize = 8 << 10;

/// Row blocks of one part at most, a power of two: bounds the levels of the tree
/// that a tile keeps (60 KiB in all), and the time between two token checks.
pub(crate) const REDUCE_PART_BLOCKS: usize = 64;

/// From this many chunks of columns on, rows are cut no finer than parts.
pub(crate) const REDUCE_ENOUGH_CHUNKS: usize = 32;

/// What an element costs, in ns, that is gathered or taken one by one.
pub(crate) const REDUCE_STAGED_NS: f64 = 0.6;

/// Partial results kept at a time: a round of chunks, on the stack.
pub(crate) const REDUCE_ROUND: usize = 512;

/// What an element costs, in ns, that may be chosen. Not tuned finely.
pub(crate) const SELECT_NS: f64 = 0.5;

/// Elements that are looked at together when they may be chosen: their places are 512 bytes.
/// Not tuned finely.
pub(crate) const SELECT_BLOCK: usize = 256;

/// How far ahead of their use extremes of floats ask for memory, in bytes. A model of the
/// kernel, two threads: 2^25 `f32` 20-21 GB/s without, 28 with 2 KiB, 26-33 with 4 KiB, 27-30
/// with 8 KiB; 2^20 77-79 without, 96-101 with 4 KiB; the same in L1. Sums in L1 lost a fifth.
pub(crate) const REDUCE_AHEAD: usize = 4 << 10;

/// Operands of at least this many bytes come from beyond the second cache: their rows are asked
/// for ahead, which rows in cache would pay for. Not tuned finely.
pub(crate) const REDUCE_FAR: usize = 4 << 20;

/// Bytes of a row that is asked for ahead. 1000x1000x100 `f32`, rows of 400 bytes along axis 1:
/// 21 GB/s before, 26 so; rows of 4 KiB lost by it. Such rows are also taken one by one: on an
/// AMD Zen 4 33 GB/s four at a time, 46 one by one.
pub(crate) const REDUCE_SHORT_ROW: usize = 1 << 10;

/// Bytes of a stretch at most whose neighbours are taken with it, and sequences that are reduced
/// together then, by way of copies of their blocks and of lanes. A model of the kernels on two cores
/// of an AMD Zen 4, axes 1 and 3 of 32x64x128x128 `f32`: copies of 8 / 16 / 64 13.9, 15.6 and 17.0
/// GB/s (the last fill L2), lanes of 16 / 64 / 128 18.4, 24.1 and 27.4.
pub(crate) const REDUCE_SHORT_STRETCH: usize = 2 << 10;
/// See [`REDUCE_SHORT_STRETCH`].
pub(crate) const REDUCE_GROUP: usize = 16;
/// See [`REDUCE_SHORT_STRETCH`].
pub(crate) const REDUCE_GROUP_OF_PIECES: usize = 128;

/// Elements looked at together for the place of one that is known to be in a block: four
/// registers of AVX2, `f32`. Not tuned finely.
pub(crate) const REDUCE_TOGETHER: usize = 64;

/// Elements of a block of an exact sum: 16 KiB of `f64`, half of L1. And rounds of extraction
/// before what is left is added one by one, which takes ten times as long.
pub(crate) const EXACT_BLOCK: usize = 2048;
/// See [`EXACT_BLOCK`].
pub(crate) const EXACT_ROUNDS: usize = 5;

/// What an element of an exact sum costs, in ns, two rounds of extraction in L1; and what
/// rounding a sum does.
pub(crate) const EXACT_NS: f64 = 0.5;

/// Columns of a tile of exact sums that lie side by side, a line of the cache of `f32`; and
/// rows that are turned together: with the sums 26 KiB, which stays in L1.
pub(crate) const EXACT_COLUMNS: usize = 16;
/// See [`EXACT_COLUMNS`].
pub(crate) const EXACT_ROWS: usize = 128;
/// See [`EXACT_NS`].
pub(crate) const EXACT_SUM_NS: f64 = 150.0;

/// Exact sums kept at a time: 36 KiB, on the stack.
pub(crate) const EXACT_ROUND: usize = 64;

// ---- convolution -----------------------------------------------------------

/// What one tap costs one element, in ns for each byte of its accumulator: half the
/// rate at which AVX-512 tiles take 15x15 taps of f32, 0.008 ns.
pub(crate) const TAP_BYTE_NS: f64 = 0.004;

/// Boxes of so many elements are summed by the ends and beginnings of blocks, in three
/// additions whatever their length; shorter ones tap by tap, and longer ones too, since the sums
/// of a block are kept. Both axes of 2160x3840 f32, two threads: 15 elements 4.4 ms tap by tap,
/// 24 6.7 by blocks and about 7 tap by tap, 63 7.8 and 14.
pub(crate) const BOX_SIZES: std::ops::RangeInclusive<usize> = 24..=4096;

/// Columns whose boxes down the lines are summed at a time: lines are read a kilobyte at a time,
/// which the prefetcher follows, and their sums stay in L2. 63 elements: by 32 columns, whose sums
/// stay in L1, 16.4 ms, by 256 11.4 (before the lines themselves were taken by squares).
pub(crate) const BOX_STRIP: usize = 256;

/// Lines of a window of boxes down the lines, at least, for each line that they reach: what
/// they reach is summed in every window again.
pub(crate) const BOX_LINES: usize = 4;

/// How many lines ahead boxes down the lines ask for memory. Not tuned finely.
pub(crate) const BOX_AHEAD: usize = 4;

/// What such a box costs, in taps.
pub(crate) const BOX_TAPS: usize = 12;

/// What an element costs besides, in ns: loaded, stored, borders copied. 3x3 taps of 480x640
/// f32 take 0.43 ns an element on one thread.
pub(crate) const CONV_ELEMENT_NS: f64 = 0.2;

/// Up to so many lines under a filter, sums that are cast, or filtered along the line, are
/// taken by four lines, so that they stay in L1; with more by whole windows, since four lines
/// would read too many from L2 each time.
pub(crate) const CONV_KEPT_SPAN: usize = 32;

/// What starting one line of one window costs, in ns: where its rows begin.
pub(crate) const CONV_LINE_NS: f64 = 30.0;

/// A window of the output has at most this many lines and columns. Of 2160x3840 f32,
/// two threads, 25 taps along axis 0 take 3.8 ms by 32 lines and 3.3 by 64.
pub(crate) const CONV_LINES: usize = 64;
/// See [`CONV_LINES`].
pub(crate) const CONV_COLS: usize = 4096;

/// The lines under a filter over four lines fill at most this much of L2, or twice as much if a
/// filter along the lines follows, unless they would have fewer columns than `CONV_COLS_MIN`. On an
/// EPYC (Zen 4, 1 MiB of L2) 3x3, 5x5, 7x7, 11x11 and 15x15 taps of the same took 1.4, 3.0, 5.1,
/// 12.0, 20.0 ms by windows of 384 KiB and blocks that fit L1; so 1.1, 2.5, 4.5, 10.6, 18.6 ms;
/// with twice as much 11.4 and 19.5 ms for the largest. 25 taps by 25 took 6.5 ms, so 6.1, with
/// half as much 7.2.
pub(crate) const CONV_WINDOW_BYTES: usize = 192 << 10;

/// Narrower windows spend more on their ends than they save.
pub(crate) const CONV_COLS_MIN: usize = 256;

/// From this many lines under a tile on, a window is copied before it is filtered:
/// such lines may fall on one set of the cache. 81 taps along axis 0: 12.0 ms without
/// copies, 8.3 with; 15x15 taps: 14.3 without, 15.3 with.
pub(crate) const CONV_COPY_LINES: usize = 32;

/// Of at most so many groups of taps, whose lines lie apart, the lines under all
/// tiles of a window are listed at once, and those of the next tile asked for ahead. 3x3x3 taps of
/// 128x256x256 f32, two threads: 7.4 ms without, 6.6 with.
pub(crate) const CONV_FEW_GROUPS: usize = 32;

/// Filters along three axes and more go through the array in slabs of this size, so that what
/// lies between two passes stays in cache. A Gaussian of sigma 1 of 128x256x256 f32, two threads:
/// 9.4 ms by slabs of 1 MiB, 8.9 by 2, 8.6 by 4 and 18 in one piece; of sigma 3 17, 16, 15.4, 23.
pub(crate) const CONV_SLAB_BYTES: usize = 4 << 20;

/// Results of at least this many bytes are stored past the cache.
pub(crate) const CONV_PAST_CACHE_MIN: usize = 16 << 20;

/// Derivatives along several axes that are joined are taken in slabs of this size.
pub(crate) const CONV_JOIN_BYTES: usize = 1 << 20;

/// From so many taps along a line on, every other operand is made from registers. Not tuned
/// finely.
pub(crate) const CONV_TURNED_MIN: usize = 5;

/// Columns of a line that are filtered in `f64` at once: 8 KiB of sums stay in L1.
pub(crate) const CAST_COLUMNS: usize = 1024;
/// What a term of such a sum costs, in ns: two loads, a multiplication and an addition of four
/// lanes.
pub(crate) const CAST_NS: f64 = 0.25;

/// Filters that take less than this directly, in ns, are not worth a choice.
pub(crate) const METHOD_MIN_NS: f64 = 40_000.0;

/// One of the `log2 n` steps of a complex transform of `f32`, for each value, in ns:
/// 0.093 to 0.115 for powers of two from 16 to 2048 (`f64` twice that).
pub(crate) const FFT_STEP_NS: f64 = 0.105;
/// How much slower lengths of three times a power of two are.
pub(crate) const FFT_THREES: f64 = 1.22;
/// Copying lines out of a tile and back, for each value and axis.
pub(crate) const FFT_PASS_NS: f64 = 1.0;
/// What each value of a tile costs besides.
pub(crate) const FFT_POINT_NS: f64 = 1.5;
/// What it costs more in a tile that does not stay in L2.
pub(crate) const FFT_FAR_NS: f64 = 4.0;
/// A tile stays in L2 up to this size.
pub(crate) const FFT_TILE_BYTES: usize = 1 << 20;
/// From this many values on threads share a tile: 8 MiB of `f32`.
pub(crate) const FFT_SHARED_POINTS: usize = 1 << 20;
/// Neighbours along a line without taps that are transformed together.
pub(crate) const FFT_COLUMNS: usize = 16;
/// Shortest transforms worth looking at.
pub(crate) const FFT_LENGTH_MIN: usize = 16;
/// How many lengths are looked at for each of one axis, two, three and more.
pub(crate) const FFT_LENGTHS: [usize; 4] = [14, 8, 5, 3];
/// Plans up to this length are kept by the thread that made them: at most a few MiB.
pub(crate) const FFT_KEPT: usize = 1 << 16;
/// By how much transforms must be expected to be faster to be chosen unasked: their
/// rounding errors are those of the largest value near by.
pub(crate) const FFT_GAIN: f64 = 1.5;

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

/// Milliseconds between two looks of a thread that waits for a task at its own stop
/// conditions and at the task's progress.
pub(crate) const WAIT_POLL_MS: u64 = 5;

/// Threads for tasks that block, at most, and milliseconds that one of them waits
/// for another task before it ends. Reading a file of 1 MiB from a disk takes
/// 1-10 ms, starting a thread 30-60 us.
pub(crate) const BLOCKING_MAX: usize = 64;
/// See [`BLOCKING_MAX`].
pub(crate) const LANE_IDLE_MS: u64 = 2_000;

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

/// Bytes of a core's L2, as Linux tells; 1 MiB where nobody does.
pub(crate) fn l2_bytes() -> usize {
    static BYTES: AtomicU64 = AtomicU64::new(0);
    match BYTES.load(Ordering::Relaxed) {
        0 => {
            let file = "/sys/devices/system/cpu/cpu0/cache/index2/size";
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let kib = text.trim().strip_suffix('K').and_then(|kib| kib.parse::<u64>().ok());
            let bytes = kib.map_or(1 << 20, |kib| (kib << 10).clamp(128 << 10, 4 << 20));
            BYTES.store(bytes, Ordering::Relaxed);
            bytes as usize
        }
        bytes => bytes as usize,
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

/// Elements of a block of a scan: part of the same-bits contract. Input and result of a
/// block of `f64` stay in L1 together.
pub(crate) const SCAN_BLOCK: usize = 2048;

/// Elements of a group of a scan, a power of two: part of the same-bits contract, and a
/// register of AVX-512 of `f64`.
pub(crate) const SCAN_GROUP: usize = 8;

/// Results that are stored past the cache together where they go by way of a room: 1 KiB of
/// `f64`. In the same model 28.2 GB/s, 23.7 with 512 and 23.1 with 2048.
pub(crate) const SCAN_STAGED: usize = 128;

/// Sums of a row of a tile of a scan across rows at most, in bytes: a fraction of L1.
pub(crate) const SCAN_SUMS_BYTES: usize = 8 << 10;

/// Blocks of one chunk of a long scan: 128 KiB of `f64`, which stays in L2 until the sum
/// of what comes before it is known. A model of the kernel on two cores of an AMD Zen 4, 10^8
/// `f64`: 34-36 GB/s with chunks of 64 KiB, 37 and 39 so, each with the next chunk asked for.
pub(crate) const SCAN_CHUNK_BLOCKS: usize = 8;

/// Results of one row of a tile of a scan across rows, in bytes: a page, whose prefetch
/// the next one follows.
pub(crate) const SCAN_COLUMNS_BYTES: usize = 4 << 10;

/// Results of a scan of at least this many bytes are stored past the cache: across rows
/// 6000x6000 f64 on two threads 48 ms instead of 59. Along lines of 8192x8192 f64 49 ms with
/// results by way of a room of 16 KiB, 43 straight from registers.
pub(crate) const SCAN_PAST_CACHE_MIN: usize = 16 << 20;

/// What an element costs, in ns, that waits for the sum before it.
pub(crate) const SCAN_IN_ORDER_NS: f64 = 1.3;

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
