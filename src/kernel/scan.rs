//! Prefix sums, products, least and greatest so far.
//!
//! ```text
//! block x[0..n]:   for each group of G elements s:
//!                      s[i] += s[i - 1];  s[i] += s[i - 2];  ... s[i] += s[i - G/2]
//!                      s[i] = last + s[i];  last = s[G - 1]
//! line:            cut into blocks; block k: y = carry + block(x), carry += its last
//! rows r[0], ...:  y[0] = r[0];  y[i] = y[i - 1] + r[i], element by element
//! ```
//! The doubling steps within a group are Hillis and Steele's ("Data parallel
//! algorithms", CACM 29, 1986): one addition in a row for each group, where sums one by
//! one would wait for G of them. Only what touches elements is compiled for each scan;
//! the rest sees a [`Table`], as reductions do.

use std::marker::PhantomData;
use std::slice;

use crate::simd::{self, Kernel};

/// Elements of a group.
const GROUP: usize = 8;

/// One scan: how an element enters, and what joins two.
pub(crate) trait Op: Copy {
    /// An element of the input.
    type Item: Copy;
    /// An element of the result.
    type Out: Copy;
    /// The scan with the bits that its table flips.
    fn new(flip: u64) -> Self;
    /// What joined with anything gives that.
    fn start(self) -> Self::Out;
    /// An element on its way in.
    fn enter(self, x: Self::Item) -> Self::Out;
    /// Two of them, the earlier first.
    fn join(self, a: Self::Out, b: Self::Out) -> Self::Out;
}

/// Rows of a tile: where the first begins, and the strides, in elements, from one
/// column to the next and from one row to the next, of input and output.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    pub(crate) from: *const u8,
    pub(crate) to: *mut u8,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) row_strides: [isize; 2],
    pub(crate) column_strides: [isize; 2],
}

/// Room for one result of any scan.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Value([u8; 8]);

impl Value {
    pub(crate) fn place(&mut self) -> *mut u8 {
        self.0.as_mut_ptr()
    }

    pub(crate) fn get(&self) -> *const u8 {
        self.0.as_ptr()
    }
}

/// A scan as the rest of the house sees it: sizes, and functions on bytes.
#[derive(Debug)]
pub(crate) struct Table {
    /// Bytes of an element of the input.
    pub(crate) item: usize,
    /// Bytes of an element of the result: at most 8.
    pub(crate) out: usize,
    flip: u64,
    /// Writes what joined with anything gives that.
    start: unsafe fn(u64, *mut u8),
    /// A block by itself, contiguous, from the first place to the second, which may be
    /// the same.
    block: unsafe fn(u64, *const u8, *mut u8, n: usize),
    /// Joins the value at the first place to the front of contiguous elements.
    join: unsafe fn(u64, *const u8, *mut u8, n: usize),
    /// Rows of a tile.
    rows: unsafe fn(u64, &Tile),
}

impl Table {
    /// The table of a scan whose elements are turned by the bits `flip`.
    pub(crate) const fn of<S: Op>(flip: u64) -> Self {
        assert!(size_of::<S::Out>() <= 8);
        Self {
            item: size_of::<S::Item>(),
            out: size_of::<S::Out>(),
            flip,
            start: start::<S>,
            block: block::<S>,
            join: join::<S>,
            rows: rows::<S>,
        }
    }

    /// What joined with anything gives that.
    pub(crate) fn start(&self) -> Value {
        let mut value = Value([0; 8]);
        // SAFETY: there is room for a result.
        unsafe { (self.start)(self.flip, value.place()) };
        value
    }

    /// Scans `n` contiguous elements by themselves.
    ///
    /// # Safety
    /// `from` may be read and `to` written for `n` elements, by nobody else; they are
    /// the same or do not overlap.
    pub(crate) unsafe fn block(&self, from: *const u8, to: *mut u8, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.block)(self.flip, from, to, n) };
    }

    /// Joins `carry` to the front of each of `n` contiguous results.
    ///
    /// # Safety
    /// All are results; nobody else touches those at `to`.
    pub(crate) unsafe fn join(&self, carry: *const u8, to: *mut u8, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { (self.join)(self.flip, carry, to, n) };
    }

    /// Scans the columns of a tile.
    ///
    /// # Safety
    /// Every element may be read and every result written, by nobody else; input and
    /// output are the same or do not overlap.
    pub(crate) unsafe fn rows(&self, tile: &Tile) {
        // SAFETY: the caller's promise.
        unsafe { (self.rows)(self.flip, tile) };
    }
}

