//! What is scanned: sums, products, extremes, and what a user joins.

use std::marker::PhantomData;

use super::Op;
#[cfg(target_arch = "x86_64")]
use super::wide;
use crate::kernel::pair::{plus, times_or_one};

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

/// A user's closure, and what joined with anything gives that.
#[derive(Debug)]
pub(crate) struct By<'a, T, F> {
    pub(crate) identity: T,
    pub(crate) combine: &'a F,
}

impl<T: Copy, F> Clone for By<'_, T, F> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Copy, F> Copy for By<'_, T, F> {}

impl<T: Copy, F: Fn(T, T) -> T> Op for By<'_, T, F> {
    type Item = T;
    type Out = T;
    #[inline(always)]
    fn start(self) -> T {
        self.identity
    }
    #[inline(always)]
    fn nothing(self) -> T {
        self.identity
    }
    #[inline(always)]
    fn enter(self, x: T) -> T {
        x
    }
    #[inline(always)]
    fn join(self, a: T, b: T) -> T {
        (self.combine)(a, b)
    }
}

macro_rules! op {
    ($name:ident<$t:ty $(, $greatest:literal)?>: $out:ty, start $start:expr, nothing $nothing:expr,
     |$flip:ident| $new:expr, |$this:ident, $a:ident, $b:ident| $join:expr
     $(, wide $wide:ident($told:ident) $turn:expr)?) => {
        impl $name<$t $(, $greatest)?> {
            /// The scan of elements that are turned by these bits.
            pub(crate) const fn new($flip: u64) -> Self {
                let _ = $flip;
                $new
            }
        }
        impl Op for $name<$t $(, $greatest)?> {
            type Item = $t;
            type Out = $out;
            #[inline(always)]
            fn start(self) -> $out {
                let $this = self;
                let _ = $this;
                $start
            }
            #[inline(always)]
            fn nothing(self) -> $out {
                let $this = self;
                let _ = $this;
                $nothing
            }
            #[inline(always)]
            fn enter(self, x: $t) -> $out {
                <$out>::from(x)
            }
            #[inline(always)]
            fn join(self, $a: $out, $b: $out) -> $out {
                let $this = self;
                let _ = $this;
                $join
            }
            $(#[cfg(target_arch = "x86_64")]
            const WIDE: Option<super::Wide<Self>> = Some(|$told, past_cache, stretch, carry, last| {
                let start = $told.start();
                // SAFETY: as its callers promise.
                unsafe {
                    if past_cache {
                        wide::$wide::<true>(stretch, [carry, last, $turn, start])
                    } else {
                        wide::$wide::<false>(stretch, [carry, last, $turn, start])
                    }
                }
            });)?
        }
    };
}

/// The lesser of two floats, as `kernel/reduce/extremes.rs` explains it.
macro_rules! floats {
    ($($t:ident, $sum:ident, $least:ident;)*) => {$(
        op!(Sum<$t>: $t, start -0.0, nothing 0.0, |flip| Self(PhantomData), |this, a, b| a + b,
            wide $sum(this) 0.0);
        op!(Product<$t>: $t, start 1.0, nothing 1.0, |flip| Self(PhantomData), |this, a, b| a * b);
        op!(Extreme<$t, false>: $t, start $t::INFINITY, nothing $t::INFINITY,
            |flip| Self { flip: 0.0 }, |this, a, b| {
                let ab = if a < b { a } else { b };
                let ba = if b < a { b } else { a };
                $t::from_bits(ab.to_bits() | ba.to_bits())
            }, wide $least(this) 0.0);
        op!(Extreme<$t, true>: $t, start $t::NEG_INFINITY, nothing $t::NEG_INFINITY,
            |flip| Self { flip: 0.0 }, |this, a, b| {
                let (a, b) = (-a, -b);
                let ab = if a < b { a } else { b };
                let ba = if b < a { b } else { a };
                -$t::from_bits(ab.to_bits() | ba.to_bits())
            }, wide $least(this) -0.0);
    )*};
}
floats! { f32, sum_f32, least_f32; f64, sum_f64, least_f64; }

macro_rules! complexes {
    ($($t:ident)*) => {$(
        op!(Sum<[$t; 2]>: [$t; 2], start [-0.0; 2], nothing [0.0; 2], |flip| Self(PhantomData),
            |this, a, b| plus(a, b));
        op!(Product<[$t; 2]>: [$t; 2], start [1.0, 0.0], nothing [1.0, 0.0],
            |flip| Self(PhantomData), |this, a, b| times_or_one(a, b));
    )*};
}
complexes!(f32 f64);

macro_rules! integers {
    ($($t:ident to $out:ident $(wide $sum:ident)?;)*) => {$(
        op!(Sum<$t>: $out, start 0, nothing 0, |flip| Self(PhantomData),
            |this, a, b| a.wrapping_add(b) $(, wide $sum(this) 0)?);
        op!(Product<$t>: $out, start 1, nothing 1, |flip| Self(PhantomData),
            |this, a, b| a.wrapping_mul(b));
    )*};
}
integers! {
    i8 to i64; u8 to u64; i16 to i64; u16 to u64; i32 to i64; u32 to u64;
    // Of the unsigned too: what wraps has the same bits.
    i64 to i64 wide sum_i64;
}

macro_rules! extremes {
    ($($t:ident $(wide $least:ident)?;)*) => {$(
        op!(Extreme<$t, false>: $t, start $t::MAX ^ this.flip, nothing $t::MAX ^ this.flip,
            |flip| Self { flip: flip as $t },
            |this, a, b| if (b ^ this.flip) < (a ^ this.flip) { b } else { a }
            $(, wide $least(this) this.flip)?);
    )*};
}
extremes! { i8; i16; i32 wide least_i32; i64 wide least_i64; }

/// Whether a number, or a part of it, is not one.
pub(crate) trait MaybeNan: Copy {
    fn is_nan(self) -> bool;
}

/// The same with what is not a number left out: counted as the result of no elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Skipping<S>(S);

impl<S: Op> Op for Skipping<S>
where
    S::Item: MaybeNan,
{
    type Item = S::Item;
    type Out = S::Out;
    #[inline(always)]
    fn start(self) -> S::Out {
        self.0.start()
    }
    #[inline(always)]
    fn nothing(self) -> S::Out {
        self.0.nothing()
    }
    #[inline(always)]
    fn enter(self, x: S::Item) -> S::Out {
        if x.is_nan() { self.0.nothing() } else { self.0.enter(x) }
    }
    #[inline(always)]
    fn join(self, a: S::Out, b: S::Out) -> S::Out {
        self.0.join(a, b)
    }
}

macro_rules! skipping {
    ($($t:ty: |$x:ident| $is_nan:expr;)*) => {$(
        impl MaybeNan for $t {
            #[inline(always)]
            fn is_nan(self) -> bool {
                let $x = self;
                $is_nan
            }
        }
        impl Skipping<Sum<$t>> {
            pub(crate) const fn new(flip: u64) -> Self {
                Self(Sum::<$t>::new(flip))
            }
        }
        impl Skipping<Product<$t>> {
            pub(crate) const fn new(flip: u64) -> Self {
                Self(Product::<$t>::new(flip))
            }
        }
    )*};
}
skipping! {
    f32: |x| f32::is_nan(x);
    f64: |x| f64::is_nan(x);
    [f32; 2]: |z| z[0].is_nan() | z[1].is_nan();
    [f64; 2]: |z| z[0].is_nan() | z[1].is_nan();
}
