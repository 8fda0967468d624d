//! Reductions of what a closure makes of arrays, in one pass.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::operands::Folding;
use super::sequence::by_chunks_of;
use super::shared::Places;
use super::types::{Reduce, ReduceReal};
use crate::Error;
use crate::kernel::map::{One, To};
use crate::kernel::reduce::{Part, Table, With, computed, in_order};
use crate::map::{Layout, Operands, Order, Work, with_fresh};
use crate::simd::Stopwatch;
use crate::{plan, pool, tuning};

mod sealed {
    pub trait Sealed {}
}

/// What [`map_reduce`](fn@map_reduce) makes of the values: [`Sum`], [`Prod`], [`Mean`],
/// [`Min`], [`Max`], [`Var`], [`Std`], [`Any`], [`All`] or [`CountNonzero`]. Sealed.
pub trait Reducer<T: Reduce>: sealed::Sealed {
    /// What it gives.
    type Output;
    #[doc(hidden)]
    const NEEDS_ELEMENTS: bool;
    #[doc(hidden)]
    fn folding(&self) -> Fold<T, Self::Output>;
}

/// A fold, for the eyes of this crate.
#[doc(hidden)]
pub struct Fold<T, O>(Folding<T, O>);

/// Reducers: what each says of itself, its name, with a number or without; whether it needs
/// elements; the fold and its result.
macro_rules! reducers {
    ($($doc:literal $name:ident $(($number:ident))? $needs:literal =>
        $bound:ident $table:ident $fold:ident $out:ty;)*) => {$(
        #[doc = concat!("For [`map_reduce`](fn@map_reduce): ", $doc)]
        #[derive(Debug, Clone, Copy)]
        pub struct $name $((
            #[doc = concat!("The `", stringify!($number), "` of the function.")]
            pub f64
        ))?;
        impl sealed::Sealed for $name {}
        impl<T: $bound> Reducer<T> for $name {
            type Output = $out;
            const NEEDS_ELEMENTS: bool = $needs;
            #[inline]
            fn folding(&self) -> Fold<T, $out> {
                Fold(T::$table.$fold $(.$number(self.0))?)
            }
        }
    )*};
}
reducers! {
    "their [`sum`](super::sum)." Sum false => Reduce FOLDS sum T::Sum;
    "their product, that of [`prod`](super::prod)." Prod false => Reduce FOLDS prod T::Sum;
    "their [`mean`](super::mean)." Mean false => Reduce FOLDS mean T::Mean;
    "their variance, that of [`var`](super::var)." Var(ddof) false => Reduce FOLDS var T::Real;
    "their standard deviation, that of [`std`](super::std)." Std(ddof) false =>
        Reduce FOLDS std T::Real;
    "the least, as [`min`](super::min)." Min true => ReduceReal REAL_FOLDS min T;
    "the greatest, as [`max`](super::max)." Max true => ReduceReal REAL_FOLDS max T;
    "whether one is not zero, as [`any`](super::any)." Any false => Reduce FOLDS any bool;
    "whether none is zero, as [`all`](super::all)." All false => Reduce FOLDS all bool;
    "how many are not zero." CountNonzero false => Reduce FOLDS count_nonzero usize;
}

/// Reduces what a function makes of every element of one to eight operands, in one pass.
///
/// `map_reduce((&a, &b), |(x, y)| .., Sum)` is `sum(&map((&a, &b), |(x, y)| ..)?)` without
/// the array in between: operands and closure are those of [`map`](fn@crate::map()),
/// reducers are [`Sum`], [`Mean`], [`Max`] and the others that implement [`Reducer`].
///
/// For a closure written in place use [`map_reduce!`](crate::map_reduce!), which vectorises
/// long closures too.
///
/// # Errors
/// - [`Error::Broadcast`] if the shapes do not broadcast together.
/// - [`Error::TooLarge`] if what they broadcast to does not fit the address space.
/// - [`Error::Empty`] for [`Min`] and [`Max`] of nothing.
///
/// # Panics
/// If the closure does: its panic arrives once, when every thread has stopped.
///
/// # Accuracy
/// The bits of the two calls that it stands for. [`Any`] and [`All`] may leave out elements
/// when the result is certain.
///
/// # Performance
/// Values go through a block of 16 KiB, which stays in L1; no allocation. In parallel when
/// what the closure is seen to cost on the first elements makes it worth while.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::reduce::{Max, Sum};
/// use swath::map_reduce;
///
/// let (a, b) = (array![1.0, 2.0, 3.0], array![1.5, 1.0, 3.0]);
/// let squares = map_reduce((&a, &b), |(x, y)| (x - y) * (x - y), Sum)?;
/// assert_eq!(squares, 1.25);
/// let furthest = map_reduce((&a, &b), |(x, y): (f64, f64)| (x - y).abs(), Max)?;
/// assert_eq!(furthest, 1.0);
/// # Ok::<(), swath::Error>(())
/// ```
#[allow(clippy::needless_pass_by_value)] // a call reads `|x| .., Sum`, not `&|x| .., &Sum`
pub fn map_reduce<O, R, M, F>(operands: O, f: F, reducer: M) -> Result<M::Output, Error>
where
    O: Operands,
    R: Reduce,
    M: Reducer<R>,
    F: Fn(O::Item) -> R + Sync,
{
    reduced::<_, _, M, _, _>(&operands, (&f, &f), reducer.folding().0)
}

