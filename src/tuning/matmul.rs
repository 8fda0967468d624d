//! Those of matrix products.

use super::{CHUNK_NS, K_BLOCK};

/// One multiply-add at best, in ns: two of 16 (8) lanes a cycle at 2.8 GHz in AVX-512.
pub(crate) const MATMUL_F32_512_NS: f64 = 0.0114;
/// See [`MATMUL_F32_512_NS`].
pub(crate) const MATMUL_F64_512_NS: f64 = 0.0228;
/// In AVX2, at 3 GHz.
pub(crate) const MATMUL_F32_256_NS: f64 = 0.021;
/// See [`MATMUL_F32_256_NS`].
pub(crate) const MATMUL_F64_256_NS: f64 = 0.042;
/// Of integers in AVX2: 1024^3 of `i32` on two threads reached 72 Gop/s, 512^3 of `i64`
/// 16.
pub(crate) const MATMUL_I32_256_NS: f64 = 0.05;
/// See [`MATMUL_I32_256_NS`].
pub(crate) const MATMUL_I64_256_NS: f64 = 0.22;
/// Of other integers, and of all without AVX2, in plain loops.
pub(crate) const MATMUL_PLAIN_NS: f64 = 0.5;
/// Of floats without FMA: a call into libm.
pub(crate) const MATMUL_LIBM_NS: f64 = 2.6;

/// Bytes of one piece of a row times a matrix: its accumulators fill half of L1. Two threads
/// of a Zen 4, 1x4096x4096 f32: 1.36 times as fast as pieces of 3 KiB with the next rows
/// fetched by hand, pieces of 8 KiB 1.27 times, of 4 KiB 1.18 times.
pub(crate) const MATMUL_ROW_BYTES: usize = 16 << 10;
/// Rows from which on a matrix times a column goes through registers that hold columns.
pub(crate) const MATMUL_COLUMN_MIN: usize = 16;
/// Registers of columns at a time, and elements ahead that their columns are fetched.
/// 4096x4096x1 on two threads: f32 41 GB/s so, 36 fetched 64 ahead, 31 with 128, 27 with
/// four registers and 128; one register 33 GB/s.
pub(crate) const MATMUL_COLUMN_GROUP: usize = 2;
/// See [`MATMUL_COLUMN_GROUP`].
pub(crate) const MATMUL_COLUMN_AHEAD: usize = 32;
/// Columns from which on K-blocks lie side by side in a register: turning the row costs as
/// much as a few columns. And so many columns ahead are fetched into L2: two threads of a
/// Zen 4, 4096x4096x1 f32, 20.6 GB/s without such chains, 18 with, 35 with the next column
/// fetched, 42 with the one after it, 40 with those of 16 K-blocks; into L1 21.
pub(crate) const MATMUL_CHAINS_COLUMNS: usize = 8;
/// Columns that are multiples of so many bytes apart fall on a few lines of L1; of others,
/// sixteen side by side are as fast from memory and twice as fast in L2.
pub(crate) const MATMUL_CHAINS_APART: usize = 1 << 10;
/// See [`MATMUL_CHAINS_COLUMNS`].
pub(crate) const MATMUL_CHAINS_AHEAD: isize = 2;
/// Steps of the chains between the fetching of two rows of C, which they hide. One
/// thread, f32, part of the peak, all rows at once before: 128 0.85 to 0.94, 256 0.90 to
/// 0.95, 1008 0.90 to 0.92, 2016 0.88 to 0.89.
pub(crate) const MATMUL_FETCH_STEPS: usize = 4;

/// Multiply-adds up to which a product is one tile without a plan, which takes longer
/// than 8x8x8 does.
pub(crate) const MATMUL_TINY: usize = 32 * 32 * 32;

/// The part of L2 that holds what one tile streams of B again and again: 528 columns f32 in
/// 1 MiB, 1056 in 2 MiB. One thread on a Sapphire Rapids core, whose L2 has 2 MiB, 2016
/// columns f32: 0.84 of the peak with a quarter of L2, 0.83 with half, 0.55 with three
/// quarters. Two threads of a Zen 4, whose L2 has 1 MiB, runs of two such parts, and those of
/// 0.25: 512 1.08 times as fast, 1024 1.04.
pub(crate) const MATMUL_B_OF_L2: f64 = 0.53;

