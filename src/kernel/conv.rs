//! One line of a convolution: a sum of shifted rows.
//!
//! ```text
//! for each block of columns            (accumulators stay in registers)
//!     acc = 0
//!     for t in 0..taps                 (always in this order)
//!         acc += taps[t] * rows[t][block]
//!     out[block] = acc
//! ```
//! Every filter is this sum, once somebody has said where row `t` begins: the row
//! of the input that lies under tap `t`, shifted along the line by the tap's
//! place. Floating-point terms are added by `mul_add`, so that the bits are the
//! same at every block length and in every tier. The last block of a line ends
//! with the line and may repeat columns of the one before: same values again.

use crate::element::Element;
use crate::simd::{self, Kernel};

/// A number that can be filtered: `f32`, `f64`, or an integer of 8 to 32 bits but `u32`.
///
/// Sealed, as [`Element`] is.
pub trait Sample: Element {
    /// What the taps of a filter are: the type itself, `i32` for integers.
    type Tap: Element;

    /// How large `tap` times any value of this type can be, for integers.
    #[doc(hidden)]
    fn reach(tap: Self::Tap) -> u64;

    /// Writes `len` sums to `out`, in the best tier.
    ///
    /// `narrow`: every sum and every part of one fits 32 bits, for integers.
    ///
    /// # Safety
    /// `rows` and `taps` are of one length; each row can be read for `len`
    /// elements, `out` be written for `len`, and `out` overlaps no row.
    #[doc(hidden)]
    unsafe fn sum_rows(
        rows: &[*const Self],
        taps: &[Self::Tap],
        narrow: bool,
        out: *mut Self,
        len: usize,
    );
}

/// An accumulator for elements `T`.
trait Acc<T: Sample>: Copy {
    const ZERO: Self;
    fn add(self, x: T, tap: T::Tap) -> Self;
    fn done(self) -> T;
}

struct SumRows<'a, T: Sample, A> {
    rows: &'a [*const T],
    taps: &'a [T::Tap],
    out: *mut T,
    len: usize,
    acc: std::marker::PhantomData<A>,
}

impl<T: Sample, A: Acc<T>> SumRows<'_, T, A> {
    /// One block of `B` columns from `at`.
    ///
    /// # Safety
    /// As [`Sample::sum_rows`], and `at + B <= len`.
    #[inline(always)]
    unsafe fn block<const B: usize>(&self, at: usize) {
        let mut acc = [A::ZERO; B];
        for (&row, &tap) in self.rows.iter().zip(self.taps) {
            // SAFETY: the row can be read for `len` elements, `at + B` of which are asked for.
            let x: [T; B] = unsafe { row.add(at).cast::<[T; B]>().read_unaligned() };
            for j in 0..B {
                acc[j] = acc[j].add(x[j], tap);
            }
        }
        // A loop, not `map`: that one is not inlined at this length.
        let mut sums = [T::ZERO; B];
        for j in 0..B {
            sums[j] = acc[j].done();
        }
        // SAFETY: as for reading; `out` overlaps no row.
        unsafe { self.out.add(at).cast::<[T; B]>().write_unaligned(sums) };
    }
}

impl<T: Sample, A: Acc<T>> SumRows<'_, T, A> {
    /// Blocks of `B` columns over the line, the last one ending with it.
    ///
    /// # Safety
    /// As [`Sample::sum_rows`], and `B <= len`.
    #[inline(always)]
    unsafe fn blocks<const B: usize>(&self) {
        let mut at = 0;
        while at + B <= self.len {
            // SAFETY: the block ends at `len` or before.
            unsafe { self.block::<B>(at) };
            at += B;
        }
        if at < self.len {
            // SAFETY: the line is not shorter than a block: the caller's promise.
            unsafe { self.block::<B>(self.len - B) };
        }
    }
}

impl<T: Sample, A: Acc<T>> Kernel for SumRows<'_, T, A> {
    type Output = ();

    /// Eight accumulators of a full AVX2 register hide the latency of an FMA and
    /// leave room for the rest; narrower blocks are for short lines.
    #[inline(always)]
    fn run(self) {
        // SAFETY: each length is tested; the rest is the caller's promise.
        unsafe {
            match (self.len, size_of::<A>()) {
                (64.., ..=4) => self.blocks::<64>(),
                (32.., 8..) => self.blocks::<32>(),
                (16.., _) => self.blocks::<16>(),
                (4.., _) => self.blocks::<4>(),
                _ => self.blocks::<1>(),
            }
        }
    }
}

macro_rules! float {
    ($($t:ty)*) => {$(
        impl Acc<$t> for $t {
            const ZERO: Self = 0.0;
            #[inline(always)]
            fn add(self, x: $t, tap: $t) -> Self {
                x.mul_add(tap, self)
            }
            #[inline(always)]
            fn done(self) -> $t {
                self
            }
        }
        impl Sample for $t {
            type Tap = $t;
            fn reach(_: $t) -> u64 {
                0
            }
            #[inline]
            unsafe fn sum_rows(
                rows: &[*const $t],
                taps: &[$t],
                _narrow: bool,
                out: *mut $t,
                len: usize,
            ) {
                let acc = std::marker::PhantomData::<$t>;
                simd::dispatch(SumRows { rows, taps, out, len, acc });
            }
        }
    )*};
}
float!(f32 f64);

macro_rules! integer {
    ($($t:ty)*) => {$(
        integer!($t, i32);
        integer!($t, i64);
        impl Sample for $t {
            type Tap = i32;
            fn reach(tap: i32) -> u64 {
                // |MIN| of a signed type is one more than its MAX.
                let ends = [<$t>::MIN, <$t>::MAX].map(|end| i64::from(end).unsigned_abs());
                let most = ends[0].max(ends[1]);
                u64::from(tap.unsigned_abs()) * most
            }
            #[inline]
            unsafe fn sum_rows(
                rows: &[*const $t],
                taps: &[i32],
                narrow: bool,
                out: *mut $t,
                len: usize,
            ) {
                if narrow {
                    let acc = std::marker::PhantomData::<i32>;
                    simd::dispatch(SumRows { rows, taps, out, len, acc });
                } else {
                    let acc = std::marker::PhantomData::<i64>;
                    simd::dispatch(SumRows { rows, taps, out, len, acc });
                }
            }
        }
    )*};
    ($t:ty, $acc:ty) => {
        impl Acc<$t> for $acc {
            const ZERO: Self = 0;
            #[inline(always)]
            fn add(self, x: $t, tap: i32) -> Self {
                // Never wraps: the caller has bounded the sum.
                self.wrapping_add(<$acc>::from(x).wrapping_mul(<$acc>::from(tap)))
            }
            #[inline(always)]
            fn done(self) -> $t {
                self.clamp(<$acc>::from(<$t>::MIN), <$acc>::from(<$t>::MAX)) as $t
            }
        }
    };
}
integer!(u8 i8 u16 i16 i32);
