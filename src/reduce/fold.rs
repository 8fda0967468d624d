//! Reductions by a user's closures.

use std::marker::PhantomData;

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, reduced, reduced_into};
use super::operands::{Folding, Operands};
use super::sequence::whole;
use crate::Error;
use crate::kernel::reduce::{By, Table, UserFold};

/// The fold of closures, which `user` holds.
fn folding<T, A, S, C>(user: &UserFold<T, A, S, C>) -> Folding<T, A>
where
    T: Copy,
    A: Copy + Sync,
    S: Fn(A, T) -> A + Sync,
    C: Fn(A, A) -> A + Sync,
{
    let table = const { &Table::of::<By<T, A, S, C>, 1>(0) };
    // SAFETY: items and results are those of the closures.
    let folding: Folding<T, A> = unsafe { Folding::new(table) };
    folding.closures(user.erased())
}

/// All elements folded into one value by closures.
///
/// `step` takes an element into an accumulator, `combine` joins two accumulators, and
/// `identity` is that of no elements. Elements are taken by several accumulators at once,
/// each of which begins with the identity, so: `combine` must be associative and
/// commutative, and the identity change nothing. Elements and accumulators are any `Copy`
/// types of at most 64 bytes (an error of the compiler tells of larger ones). Any layout;
/// an empty array gives the identity.
///
/// # Panics
/// If a closure does: its panic arrives once, when every thread has stopped.
///
/// # Accuracy
/// The [order](super#the-order-of-additions) of a sum, with as many lanes as fill 256 bytes
/// with the larger of element and accumulator (4 at least, 64 at most), over blocks of 4096
/// elements of up to 4 bytes, 2048 of up to 8, or what fills 16 KiB. Same bits on any number
/// of threads, and on any CPU as far as the closures have that.
///
/// # Performance
/// One pass, no allocation; the closures are compiled for the CPU's vectors. Large arrays
/// are folded on all threads.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::reduce::fold;
///
/// let a = array![3.0f32, -4.0];
/// assert_eq!(fold(&a, 0.0, |sum, x| sum + x * x, |a, b| a + b), 25.0);
///
/// // How many, and how much, of what is above 0.
/// let positive = |(n, sum), x: f32| if x > 0.0 { (n + 1, sum + x) } else { (n, sum) };
/// assert_eq!(fold(&a, (0, 0.0), positive, |a, b| (a.0 + b.0, a.1 + b.1)), (1, 3.0));
/// ```
pub fn fold<T, A, D>(
    a: &ArrayRef<T, D>,
    identity: A,
    step: impl Fn(A, T) -> A + Sync,
    combine: impl Fn(A, A) -> A + Sync,
) -> A
where
    T: Copy + Send + Sync,
    A: Copy + Send + Sync,
    D: Dimension,
{
    let user = UserFold { identity, step, combine, element: PhantomData };
    whole(folding(&user), Operands::one(a))
}

/// Elements folded by closures along one axis or several: an array without them.
///
/// Closures and types are those of [`fold`]. Any layout; empty axes give identities.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Panics
/// If a closure does.
///
/// # Accuracy
/// As [`fold`], in the [order](super#the-order-of-additions) of sums along these axes.
///
/// # Performance
/// As [`sum_axis`](super::sum_axis).
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1u8, 2], [4, 12]];
/// let any_bit = swath::reduce::fold_axis(&a, 1, 0, |all, x| all | x, |a, b| a | b)?;
/// assert_eq!(any_bit, array![3, 12]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn fold_axis<T, A, D, X>(
    a: &ArrayRef<T, D>,
    axes: X,
    identity: A,
    step: impl Fn(A, T) -> A + Sync,
    combine: impl Fn(A, A) -> A + Sync,
) -> Result<Array<A, X::Kept>, Error>
where
    T: Copy + Send + Sync,
    A: Copy + Send + Sync,
    D: Dimension,
    X: Axes<D>,
{
    let user = UserFold { identity, step, combine, element: PhantomData };
    reduced("fold_axis", folding(&user), a, &axes, Empty::Fine)
}

/// As [`fold_axis`], into `out`.
///
/// `out` has the shape of `a` without the axes, and any strides. If the call is cancelled
/// or a closure panics, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Panics
/// If a closure does.
///
/// # Accuracy
/// The bits of [`fold_axis`].
pub fn fold_axis_into<T, A, D, X>(
    a: &ArrayRef<T, D>,
    axes: X,
    identity: A,
    step: impl Fn(A, T) -> A + Sync,
    combine: impl Fn(A, A) -> A + Sync,
    out: &mut ArrayRef<A, X::Kept>,
) -> Result<(), Error>
where
    T: Copy + Send + Sync,
    A: Copy + Send + Sync,
    D: Dimension,
    X: Axes<D>,
{
    let user = UserFold { identity, step, combine, element: PhantomData };
    reduced_into("fold_axis_into", folding(&user), a, &axes, out, Empty::Fine)
}