/// A panel of B of at most this many bytes stays in L1 while all rows of a block pass,
/// if the block of C is no larger than [`MATMUL_C_BYTES`]: else its rows, too far apart,
/// cost more. 128x128x128 f32: 83 % of the peak by rows.
pub(crate) const MATMUL_L1_BYTES: usize = 28 << 10;
/// See [`MATMUL_L1_BYTES`].
pub(crate) const MATMUL_C_BYTES: usize = 512 << 10;

/// A panel of B of at most this many bytes is fetched while the one before it is used, where
/// two rows of micro-tiles are all that use it, and rows of B and C reach over
/// [`MATMUL_FAR_REACH`] bytes: 16x16x1000000 f32 on two threads of a Zen 4 5.1 ms so, 6.6 row
/// by row, 10.3 by panels without fetching; 16x16x100000 0.37 so and 0.32 row by row.
pub(crate) const MATMUL_FAR_BYTES: usize = 7 << 10;
/// See [`MATMUL_FAR_BYTES`]: what no cache holds.
pub(crate) const MATMUL_FAR_REACH: usize = 64 << 20;

/// Rows of A up to which two threads read B as it lies while it fills no more than
/// [`MATMUL_PLAIN_OF_L2`] or [`MATMUL_PLAIN_BYTES`], and a quarter of L2 else: f32, two
/// threads of a Sapphire Rapids with 2 MiB, packed and not, 368 250 and 286 GFLOP/s, 448 267
/// and 285, 496 275 and 277; one thread 160 and 157, 158 and 147. Of a Zen 4 with 1 MiB, 416
/// 205 and 225, 448 207 and 222, 512 215 and 224; f64 288 95 and 106, 352 98.6 and 108.5, 448
/// 105 and 109, 512 (2 MiB) 107.6 and 104.9.
pub(crate) const MATMUL_PLAIN_ROWS: usize = 512;
/// See [`MATMUL_PLAIN_ROWS`].
pub(crate) const MATMUL_PLAIN_OF_L2: f64 = 1.7;
/// See [`MATMUL_PLAIN_ROWS`].
pub(crate) const MATMUL_PLAIN_BYTES: f64 = 1.75 * 1024.0 * 1024.0;

/// What packing an element costs, in ns: 16 GB/s of f32.
pub(crate) const MATMUL_PACK_NS: f64 = 0.25;

/// What reading a byte of B once more from beyond L2 costs, in ns: 1008x1008x1008 f32
/// unpacked, in tiles of 64 rows, lost 0.36 ms a tile to 4 MiB.
pub(crate) const MATMUL_FETCH_NS: f64 = 0.08;

/// Rows of A that pass before B has left L2.
pub(crate) const MATMUL_FETCH_ROWS: f64 = 56.0;

/// What two runs for a K-block cost, in ns.
pub(crate) const MATMUL_RUN_NS: f64 = 1_000.0;

/// Rows of A up to which a tile packs its columns of B for itself. Not tuned finely.
pub(crate) const MATMUL_LOCAL_ROWS: usize = 64;

/// Sides from which a matrix times its transpose is computed by halves. Not tuned finely.
pub(crate) const MATMUL_HALF_MIN: usize = 128;

/// Lengths above which K is cut where rows and columns give few tiles.
pub(crate) const MATMUL_SPLIT_MIN: usize = 8 * K_BLOCK;
/// Tiles, at most, that are few.
pub(crate) const MATMUL_SPLIT_TILES: usize = 4;
/// Work, in ns, from which on that is worth while: two chunks. Not measured against others.
pub(crate) const MATMUL_SPLIT_NS: f64 = 2.0 * CHUNK_NS;
/// Bytes of sums of K-blocks that are kept until they are added. 128x4096x128 on two
/// threads, cut along k and in tiles: f32 224 and 146 GFLOP/s, f64 118 and 85; 64x4096x64
/// f64 116 and 63, but f32, whose B stays in L2, 180 and 245.
pub(crate) const MATMUL_SPLIT_BYTES: usize = 2 << 20;
/// K-blocks whose sums must fit there, at least.
pub(crate) const MATMUL_SPLIT_ROUND: usize = 16;
/// Work, in ns, of a chunk of K-blocks: one of 64x256x64 f32.
pub(crate) const MATMUL_SPLIT_CHUNK_NS: f64 = CHUNK_NS / 2.0;

