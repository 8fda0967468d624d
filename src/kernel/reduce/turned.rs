//! Elements of another type: a block of them is turned into the elements of a fold, in a
//! buffer in L1, and folded there.

use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::{Fold, Steps, With};
use crate::tuning::REDUCE_BLOCK_BYTES;

/// How elements become those of a fold.
pub(crate) trait Turn: 'static {
    /// What the operands hold.
    type From: Copy;
    /// What the fold takes.
    type To: Copy;
    /// The one for the other.
    fn turn(x: Self::From) -> Self::To;
}

/// A result as callers get it, and back.
pub(crate) trait Give<O>: Copy {
    /// As callers get it.
    fn give(self) -> O;
    /// As the fold gave it.
    fn take(out: O) -> Self;
}

macro_rules! as_they_are {
    ($($t:ty)*) => {$(impl Give<$t> for $t {
        #[inline(always)]
        fn give(self) -> $t {
            self
        }
        #[inline(always)]
        fn take(out: $t) -> $t {
            out
        }
    })*};
}
as_they_are!(f32 f64 usize);

/// The fold `F` of elements turned by `W`, results given as `O`; also its steps.
pub(crate) struct Turned<F, W, O> {
    fold: F,
    types: PhantomData<fn(W) -> O>,
}

impl<F: Copy, W, O> Clone for Turned<F, W, O> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<F: Copy, W, O> Copy for Turned<F, W, O> {}

impl<F: fmt::Debug, W, O> fmt::Debug for Turned<F, W, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fold.fmt(f)
    }
}

/// The most elements of a block.
const MOST: usize = 4096;

/// The elements of a block: those of the fold, or as many as fill the room of `stage.rs`.
const fn block_len(most: usize, size: usize) -> usize {
    let fits = REDUCE_BLOCK_BYTES / size;
    assert!(most <= MOST);
    if most < fits { most } else { fits }
}

impl<F, W, O, const K: usize> Steps<K> for Turned<F, W, O>
where
    W: Turn,
    F: Steps<K, Item = W::To>,
{
    type Item = W::From;
    type Lane = F::Lane;
    type Total = F::Total;
    const BLOCK: usize = block_len(F::BLOCK, size_of::<W::From>());
    #[inline(always)]
    fn start(self) -> F::Lane {
        self.fold.start()
    }
    #[inline(always)]
    fn step(self, lane: F::Lane, items: [W::From; K], at: usize) -> F::Lane {
        self.fold.step(lane, items.map(W::turn), at)
    }
    #[inline(always)]
    fn total(self, lane: F::Lane) -> F::Total {
        self.fold.total(lane)
    }
    #[inline(always)]
    fn block(self, items: [&[W::From]; K]) -> F::Total {
        let mut rooms = [[const { MaybeUninit::<W::To>::uninit() }; MOST]; K];
        let mut filled = [0; K];
        for k in 0..K {
            for (place, &x) in rooms[k].iter_mut().zip(items[k]) {
                place.write(W::turn(x));
                filled[k] += 1;
            }
        }
        let mut slices: [&[W::To]; K] = [&[]; K];
        for k in 0..K {
            // SAFETY: the loop has written the first `filled` places.
            slices[k] = unsafe { std::slice::from_raw_parts(rooms[k].as_ptr().cast(), filled[k]) };
        }
        self.fold.block(slices)
    }
}

impl<F, W, O, const K: usize> Fold<K> for Turned<F, W, O>
where
    W: Turn,
    O: Copy,
    F: Fold<K>,
    F::Out: Give<O>,
    F::Steps: Steps<K, Item = W::To>,
{
    type Steps = Turned<F::Steps, W, O>;
    type Acc = F::Acc;
    type Out = O;
    const ORDERED: bool = F::ORDERED;
    const SETTLES: bool = F::SETTLES;
    #[inline(always)]
    fn empty(self) -> F::Acc {
        self.fold.empty()
    }
    #[inline(always)]
    fn new(with: &With) -> Self {
        Self { fold: F::new(with), types: PhantomData }
    }
    #[inline(always)]
    fn steps(self) -> Self::Steps {
        Turned { fold: self.fold.steps(), types: PhantomData }
    }
    #[inline(always)]
    fn widen(self, total: <F::Steps as Steps<K>>::Total, at: usize, n: usize) -> F::Acc {
        self.fold.widen(total, at, n)
    }
    #[inline(always)]
    fn merge(self, a: F::Acc, b: F::Acc) -> F::Acc {
        self.fold.merge(a, b)
    }
    #[inline(always)]
    fn finish(self, acc: F::Acc) -> O {
        self.fold.finish(acc).give()
    }
    #[inline(always)]
    fn resume(self, out: O) -> F::Acc {
        self.fold.resume(F::Out::take(out))
    }
    #[inline(always)]
    fn is_settled(acc: F::Acc) -> bool {
        F::is_settled(acc)
    }
}

/// The absolute value of a complex number, which neither overflows nor underflows on the
/// way; infinite if a part is.
#[derive(Debug)]
pub(crate) enum Size32 {}
/// See [`Size32`].
#[derive(Debug)]
pub(crate) enum Size64 {}

impl Turn for Size32 {
    type From = [f32; 2];
    type To = f32;
    #[inline(always)]
    fn turn(z: [f32; 2]) -> f32 {
        // Squares of f32 fit f64.
        let [re, im] = z.map(f64::from);
        let size = (re * re + im * im).sqrt() as f32;
        let infinite = z[0].is_infinite() | z[1].is_infinite();
        if infinite { f32::INFINITY } else { size }
    }
}

impl Turn for Size64 {
    type From = [f64; 2];
    type To = f64;
    #[inline(always)]
    fn turn([re, im]: [f64; 2]) -> f64 {
        crate::math::hypot(re, im)
    }
}