/// What [`map_reduce!`](crate::map_reduce!) calls.
#[doc(hidden)]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_reduce<O, R, M, B, V>(
    operands: O,
    baseline: B,
    avx2: V,
    reducer: M,
) -> Result<M::Output, Error>
where
    O: Operands,
    R: Reduce,
    M: Reducer<R>,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    reduced::<_, _, M, _, _>(&operands, (&baseline, &avx2), reducer.folding().0)
}

/// [`map_reduce`](fn@crate::map_reduce()) with a closure that is compiled for each
/// instruction set, as [`map!`](crate::map!) does it.
///
/// # Errors
/// As for the function.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::{map_reduce, math, reduce::Mean};
///
/// let a = array![0.0, 1.0];
/// let mean: f64 = map_reduce!(&a, |x: f64| math::exp(x) - math::exp(x) + x, Mean)?;
/// assert_eq!(mean, 0.5);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_reduce {
    ($operands:expr, $f:expr, $reducer:expr $(,)?) => {
        $crate::reduce::__map_reduce($operands, $f, $f, $reducer)
    };
}

fn reduced<O, R, M, B, V>(
    operands: &O,
    f: (&B, &V),
    fold: Folding<R, M::Output>,
) -> Result<M::Output, Error>
where
    O: Operands,
    R: Reduce,
    M: Reducer<R>,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    operands.with_layouts(|layouts| {
        with_fresh("map_reduce", layouts, |layout: Layout<'_>, _| {
            plan::checked_len("map_reduce", layout.shape(), size_of::<R>())?;
            if M::NEEDS_ELEMENTS && layout.shape().contains(&0) {
                let shape = layout.shape().to_vec();
                return Err(Error::Empty { function: "map_reduce", operand: "operands", shape });
            }
            // SAFETY: results go to places on the stack.
            let out = unsafe {
                operands.work::<One, R, (), B, V, _>([layout; 2], Order::Output, f, |work| {
                    values(&work, fold)
                })
            };
            Ok(out)
        })
    })
}

/// The first values, which the clock has watched.
struct Looked<R> {
    values: [MaybeUninit<R>; tuning::PROBE],
    len: usize,
    /// What a value costs.
    ns: f64,
}

impl<R: Copy> Looked<R> {
    /// Computes a quarter of them, then the rest, and takes the better look: first touches
    /// and cold code are in the first.
    fn at(work: &Work<'_, R, ()>) -> Self {
        let len = work.len.min(tuning::PROBE);
        let mut looked = Self { values: [MaybeUninit::uninit(); _], len, ns: f64::INFINITY };
        let to = To::one(looked.values.as_mut_ptr().cast::<R>());
        for range in [0..len / 4, len / 4..len].into_iter().filter(|range| !range.is_empty()) {
            let (watch, n) = (Stopwatch::start(), range.len());
            // SAFETY: there are `len` places, nobody else's.
            unsafe { work.run(range, to) };
            looked.ns = looked.ns.min(watch.ns() / n as f64);
        }
        looked
    }
}

/// Reduces the values of a map.
fn values<R: Reduce, O>(work: &Work<'_, R, ()>, fold: Folding<R, O>) -> O {
    let mut out = MaybeUninit::<O>::uninit();
    let (table, with) = (fold.table(), fold.with(work.len));
    let place = Places::new(out.as_mut_ptr().cast(), size_of::<O>());
    let mut looked = MaybeUninit::<Looked<R>>::uninit();
    let there = Places::new(looked.as_mut_ptr().cast(), size_of::<Looked<R>>());
    // SAFETY: the one chunk writes the one place. A run, for the modes and the token are its.
    pool::each(1, 0.0, |_| unsafe { there.at(0).cast::<Looked<R>>().write(Looked::at(work)) });
    // SAFETY: a run that was stopped does not return.
    let looked = unsafe { looked.assume_init() };
    let (first, known, n) = (looked.values.as_ptr().cast::<R>(), looked.len, work.len);
    if known == n {
        whole(table, &with, first, n, place);
    } else {
        let first = Places::new(first.cast_mut().cast(), size_of::<R>());
        let fill = |range: Range<usize>, to: *mut u8| {
            let (start, to) = (range.start, to.cast::<R>());
            let have = known.clamp(start, range.end);
            // SAFETY: the first values were computed, and are only read; there is room for
            // the range from `to` on.
            unsafe {
                let from = first.at(start as isize).cast::<R>().cast_const();
                from.copy_to_nonoverlapping(to, have - start);
                work.run(have..range.end, To::one(to.wrapping_sub(start)));
            }
        };
        by_chunks_of(table, &with, n, (work.bytes, looked.ns), place, &|range, acc| {
            let part =
                Part { at: range.start, len: range.len(), in_order: in_order(n), next: [0; 2] };
            // SAFETY: `fill` writes what it is asked for.
            unsafe { computed(table, &with, &fill, part, acc) };
        });
    }
    // SAFETY: the call has written a result of this type, says `Folding`.
    unsafe { out.assume_init() }
}

/// Reduces values that are all there.
fn whole<R>(table: &Table, with: &With, first: *const R, n: usize, place: Places) {
    let _modes = pool::default_modes();
    // SAFETY: the values were computed, and are fewer than a block; the place is that of
    // the result.
    unsafe { (table.whole)(with, [first.cast(); 2], n, place.at(0)) };
}
