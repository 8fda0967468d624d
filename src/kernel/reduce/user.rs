//! A fold of a user's: an identity, a step, a way to combine.
//!
//! ```text
//! block x[0..n]:  lane[l] = step(lane[l], x[l + i L]) for i = 0, 1, ...
//!                 folded by halves: lane[l] = combine(lane[l], lane[l + L/2]), ...
//! ```
//! As many lanes as fill 256 bytes with the larger of element and accumulator, so that
//! they fit the registers; 4 at least, 64 at most.

use std::marker::PhantomData;

use super::{Fold, Steps, With};
use crate::tuning::{self, REDUCE_BLOCK_BYTES};

/// Where the closures of a call are: a [`UserFold`], told to the fold without its type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closures(*const ());

// SAFETY: what is pointed to may be shared, as `UserFold::erased` asks, and is only read.
unsafe impl Send for Closures {}
// SAFETY: the same.
unsafe impl Sync for Closures {}

impl Closures {
    pub(crate) const NONE: Self = Self(std::ptr::null());
}

impl Default for Closures {
    fn default() -> Self {
        Self::NONE
    }
}

/// A user's fold of elements `T` to an accumulator `A`.
#[derive(Debug)]
pub(crate) struct UserFold<T, A, S, C> {
    pub(crate) identity: A,
    pub(crate) step: S,
    pub(crate) combine: C,
    pub(crate) element: PhantomData<fn(T)>,
}

impl<T, A: Sync, S: Sync, C: Sync> UserFold<T, A, S, C> {
    /// Without its type; to be used while it is there.
    pub(crate) fn erased(&self) -> Closures {
        Closures(std::ptr::from_ref(self).cast())
    }
}

/// The fold that calls it.
pub(crate) struct By<T, A, S, C>(*const UserFold<T, A, S, C>);

impl<T, A, S, C> Clone for By<T, A, S, C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, A, S, C> Copy for By<T, A, S, C> {}

impl<T, A, S, C> By<T, A, S, C> {
    #[inline(always)]
    fn user(&self) -> &UserFold<T, A, S, C> {
        // SAFETY: a call tells the closures of its own, which outlive it, and the type of
        // the fold that it chose is theirs.
        unsafe { &*self.0 }
    }
}

/// Bytes of the larger of element and accumulator.
const fn larger<T, A>() -> usize {
    let (item, acc) = (size_of::<T>(), size_of::<A>());
    if item > acc { item } else { acc }
}

/// The largest power of two of elements, at most a block of floats of their size.
const fn block_len<T>() -> usize {
    let most =
        if size_of::<T>() <= 4 { tuning::REDUCE_BLOCK_F32 } else { tuning::REDUCE_BLOCK_F64 };
    let mut len = 1;
    while 2 * len <= most && 2 * len * size_of::<T>() <= REDUCE_BLOCK_BYTES {
        len *= 2;
    }
    len
}

impl<T, A, S, C> Steps<1> for By<T, A, S, C>
where
    T: Copy,
    A: Copy,
    S: Fn(A, T) -> A,
    C: Fn(A, A) -> A,
{
    type Item = T;
    type Lane = A;
    type Total = A;
    const BLOCK: usize = block_len::<T>();
    #[inline(always)]
    fn start(self) -> A {
        self.user().identity
    }
    #[inline(always)]
    fn step(self, lane: A, [x]: [T; 1], _at: usize) -> A {
        (self.user().step)(lane, x)
    }
    #[inline(always)]
    fn total(self, lane: A) -> A {
        lane
    }
    #[inline(always)]
    fn block(self, [items]: [&[T]; 1]) -> A {
        const {
            assert!(size_of::<T>() <= 64, "elements of a fold have at most 64 bytes");
            assert!(size_of::<A>() <= 64, "accumulators of a fold have at most 64 bytes");
        }
        if const { larger::<T, A>() <= 4 } {
            by_lanes::<T, A, S, C, 64>(self, items)
        } else if const { larger::<T, A>() <= 8 } {
            by_lanes::<T, A, S, C, 32>(self, items)
        } else if const { larger::<T, A>() <= 16 } {
            by_lanes::<T, A, S, C, 16>(self, items)
        } else if const { larger::<T, A>() <= 32 } {
            by_lanes::<T, A, S, C, 8>(self, items)
        } else {
            by_lanes::<T, A, S, C, 4>(self, items)
        }
    }
}

/// A block by so many lanes.
#[inline(always)]
fn by_lanes<T, A, S, C, const L: usize>(fold: By<T, A, S, C>, items: &[T]) -> A
where
    T: Copy,
    A: Copy,
    S: Fn(A, T) -> A,
    C: Fn(A, A) -> A,
{
    let UserFold { identity, step, combine, .. } = fold.user();
    let mut lanes = [*identity; L];
    let (groups, rest) = items.as_chunks::<L>();
    for group in groups {
        for l in 0..L {
            lanes[l] = step(lanes[l], group[l]);
        }
    }
    // A copy, indexed by variables, so that the lanes of the loop stay in registers.
    let mut lanes = lanes.map(|lane| lane);
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane = step(*lane, x);
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = combine(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    lanes[0]
}

impl<T, A, S, C> Fold<1> for By<T, A, S, C>
where
    T: Copy,
    A: Copy,
    S: Fn(A, T) -> A,
    C: Fn(A, A) -> A,
{
    type Steps = Self;
    type Acc = A;
    type Out = A;
    #[inline(always)]
    fn empty(self) -> A {
        self.user().identity
    }
    #[inline(always)]
    fn new(with: &With) -> Self {
        Self(with.closures.0.cast())
    }
    #[inline(always)]
    fn steps(self) -> Self {
        self
    }
    #[inline(always)]
    fn widen(self, total: A, _: usize, _: usize) -> A {
        total
    }
    #[inline(always)]
    fn merge(self, a: A, b: A) -> A {
        (self.user().combine)(a, b)
    }
    #[inline(always)]
    fn finish(self, acc: A) -> A {
        acc
    }
}
