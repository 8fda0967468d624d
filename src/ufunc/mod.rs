//! Whole-array functions over loops whose types are erased: what the array forms of
//! [`math`](crate::math) share with bindings to other languages.
//!
//! ```text
//! axes of all operands, collapsed, in the order of the output's memory
//! for each chunk, on whoever claims it
//!     for each line along the innermost axis
//!         everything at unit stride, of the loop's types: the loop on all of it
//!         else, block by block of 512: copy and cast operands to unit stride, the loop,
//!             cast and copy the results, where the mask allows
//! ```
//! Not public: what a caller vouches for cannot be checked here.

mod arrays;
mod loops;

use std::mem::MaybeUninit;
use std::ops::Range;

pub(crate) use arrays::{one, one_inplace, one_into, two, two_into};

pub use crate::kernel::ufunc::Loop;
pub use crate::map::functions::{one as one_of, two as two_of};

use crate::kernel::ufunc::{Body, copy_strided, fence, stream};
use crate::plan::{Axes, Axis, Chunks};
use crate::tuning::{CACHE_LINE, UFUNC_BLOCK as BLOCK, UFUNC_LINE_NS, UFUNC_STREAM_MIN};
use crate::{pool, simd, tuning};

/// An array behind a pointer. Strides are in bytes, one for each axis of the result.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The first element, aligned.
    pub first: *mut u8,
    /// Zero where it is repeated.
    pub strides: &'a [isize],
    /// Bytes of an element.
    pub size: usize,
    /// To the loop's type; for the output, from it.
    pub cast: Option<Loop>,
}

/// A function of whole arrays made ready.
#[derive(Debug, Clone, Copy)]
pub struct Ufunc<'a> {
    /// The shape of the result.
    pub shape: &'a [usize],
    /// Up to three operands.
    pub operands: &'a [Place<'a>],
    /// Where results go.
    pub out: Place<'a>,
    /// Bools: results go only where it is true.
    pub mask: Option<Place<'a>>,
    /// What is computed.
    pub body: Loop,
}

/// Output, three operands, mask.
const K: usize = 5;
const OUT: usize = 0;
const MASK: usize = 4;

/// A block of elements of up to eight bytes.
#[repr(C, align(64))]
struct Stage(MaybeUninit<[u8; BLOCK * 8]>);

impl Stage {
    #[inline]
    fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    #[inline]
    fn ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// Two blocks for each operand (as it is and as the loop wants it), two for the output.
struct Scratch([[Stage; 2]; K - 1]);

impl Ufunc<'_> {
    /// Computes it, on several threads when that pays.
    ///
    /// # Safety
    /// There are at most three operands; every place that strides and shape lead to can be
    /// read, or for the output written, by any thread until this returns, and is aligned;
    /// elements are of the loop's types, or of those of the casts. The output's places are
    /// all different; none is a place of an operand or of the mask, but for an operand of
    /// the same size whose elements are all at the very places of the results that are made
    /// of them.
    pub unsafe fn run(&self) {
        let body = self.body.body();
        let flat = self.mask.is_none() && self.is_flat();
        let (bytes, ns) = self.cost();
        let line = CACHE_LINE / self.out.size.max(1);
        if flat {
            let len = self.shape.iter().product();
            let past_cache = !simd::foresees()
                && self.out.cast.is_none()
                && len * self.out.size >= UFUNC_STREAM_MIN;
            let shared = Shared(self);
            share(len, bytes, ns, line, &|range| {
                // SAFETY: by the caller; all lie without gaps in one order.
                unsafe { shared.get().stretch(body, range, past_cache) };
            });
            return;
        }
        let axes = self.axes();
        let inner = axes.inner().len.max(1) as f64;
        let shared = Shared(self);
        share(axes.len(), bytes, ns + UFUNC_LINE_NS / inner, line, &|range| {
            let mut scratch = Scratch::new();
            for run in axes.runs(range) {
                let strides = axes.inner().strides;
                // SAFETY: by the caller; the axes lead to places of all operands.
                unsafe { shared.get().line(body, &mut scratch, run.offsets, strides, run.len) };
            }
        });
    }

