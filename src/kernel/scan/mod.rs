//! Prefix sums, products, least and greatest so far, and what users join.
//!
//! ```text
//! block x[0..n]:   for each group of G elements s:
//!                      s[i] += s[i - 1];  s[i] += s[i - 2];  ... s[i] += s[i - G/2]
//!                      s[i] = last + s[i];  last = s[G - 1]
//! line:            cut into blocks; block k: y = carry + block(x), carry += its last
//! total of block:  its last alone, nothing written
//! rows r[0], ...:  sum = r[0];  sum[c] += r[i][c];  y[i] = sum    sums in L1
//! ```
//! The doubling steps within a group are Hillis and Steele's ("Data parallel
//! algorithms", CACM 29, 1986): one addition in a row for each group, where sums one by
//! one would wait for G of them. A long line knows the carry of a chunk only when those
//! before it are summed up: its chunks are scanned by themselves first, and the carry is
//! joined to them while they are in cache. Only what touches elements is compiled for each scan; the rest
//! sees a [`Table`], as reductions do.

mod line;
mod ops;
mod rows;
mod stream;
#[cfg(target_arch = "x86_64")]
mod wide;

use std::marker::PhantomData;

use crate::simd::{self, Tier};
use crate::tuning;

pub(crate) use ops::{By, Extreme, Product, Skipping, Sum};
pub(crate) use rows::Tile;
pub(crate) use stream::fence;

/// Elements of a group.
pub(crate) const GROUP: usize = tuning::SCAN_GROUP;

/// One scan: how an element enters, and what joins two.
pub(crate) trait Op: Copy {
    /// An element of the input.
    type Item: Copy;
    /// An element of the result.
    type Out: Copy;
    /// What joined with anything gives that.
    fn start(self) -> Self::Out;
    /// The result of no elements.
    fn nothing(self) -> Self::Out;
    /// An element on its way in.
    fn enter(self, x: Self::Item) -> Self::Out;
    /// Two of them, the earlier first.
    fn join(self, a: Self::Out, b: Self::Out) -> Self::Out;
    /// Pairs of whole groups of a block in AVX-512F, where that is written by hand: what
    /// `wide.rs` says, told the scan.
    const WIDE: Option<Wide<Self>> = None;
}

/// A stretch of pairs of whole groups, stored past the cache or not: the total of what comes before
/// its block, and the last of the group before; both are given back as they are after them. One of
/// more than a block begins with one.
type Wide<S> = unsafe fn(S, bool, Stretch, <S as Op>::Out, <S as Op>::Out) -> [<S as Op>::Out; 2];

/// Room for one result of any scan.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub(crate) struct Value([u8; 64]);

impl Value {
    const ZERO: Self = Self([0; 64]);

    pub(crate) fn place(&mut self) -> *mut u8 {
        self.0.as_mut_ptr()
    }

    pub(crate) fn get(&self) -> *const u8 {
        self.0.as_ptr()
    }
}

/// Contiguous elements: from where, to where (which may be the same), how many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: *const u8,
    pub(crate) to: *mut u8,
    pub(crate) n: usize,
    /// How many bytes further memory is asked for, where results are stored past the cache: the
    /// same stretch of what comes next. 0: not at all.
    pub(crate) next: usize,
}

/// A scan as the rest of the house sees it: sizes, and functions on bytes.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    /// Bytes of an element of the input.
    pub(crate) item: usize,
    /// Bytes of an element of the result: at most a [`Value`].
    pub(crate) out: usize,
    /// Whether there is a kernel by hand.
    wide: bool,
    /// The scan: an [`Op`] of the type that the functions were made for.
    op: *const (),
    start: unsafe fn(*const (), *mut u8),
    nothing: unsafe fn(*const (), *mut u8),
    joined: unsafe fn(*const (), *mut u8, *const u8),
    total: unsafe fn(*const (), *const u8, usize, *mut u8),
    block: unsafe fn(*const (), *const u8, *mut u8, Stretch, past_cache: bool),
    join: unsafe fn(*const (), *const u8, *mut u8, usize),
    in_order: unsafe fn(*const (), *mut u8, Stretch),
    rows: unsafe fn(*const (), &Tile),
    borrowed: PhantomData<&'a ()>,
}

// SAFETY: the pointer is to an `Op` that is borrowed for 'a and, as `of` asks, may be
// shared by threads; it is only read.
unsafe impl Sync for Table<'_> {}

