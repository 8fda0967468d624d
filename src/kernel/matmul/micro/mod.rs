//! The micro-kernels: one file for each tier, and what the driver knows of them.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
mod tile;
mod vector;

use std::any::TypeId;

use crate::element::Element;
use crate::simd::halves;
#[cfg(target_arch = "x86_64")]
use crate::simd::{Tier, tier};
use crate::tuning;

pub(crate) use tile::{Micro, Strip};
pub(super) use tile::{fetch, fetch_l2, fetch_to_write};

/// The micro-kernels of one tier for one type: what they need and where they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape<T: 'static> {
    /// Rows of the largest tile.
    pub(crate) mr: usize,
    /// Registers side by side in the largest tile.
    pub(crate) vectors: usize,
    /// Elements in a register.
    pub(crate) lanes: usize,
    /// What a multiply-add costs at best, in ns.
    pub(crate) step_ns: f64,
    /// One for each number of rows, number of registers, and whether the last of
    /// these is full.
    table: &'static [Micro<T>],
    /// Those of one register half as wide, if there are any, for each number of rows: two of
    /// these are multiplied in the time of one that is half empty. 4096x4096x8 of `f32` on two
    /// threads of a Zen 4: 1.11 times as fast. Not where part is empty: such stores are slow.
    narrow: &'static [Micro<T>],
}

impl<T> Shape<T> {
    /// Columns of the largest tile.
    #[inline]
    pub(crate) fn nr(&self) -> usize {
        self.vectors * self.lanes
    }

    /// What a multiply-add costs on this CPU, in ns, where that is known.
    #[inline]
    pub(crate) fn real_step_ns(&self) -> Option<f64> {
        let wide = self.lanes * size_of::<T>() == 64;
        (wide && halves()).then_some(self.step_ns * tuning::MATMUL_HALVES)
    }

    /// The kernel for tiles of `rows` by `cols`.
    #[inline]
    pub(crate) fn micro(&self, rows: usize, cols: usize) -> Micro<T> {
        if 2 * cols == self.lanes && !self.narrow.is_empty() {
            return self.narrow[rows - 1];
        }
        let vectors = cols.div_ceil(self.lanes);
        let part = !cols.is_multiple_of(self.lanes);
        self.table[((rows - 1) * self.vectors + vectors - 1) * 2 + usize::from(part)]
    }
}

/// The [`Shape`] of kernels `Self::run::<M, N, PART>`, for the numbers of rows given and
/// up to 2 or 3 registers.
macro_rules! kernels {
    ($lanes:expr, $ns:expr, [$($m:literal)*] x 2) => {
        Shape {
            mr: [$($m),*].len(),
            vectors: 2,
            lanes: $lanes,
            step_ns: $ns,
            table: &[$(
                Self::run::<$m, 1, false>, Self::run::<$m, 1, true>,
                Self::run::<$m, 2, false>, Self::run::<$m, 2, true>,
            )*],
            narrow: &[],
        }
    };
    ($lanes:expr, $ns:expr, [$($m:literal)*] x 3) => {
        Shape {
            mr: [$($m),*].len(),
            vectors: 3,
            lanes: $lanes,
            step_ns: $ns,
            table: &[$(
                Self::run::<$m, 1, false>, Self::run::<$m, 1, true>,
                Self::run::<$m, 2, false>, Self::run::<$m, 2, true>,
                Self::run::<$m, 3, false>, Self::run::<$m, 3, true>,
            )*],
            narrow: &[],
        }
    };
}
use kernels;

/// One static for each type: kernels are compiled here, and not in every crate that
/// multiplies matrices.
macro_rules! statics {
    ($($name:ident: $t:ty = $shape:expr;)*) => {$(
        static $name: Shape<$t> = $shape;
    )*};
}
#[cfg(target_arch = "x86_64")]
statics! {
    F32_512: f32 = Shape { narrow: avx2::F32::NARROW, ..avx512::F32::SHAPE };
    F64_512: f64 = Shape { narrow: avx2::F64::NARROW, ..avx512::F64::SHAPE };
    F32_256: f32 = avx2::F32::SHAPE;
    F64_256: f64 = avx2::F64::SHAPE;
    I32_256: i32 = avx2::I32::SHAPE;
    U32_256: u32 = avx2::U32::SHAPE;
    I64_256: i64 = avx2::I64::SHAPE;
    U64_256: u64 = avx2::U64::SHAPE;
}
statics! {
    F32: f32 = Shape { step_ns: tuning::MATMUL_LIBM_NS, ..portable::Any::SHAPE };
    F64: f64 = Shape { step_ns: tuning::MATMUL_LIBM_NS, ..portable::Any::SHAPE };
    I8: i8 = portable::Any::SHAPE;
    U8: u8 = portable::Any::SHAPE;
    I16: i16 = portable::Any::SHAPE;
    U16: u16 = portable::Any::SHAPE;
    I32: i32 = portable::Any::SHAPE;
    U32: u32 = portable::Any::SHAPE;
    I64: i64 = portable::Any::SHAPE;
    U64: u64 = portable::Any::SHAPE;
}

/// The first of the shapes that is for `$t`.
macro_rules! first {
    ($t:ty, $($shape:ident)*) => {
        None$(.or_else(|| same::<_, $t>(&$shape)))*
    };
}

/// The kernels of the tier in force.
#[inline]
pub(crate) fn shape<T: Element>() -> &'static Shape<T> {
    #[cfg(target_arch = "x86_64")]
    {
        let tier = tier();
        if tier == Tier::Avx512
            && let Some(shape) = first!(T, F32_512 F64_512)
        {
            return shape;
        }
        if tier >= Tier::Avx2
            && let Some(shape) = first!(T, F32_256 F64_256 I32_256 U32_256 I64_256 U64_256)
        {
            return shape;
        }
    }
    first!(T, F32 F64 I8 U8 I16 U16 I32 U32 I64 U64).expect("an Element is one of these")
}

/// The same kernels, if they are for `T`.
#[inline(always)]
fn same<S: Element, T: Element>(shape: &'static Shape<S>) -> Option<&'static Shape<T>> {
    let same = TypeId::of::<S>() == TypeId::of::<T>();
    // SAFETY: the types are the same one.
    same.then(|| unsafe { &*std::ptr::from_ref(shape).cast() })
}