    /// Bytes of traffic of an element, and about what its arithmetic costs.
    fn cost(&self) -> (usize, f64) {
        let mut bytes = self.out.size + usize::from(self.mask.is_some());
        let mut ns = f64::from(self.body.ns());
        for place in self.operands {
            bytes += place.size;
            ns += if place.cast.is_some() { 0.3 } else { 0.0 };
        }
        (bytes, ns)
    }

    /// Whether output and operands lie without gaps in the same order, of the loop's types,
    /// the output apart from the operands.
    fn is_flat(&self) -> bool {
        let plain = |place: &Place<'_>| place.cast.is_none() && place.first != self.out.first;
        if !self.operands.iter().all(plain) || self.out.cast.is_some() {
            return false;
        }
        let in_c = |place: &Place<'_>| is_flat(self.shape, place, false);
        let in_f = |place: &Place<'_>| is_flat(self.shape, place, true);
        (in_c(&self.out) && self.operands.iter().all(in_c))
            || (in_f(&self.out) && self.operands.iter().all(in_f))
    }

    fn axes(&self) -> Axes<K> {
        let axis = |i: usize| {
            let mut strides = [0; K];
            strides[OUT] = self.out.strides[i];
            for (k, place) in self.operands.iter().enumerate() {
                strides[1 + k] = place.strides[i];
            }
            strides[MASK] = self.mask.map_or(0, |mask| mask.strides[i]);
            Axis { len: self.shape[i], strides }
        };
        Axes::in_memory_order_of((0..self.shape.len()).map(axis))
    }

    /// Elements `range` of arrays that are all flat.
    ///
    /// # Safety
    /// They are, and as [`run`](Self::run) says.
    unsafe fn stretch(&self, body: Body, range: Range<usize>, past_cache: bool) {
        let from = |at: usize| {
            let mut from = [std::ptr::null(); 3];
            for (from, place) in from.iter_mut().zip(self.operands) {
                *from = place.first.wrapping_add(at * place.size).cast_const();
            }
            from
        };
        let size = self.out.size;
        // SAFETY: by the caller.
        unsafe {
            if !past_cache {
                let to = self.out.first.add(range.start * size);
                return body(range.len(), from(range.start), to);
            }
            let (mut stage, mut at) = (Stage::new(), range.start);
            while at < range.end {
                let n = BLOCK.min(range.end - at);
                body(n, from(at), stage.ptr());
                stream(stage.ptr(), self.out.first.add(at * size), n * size);
                at += n;
            }
            fence();
        }
    }

    /// A line of `len` elements, `offsets` and `strides` in bytes.
    ///
    /// # Safety
    /// They are there, and as [`run`](Self::run) says.
    unsafe fn line(
        &self,
        body: Body,
        scratch: &mut Scratch,
        offsets: [isize; K],
        strides: [isize; K],
        len: usize,
    ) {
        let mut at = 0;
        while at < len {
            let n = BLOCK.min(len - at);
            let mut from = [std::ptr::null(); 3];
            for (k, place) in self.operands.iter().enumerate() {
                let step = strides[1 + k];
                let first = place.first.wrapping_offset(offsets[1 + k] + at as isize * step);
                // What is repeated all along the line is made ready once: later blocks
                // are not longer.
                let ready = step == 0 && at > 0;
                let stages = &mut scratch.0[1 + k];
                // SAFETY: by the caller; a block fits its stage.
                from[k] = unsafe { level(place, stages, first, step, n, ready) };
            }
            let step = strides[OUT];
            let to = self.out.first.wrapping_offset(offsets[OUT] + at as isize * step);
            let mask = self.mask.map(|mask| {
                let first = mask.first.wrapping_offset(offsets[MASK] + at as isize * strides[MASK]);
                (first.cast_const(), strides[MASK])
            });
            // SAFETY: by the caller.
            unsafe { self.results(body, &mut scratch.0[OUT], from, (to, step), mask, n) };
            at += n;
        }
    }