/// The part of one thread's share that is added to C at once: others may come late, or this
/// thread be held up. 64x4096x64 f32 gains 2 % so, and with all of it.
pub(crate) const MATMUL_SPLIT_DIRECT: f64 = 0.75;

/// Micro-tiles below each other, at most, that are a product of a stack whose strips go
/// through all products of a chunk, which stay in L2: 100 of 16^3 f32 on two threads of a
/// Zen 4 take 8.9 us so, 10.6 one by one.
pub(crate) const MATMUL_STACK_PANELS: usize = 2;
/// Bytes from which on a stack is gone through once, one product after another: 10,000 of 16^3
/// f32 0.74 ms in strips, 0.46 so; f64 3.1 and 1.3.
pub(crate) const MATMUL_STACK_FAR: usize = 24 << 20;

/// A product of a stack that takes longer than this, in ns, has all threads for itself.
pub(crate) const MATMUL_ALONE_NS: f64 = 400_000.0;

/// What a product of a stack costs at least, in ns.
pub(crate) const MATMUL_ITEM_NS: f64 = 8.0;

/// Rows of the upper half of a symmetric result that one chunk fills.
pub(crate) const MATMUL_MIRROR_ROWS: usize = 64;

/// Rows of a tile, at least, where B comes from beyond L2.
pub(crate) const MATMUL_ROWS_MIN: usize = 56;

/// Columns of a tile of one row, at least: stretches of nearly 2 KiB for each row of B.
/// With 512, 1x1000x1000 stayed on one thread, 14 GFLOP/s instead of 35.
pub(crate) const MATMUL_ROW_COLS: usize = 480;

/// Multiply-adds, in ns, that pay for a helper that is awake. Two threads of a Zen 4, f32,
/// with [`AWAKE_MIN_NS`](super::AWAKE_MIN_NS) and so: 80 9.1 and 5.6 us. With 4,500 64 gained
/// too, 4.7 and 3.3, but lost, 7.1 and 8.8, where the caller read the result, as did i32 50.
pub(crate) const MATMUL_AWAKE_MIN_NS: f64 = 8_500.0;
/// By how much a multiply-add in AVX-512 takes longer than at best where the CPU's units are
/// half as wide: 3.6 GHz.
pub(crate) const MATMUL_HALVES: f64 = 1.53;
/// Work of a tile, in ns, at least: small products are worth cutting as soon as they
/// are worth sharing.
pub(crate) const MATMUL_TILE_NS: f64 = 2_500.0;

/// Tiles of one run for each thread, at most, and where nothing is packed at least. Two
/// threads of a Zen 4, f32, 4 and 2 for each in place of 8: 128 1.05 and 1.13 times as fast,
/// 192 1.04 and 1.08, 256 1.03 and 1.04, 320 1.05 and 1.02; with 32 for each 192 loses a sixth on
/// Sapphire Rapids. Where B is packed, 512 gains 1.04 by 32 in place of 8, 1024 1.02.
pub(crate) const MATMUL_TILES: usize = 32;
/// See [`MATMUL_TILES`].
pub(crate) const MATMUL_TILES_LEAST: usize = 2;
/// Work of a tile, in ns, from which on there are more than the least. Not tuned finely.
pub(crate) const MATMUL_TILE_MAX_NS: f64 = 100_000.0;

/// A chunk longer than this, in ns, is cut along K too, so that a token is
/// noticed in time.
pub(crate) const MATMUL_CHUNK_NS: f64 = 10_000_000.0;