/// # Safety
/// There is room for a result.
unsafe fn start<S: Op>(flip: u64, to: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { to.cast::<S::Out>().write(S::new(flip).start()) };
}

/// Made by [`block`] only, whose caller vouches for the places.
struct Block<S: Op> {
    scan: S,
    from: *const S::Item,
    to: *mut S::Out,
    n: usize,
}

impl<S: Op> Kernel for Block<S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { scan, from, to, n } = self;
        let mut last = scan.start();
        let mut i = 0;
        while i + GROUP <= n {
            let mut s = [scan.start(); GROUP];
            for (j, s) in s.iter_mut().enumerate() {
                // SAFETY: `i + GROUP <= n`.
                *s = scan.enter(unsafe { *from.add(i + j) });
            }
            let mut by = 1;
            while by < GROUP {
                let before = s;
                for j in by..GROUP {
                    s[j] = scan.join(before[j - by], before[j]);
                }
                by *= 2;
            }
            for (j, &s) in s.iter().enumerate() {
                // SAFETY: the same.
                unsafe { to.add(i + j).write(scan.join(last, s)) };
            }
            last = scan.join(last, s[GROUP - 1]);
            i += GROUP;
        }
        // The rest of a group in the same order, one by one: the steps of a group by
        // doubling, of as many as there are.
        let mut s = [scan.start(); GROUP];
        for (j, s) in s[..n - i].iter_mut().enumerate() {
            // SAFETY: `i + j < n`.
            *s = scan.enter(unsafe { *from.add(i + j) });
        }
        let mut by = 1;
        while by < GROUP {
            for j in (by..GROUP).rev() {
                s[j] = scan.join(s[j - by], s[j]);
            }
            by *= 2;
        }
        for (j, &s) in s[..n - i].iter().enumerate() {
            // SAFETY: `i + j < n`.
            unsafe { to.add(i + j).write(scan.join(last, s)) };
        }
    }
}

/// # Safety
/// As [`Table::block`].
unsafe fn block<S: Op>(flip: u64, from: *const u8, to: *mut u8, n: usize) {
    simd::dispatch(Block { scan: S::new(flip), from: from.cast(), to: to.cast(), n });
}

/// Made by [`join`] only.
struct Join<'a, S: Op> {
    scan: S,
    carry: S::Out,
    to: &'a mut [S::Out],
}

impl<S: Op> Kernel for Join<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for y in self.to {
            *y = self.scan.join(self.carry, *y);
        }
    }
}

/// # Safety
/// As [`Table::join`].
unsafe fn join<S: Op>(flip: u64, carry: *const u8, to: *mut u8, n: usize) {
    // SAFETY: the caller's promise.
    let (carry, to) = unsafe { (*carry.cast(), slice::from_raw_parts_mut(to.cast(), n)) };
    simd::dispatch(Join { scan: S::new(flip), carry, to });
}

/// Made by [`rows`] only, whose caller vouches for the places.
struct Rows<'a, S: Op> {
    scan: S,
    tile: &'a Tile,
}

impl<S: Op> Kernel for Rows<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { scan, tile } = self;
        let Tile { from, to, rows, columns, row_strides, column_strides } = *tile;
        let (from, to) = (from.cast::<S::Item>(), to.cast::<S::Out>());
        for r in 0..rows as isize {
            let x = from.wrapping_offset(r.wrapping_mul(row_strides[0]));
            let y = to.wrapping_offset(r.wrapping_mul(row_strides[1]));
            let above = y.wrapping_offset(row_strides[1].wrapping_neg());
            let enter = |x: S::Item| scan.enter(x);
            // SAFETY: every element and every result of the tile is there; the row above
            // is written before this one.
            unsafe {
                match (r, column_strides) {
                    (0, _) => {
                        for c in 0..columns as isize {
                            let x = *x.offset(c.wrapping_mul(column_strides[0]));
                            y.offset(c.wrapping_mul(column_strides[1])).write(enter(x));
                        }
                    }
                    (_, [1, 1]) => {
                        for c in 0..columns {
                            y.add(c).write(scan.join(*above.add(c), enter(*x.add(c))));
                        }
                    }
                    _ => {
                        for c in 0..columns as isize {
                            let x = *x.offset(c.wrapping_mul(column_strides[0]));
                            let at = c.wrapping_mul(column_strides[1]);
                            y.offset(at).write(scan.join(*above.offset(at), enter(x)));
                        }
                    }
                }
            }
        }
    }
}