    /// Computes a block and puts it where it belongs.
    ///
    /// # Safety
    /// As [`line`](Self::line).
    unsafe fn results(
        &self,
        body: Body,
        stages: &mut [Stage; 2],
        from: [*const u8; 3],
        (to, step): (*mut u8, isize),
        mask: Option<(*const u8, isize)>,
        n: usize,
    ) {
        let size = self.out.size;
        let [made, cast] = stages;
        // SAFETY: by the caller; a block fits its stage.
        unsafe {
            let apart = from.iter().all(|from| *from != to.cast_const());
            if self.out.cast.is_none() && mask.is_none() && apart && step == size as isize {
                return body(n, from, to);
            }
            body(n, from, made.ptr());
            let mut made = made.ptr();
            if let Some(by) = self.out.cast {
                let null = std::ptr::null();
                (by.body())(n, [made, null, null], cast.ptr());
                made = cast.ptr();
            }
            let Some((mask, mask_step)) = mask else {
                return copy_strided(size, n, (made, size as isize), (to, step));
            };
            // Stretches of what is let through.
            let lets = |i: usize| mask.offset(i as isize * mask_step).read() != 0;
            let mut i = 0;
            while i < n {
                let start = i;
                while i < n && lets(i) {
                    i += 1;
                }
                let first = (made.add(start * size).cast_const(), size as isize);
                let place = (to.offset(start as isize * step), step);
                copy_strided(size, i - start, first, place);
                while i < n && !lets(i) {
                    i += 1;
                }
            }
        }
    }
}

/// A block of an operand at unit stride, of the loop's type.
///
/// # Safety
/// There are `n` elements at `step` bytes, at most [`BLOCK`]; `ready` only if the block before
/// was of the same element and not shorter.
unsafe fn level(
    place: &Place<'_>,
    [plain, cast]: &mut [Stage; 2],
    first: *mut u8,
    step: isize,
    n: usize,
    ready: bool,
) -> *const u8 {
    let size = place.size as isize;
    // SAFETY: by the caller.
    unsafe {
        let mut from = first.cast_const();
        if step != size && n > 1 {
            if !ready {
                copy_strided(place.size, n, (from, step), (plain.ptr(), size));
            }
            from = plain.ptr();
        }
        if let Some(by) = place.cast {
            if !ready {
                (by.body())(n, [from, std::ptr::null(), std::ptr::null()], cast.ptr());
            }
            from = cast.ptr();
        }
        from
    }
}

impl Scratch {
    #[inline]
    fn new() -> Self {
        Self(std::array::from_fn(|_| [Stage::new(), Stage::new()]))
    }
}

/// Whether elements lie without gaps: the last index fastest, or the first.
fn is_flat(shape: &[usize], place: &Place<'_>, first_fastest: bool) -> bool {
    let mut step = place.size as isize;
    let mut fits = |n: usize, stride: isize| {
        let fits = n == 1 || stride == step;
        step = step.wrapping_mul(n as isize);
        fits
    };
    let mut axes = shape.iter().zip(place.strides);
    if first_fastest {
        axes.all(|(&n, &stride)| fits(n, stride))
    } else {
        axes.rev().all(|(&n, &stride)| fits(n, stride))
    }
}

/// Shares `len` elements among the pool. No result depends on the bounds.
fn share(len: usize, bytes: usize, ns: f64, line: usize, work: &(dyn Fn(Range<usize>) + Sync)) {
    if len == 0 {
        return;
    }
    let chunks = Chunks::once(len, bytes, ns, line);
    if chunks.n() == 1 || chunks.cost_ns() < tuning::AWAKE_MIN_NS && tuning::PAR_MIN.get().is_none()
    {
        return pool::each(1, 0.0, |_| work(0..len));
    }
    pool::each(chunks.n(), chunks.cost_ns(), |i| work(chunks.range(i)));
}

/// Pointers that every thread may have.
struct Shared<'a>(&'a Ufunc<'a>);

// SAFETY: made only in `run`, whose caller says that any thread may use these places.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    /// A method, so that closures borrow the whole and not the pointers in it.
    #[inline]
    fn get(&self) -> &'a Ufunc<'a> {
        self.0
    }
}