impl<'a> Table<'a> {
    /// The table of a scan.
    pub(crate) const fn of<S: Op + Sync + 'a>(op: &'a S) -> Self {
        const {
            assert!(size_of::<S::Item>() <= size_of::<Value>(), "elements of at most 64 bytes");
            assert!(size_of::<S::Out>() <= size_of::<Value>(), "results of at most 64 bytes");
            assert!(align_of::<S::Out>() <= align_of::<Value>());
        }
        Self {
            item: size_of::<S::Item>(),
            out: size_of::<S::Out>(),
            wide: S::WIDE.is_some(),
            op: std::ptr::from_ref(op).cast(),
            start: start::<S>,
            nothing: nothing::<S>,
            joined: joined::<S>,
            total: line::total::<S>,
            block: line::block::<S>,
            join: line::join::<S>,
            in_order: line::in_order::<S>,
            rows: rows::rows::<S>,
            borrowed: PhantomData,
        }
    }

    /// What joined with anything gives that.
    pub(crate) fn start(&self) -> Value {
        let mut value = Value::ZERO;
        // SAFETY: there is room for a result.
        unsafe { (self.start)(self.op, value.place()) };
        value
    }

    /// The result of no elements.
    pub(crate) fn nothing(&self) -> Value {
        let mut value = Value::ZERO;
        // SAFETY: there is room for a result.
        unsafe { (self.nothing)(self.op, value.place()) };
        value
    }

    /// Two results joined, the earlier first.
    pub(crate) fn joined(&self, mut a: Value, b: &Value) -> Value {
        // SAFETY: both hold a result.
        unsafe { (self.joined)(self.op, a.place(), b.get()) };
        a
    }

    /// Joins to `last`, the total of a block up to here, that of the next `n` contiguous
    /// elements, which begin with a group.
    ///
    /// # Safety
    /// They may be read.
    pub(crate) unsafe fn total(&self, from: *const u8, n: usize, last: &mut Value) {
        // SAFETY: the caller's promise.
        unsafe { (self.total)(self.op, from, n, last.place()) };
    }

    /// Scans a block, or a part of one that begins with a group: `last` is the total of
    /// the block before it, and then with it; `carry` that of what comes before the block.
    ///
    /// # Safety
    /// The elements may be read and written, by nobody else; they are the same or do not
    /// overlap.
    pub(crate) unsafe fn block(&self, carry: &Value, last: &mut Value, stretch: Stretch) {
        // SAFETY: the caller's promise.
        unsafe { (self.block)(self.op, carry.get(), last.place(), stretch, false) };
    }

    /// The same with results stored past the cache; [`fence`] comes before anybody is told.
    ///
    /// # Safety
    /// The same; the elements do not overlap.
    pub(crate) unsafe fn block_past_cache(
        &self,
        carry: &Value,
        last: &mut Value,
        stretch: Stretch,
    ) {
        // SAFETY: the caller's promise.
        unsafe { (self.block)(self.op, carry.get(), last.place(), stretch, true) };
    }

    /// Whether [`Self::block_past_cache`] takes several blocks, of which `last` is then nothing.
    pub(crate) fn takes_blocks(&self) -> bool {
        self.wide && simd::tier() >= Tier::Avx512
    }

    /// Joins `carry` to the front of each of `n` contiguous results.
    ///
    /// # Safety
    /// All are results; nobody else touches those at `to`.
    pub(crate) unsafe fn join(&self, carry: &Value, to: *mut u8, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.join)(self.op, carry.get(), to, n) };
    }

    /// Scans elements one after the other, `last` being the result before.
    ///
    /// # Safety
    /// As [`Table::block`].
    pub(crate) unsafe fn in_order(&self, last: &mut Value, stretch: Stretch) {
        // SAFETY: the caller's promise.
        unsafe { (self.in_order)(self.op, last.place(), stretch) };
    }

    /// Scans the columns of a tile.
    ///
    /// # Safety
    /// Every element may be read and every result written, by nobody else; input and
    /// output are the same or do not overlap.
    pub(crate) unsafe fn rows(&self, tile: &Tile) {
        // SAFETY: the caller's promise.
        unsafe { (self.rows)(self.op, tile) };
    }
}

/// # Safety
/// `op` is an `S`; there is room for a result.
unsafe fn start<S: Op>(op: *const (), to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { to.cast::<S::Out>().write((*op.cast::<S>()).start()) };
}

/// # Safety
/// As [`start`].
unsafe fn nothing<S: Op>(op: *const (), to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { to.cast::<S::Out>().write((*op.cast::<S>()).nothing()) };
}

/// # Safety
/// `op` is an `S`; there is a result at both places.
unsafe fn joined<S: Op>(op: *const (), a: *mut u8, b: *const u8) {
    let a = a.cast::<S::Out>();
    // SAFETY: the caller's promise.
    unsafe { a.write((*op.cast::<S>()).join(*a, *b.cast())) };
}
