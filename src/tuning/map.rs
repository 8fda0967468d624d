//! Tuned numbers of maps and of functions of whole arrays.

// ---- maps --------------------------------------------------------------------

/// Elements in a block that is staged to unit stride: enough to forget what a block
/// costs, and few enough that the buffers of seven operands stay in L1. Stride 4,
/// exp: taken directly 2.44 ns an element, staged 0.66, at unit stride 0.44.
pub(crate) const MAP_BLOCK: usize = 256;

/// Lines below this length are packed: a line costs about as much as 32 elements.
pub(crate) const MAP_SHORT: usize = 32;

/// Lines in a packed block, at most.
pub(crate) const MAP_LINES: usize = 64;

/// Results of a map of at least this many bytes are stored past the cache. `2x + 1` of f32
/// on two cores of a Zen 4, so and not so: 16 MiB 0.61 and 0.45 ms, 32 MiB 1.25 and 1.32,
/// 64 MiB 2.1 and 2.8.
pub(crate) const MAP_PAST_CACHE_MIN: usize = 32 << 20;

/// Bytes of results that are computed at once before they are stored past the cache: a page,
/// far less than L1. Not measured against others.
pub(crate) const MAP_STREAM_BYTES: usize = 4 << 10;

// ---- loops over whole arrays -------------------------------------------------

/// Elements in a block that is staged or streamed: the stages of three operands and their
/// casts stay in L1.
pub(crate) const UFUNC_BLOCK: usize = 512;

/// What a line along the innermost axis costs, in ns, beyond its elements.
pub(crate) const UFUNC_LINE_NS: f64 = 20.0;

/// Outputs of at least this many bytes are stored past the cache: twice that no longer fits
/// there. Of 128 MiB of f32, two threads, a copy reaches 25 GB/s without and 32 so, `exp`
/// 22.0 and 23.2 (Sapphire Rapids). Where between it begins to pay was not measured. Not on
/// AMD: there `exp` takes 7.2 ms with such stores, in blocks of 256 or 512, 10.8 in blocks of
/// 1024, and 5.9 without.
pub(crate) const UFUNC_STREAM_MIN: usize = 16 << 20;

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