/// # Safety
/// As [`Table::rows`].
unsafe fn rows<S: Op>(flip: u64, tile: &Tile) {
    simd::dispatch(Rows { scan: S::new(flip), tile });
}

// ---- what is scanned ---------------------------------------------------------

/// Sums so far, of integers in 64 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum<T>(PhantomData<T>);

/// Products so far, of integers in 64 bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product<T>(PhantomData<T>);

/// The least so far, or the greatest of floats; integers are turned by bits to flip.
/// NaN if there was one; -0.0 below +0.0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extreme<T, const GREATEST: bool> {
    flip: T,
}

macro_rules! op {
    ($name:ty: $item:ident to $out:ident, $start:expr, |$flip:ident| $new:expr,
     |$a:ident, $b:ident| $join:expr) => {
        impl Op for $name {
            type Item = $item;
            type Out = $out;
            #[inline(always)]
            fn new($flip: u64) -> Self {
                let _ = $flip;
                $new
            }
            #[inline(always)]
            fn start(self) -> $out {
                $start
            }
            #[inline(always)]
            fn enter(self, x: $item) -> $out {
                <$out>::from(x)
            }
            #[inline(always)]
            fn join(self, $a: $out, $b: $out) -> $out {
                $join
            }
        }
    };
}

/// The lesser of two floats, as `kernel/reduce/extremes.rs` explains it.
macro_rules! floats {
    ($($t:ident)*) => {$(
        op!(Sum<$t>: $t to $t, -0.0, |flip| Self(PhantomData), |a, b| a + b);
        op!(Product<$t>: $t to $t, 1.0, |flip| Self(PhantomData), |a, b| a * b);
        op!(Extreme<$t, false>: $t to $t, $t::INFINITY, |flip| Self { flip: 0.0 }, |a, b| {
            let ab = if a < b { a } else { b };
            let ba = if b < a { b } else { a };
            $t::from_bits(ab.to_bits() | ba.to_bits())
        });
        op!(Extreme<$t, true>: $t to $t, $t::NEG_INFINITY, |flip| Self { flip: 0.0 }, |a, b| {
            let (a, b) = (-a, -b);
            let ab = if a < b { a } else { b };
            let ba = if b < a { b } else { a };
            -$t::from_bits(ab.to_bits() | ba.to_bits())
        });
    )*};
}
floats!(f32 f64);

macro_rules! integers {
    ($($t:ident to $wide:ident;)*) => {$(
        op!(Sum<$t>: $t to $wide, 0, |flip| Self(PhantomData), |a, b| a.wrapping_add(b));
        op!(Product<$t>: $t to $wide, 1, |flip| Self(PhantomData), |a, b| a.wrapping_mul(b));
    )*};
}
integers! {
    i8 to i64; u8 to u64; i16 to i64; u16 to u64; i32 to i64; u32 to u64;
    // Of the unsigned too: what wraps has the same bits.
    i64 to i64;
}

macro_rules! extremes {
    ($($t:ident)*) => {$(
        impl Op for Extreme<$t, false> {
            type Item = $t;
            type Out = $t;
            #[inline(always)]
            fn new(flip: u64) -> Self {
                Self { flip: flip as $t }
            }
            #[inline(always)]
            fn start(self) -> $t {
                $t::MAX ^ self.flip
            }
            #[inline(always)]
            fn enter(self, x: $t) -> $t {
                x
            }
            #[inline(always)]
            fn join(self, a: $t, b: $t) -> $t {
                if (b ^ self.flip) < (a ^ self.flip) { b } else { a }
            }
        }
    )*};
}
extremes!(i8 i16 i32 i64);
