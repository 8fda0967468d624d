//! Maps whose closure is told the index of each element.

use ndarray::{Array, ArrayRef, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6};

use super::engine::{self, Order, Work};
use super::operand::{Layout, Operands};
use super::run::{check_into, made};
use crate::Error;
use crate::kernel::map::{
    FIRST_INDEX, FIRST_OPERAND, INDICES, InPlace, Indexed, PLACES, Sources, To, WithIndex,
};
use crate::plan::{self, Axes, List};

/// A dimension whose index a closure can be told: of a number of axes, up to six, that is
/// known when the program is compiled. Sealed.
#[diagnostic::on_unimplemented(
    message = "an index of dimension `{Self}` cannot be handed to a closure",
    note = "the number of axes must be known, and at most six: turn an `ArrayViewD` into one by \
            `into_dimensionality::<Ix2>()`"
)]
pub trait IndexedDim: Dimension {
    /// The index as the closure takes it: `i`, `(i, j)`, ... up to six numbers; `()` of
    /// no axis.
    type Index;
    /// As `Operands::work`, with indices.
    ///
    /// # Safety
    /// The operands are there to be read, and no place of the output is one of an
    /// operand, unless `sources` is `InPlace`.
    #[doc(hidden)]
    unsafe fn work<P, R, B, V>(
        out: Layout<'_>,
        operands: &[Layout<'_>],
        sources: P,
        bytes: usize,
        f: (&B, &V),
        then: impl FnOnce(Work<'_, R, ()>),
    ) where
        P: Sources,
        R: Copy,
        B: Fn(Self::Index, P::Item) -> R + Sync,
        V: Fn(Self::Index, P::Item) -> R + Sync;
}

macro_rules! indexed_dims {
    ($($dim:ident $n:literal $index:ty;)*) => {$(
        impl IndexedDim for $dim {
            type Index = $index;

            unsafe fn work<P, R, B, V>(
                out: Layout<'_>,
                operands: &[Layout<'_>],
                sources: P,
                bytes: usize,
                f: (&B, &V),
                then: impl FnOnce(Work<'_, R, ()>),
            )
            where
                P: Sources,
                R: Copy,
                B: Fn($index, P::Item) -> R + Sync,
                V: Fn($index, P::Item) -> R + Sync,
            {
                let axes = axes(out, operands);
                let sources = Indexed { sources, index: [0; $n] };
                // SAFETY: by the caller; indices are no memory.
                unsafe {
                    engine::walked::<PLACES, _, WithIndex<$index>, _, _, _, _, _>(
                        &axes, Order::Any, sources, bytes, f, then,
                    );
                }
            }
        }
    )*};
}
indexed_dims! {
    Ix0 0 ();
    Ix1 1 usize;
    Ix2 2 (usize, usize);
    Ix3 3 (usize, usize, usize);
    Ix4 4 (usize, usize, usize, usize);
    Ix5 5 (usize, usize, usize, usize, usize);
    Ix6 6 (usize, usize, usize, usize, usize, usize);
}

/// The axes of an output, of operands, and of indices, which step by one along their own
/// axis.
fn axes(out: Layout<'_>, operands: &[Layout<'_>]) -> Axes<PLACES> {
    let Layout { shape, strides } = out;
    let mut own: [List<isize>; PLACES] = std::array::from_fn(|_| List::new(0));
    for (k, list) in own.iter_mut().enumerate() {
        match k.checked_sub(FIRST_OPERAND).and_then(|i| operands.get(i)) {
            Some(operand) => *list = operand.strides_in(shape),
            None => (0..shape.len()).for_each(|axis| {
                list.push(isize::from(k >= FIRST_INDEX && k - FIRST_INDEX == axis));
            }),
        }
    }
    const { assert!(FIRST_INDEX + INDICES == PLACES) };
    let mut all = own.each_ref().map(List::as_slice);
    all[..FIRST_OPERAND].fill(strides);
    Axes::in_memory_order(shape, all)
}

/// Applies a function to the index and the element, or elements, of one to eight operands.
///
/// As [`map`](fn@crate::map()), but `f` takes two things: the index in the result (`i` of
/// one axis, `(i, j)` of two, and so on up to six), and what it takes there.
///
/// For a closure written in place use [`map_indexed!`](crate::map_indexed!).
///
/// # Errors
/// As for [`map`](fn@crate::map()).
///
/// # Accuracy
/// That of `f`: results never depend on threads, instruction set or layout.
///
/// # Performance
/// One pass; indices are made block by block, in the cache.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let upper = swath::map_indexed(&a, |(i, j), x| if j >= i { x } else { 0.0 })?;
/// assert_eq!(upper, array![[1.0, 2.0], [0.0, 4.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // a call reads `|i, x| ..`, not `&|i, x| ..`
pub fn map_indexed<O, R, F>(operands: O, f: F) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands<Dim: IndexedDim>,
    R: Copy + Send + Sync,
    F: Fn(<O::Dim as IndexedDim>::Index, O::Item) -> R + Sync,
{
    fresh("map_indexed", &operands, (&f, &f))
}

/// [`map_indexed`] into an output of the caller's.
///
/// The operands broadcast to the shape of `out`, whose indices `f` is told.
///
/// For a closure written in place use [`map_indexed_into!`](crate::map_indexed_into!).
///
/// # Errors
/// As for [`map_into`](fn@crate::map_into()).
///
/// # Examples
/// ```
/// use ndarray::{Array2, array};
///
/// let mut out = Array2::zeros((2, 2));
/// swath::map::map_indexed_into(&array![10, 20], &mut out, |(i, _), x| x + i)?;
/// assert_eq!(out, array![[10, 20], [11, 21]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // as above
pub fn map_indexed_into<O, R, D, F>(
    operands: O,
    out: &mut ArrayRef<R, D>,
    f: F,
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: IndexedDim,
    F: Fn(D::Index, O::Item) -> R + Sync,
{
    into("map_indexed_into", &operands, out, (&f, &f))
}

/// [`map_indexed`] in place.
///
/// For a closure written in place use
/// [`map_indexed_inplace!`](crate::map_indexed_inplace!).
///
/// # Errors
/// As for [`map_inplace`](fn@crate::map_inplace()).
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let mut a = array![5, 5, 5];
/// swath::map::map_indexed_inplace(&mut a, |i, x| x * i)?;
/// assert_eq!(a, array![0, 5, 10]);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // as above
pub fn map_indexed_inplace<A, D, F>(a: &mut ArrayRef<A, D>, f: F) -> Result<(), Error>
where
    A: Copy + Send + Sync,
    D: IndexedDim,
    F: Fn(D::Index, A) -> A + Sync,
{
    inplace("map_indexed_inplace", a, (&f, &f))
}

/// What [`map_indexed!`](crate::map_indexed!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_indexed<O, R, B, V>(
    function: &'static str,
    operands: O,
    baseline: B,
    avx2: V,
) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands<Dim: IndexedDim>,
    R: Copy + Send + Sync,
    B: Fn(<O::Dim as IndexedDim>::Index, O::Item) -> R + Sync,
    V: Fn(<O::Dim as IndexedDim>::Index, O::Item) -> R + Sync,
{
    fresh(function, &operands, (&baseline, &avx2))
}

/// What [`map_indexed_into!`](crate::map_indexed_into!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_indexed_into<O, R, D, B, V>(
    function: &'static str,
    operands: O,
    out: &mut ArrayRef<R, D>,
    baseline: B,
    avx2: V,
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: IndexedDim,
    B: Fn(D::Index, O::Item) -> R + Sync,
    V: Fn(D::Index, O::Item) -> R + Sync,
{
    into(function, &operands, out, (&baseline, &avx2))
}

/// What [`map_indexed_inplace!`](crate::map_indexed_inplace!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_indexed_inplace<A, D, B, V>(
    function: &'static str,
    a: &mut ArrayRef<A, D>,
    baseline: B,
    avx2: V,
) -> Result<(), Error>
where
    A: Copy + Send + Sync,
    D: IndexedDim,
    B: Fn(D::Index, A) -> A + Sync,
    V: Fn(D::Index, A) -> A + Sync,
{
    inplace(function, a, (&baseline, &avx2))
}

fn fresh<O, R, B, V>(
    function: &'static str,
    operands: &O,
    f: (&B, &V),
) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands<Dim: IndexedDim>,
    R: Copy + Send + Sync,
    B: Fn(<O::Dim as IndexedDim>::Index, O::Item) -> R + Sync,
    V: Fn(<O::Dim as IndexedDim>::Index, O::Item) -> R + Sync,
{
    let (out, _) = made(function, operands, |[layout, _], to: To<R, ()>| {
        write::<O, O::Dim, _, _, _>(operands, layout, to, f);
    })?;
    Ok(out)
}

fn into<O, R, D, B, V>(
    function: &'static str,
    operands: &O,
    out: &mut ArrayRef<R, D>,
    f: (&B, &V),
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: IndexedDim,
    B: Fn(D::Index, O::Item) -> R + Sync,
    V: Fn(D::Index, O::Item) -> R + Sync,
{
    let to = To::one(out.as_mut_ptr());
    let layout = Layout::of(out);
    check_into(function, operands, "out", layout)?;
    write::<O, D, _, _, _>(operands, layout, to, f);
    Ok(())
}

/// Maps into an output, new or checked, that nobody else uses.
fn write<O, D, R, B, V>(operands: &O, layout: Layout<'_>, to: To<R, ()>, f: (&B, &V))
where
    O: Operands,
    D: IndexedDim,
    R: Copy + Send,
    B: Fn(D::Index, O::Item) -> R + Sync,
    V: Fn(D::Index, O::Item) -> R + Sync,
{
    let bytes = size_of::<R>() + O::BYTES;
    operands.with_layouts(|layouts| {
        // SAFETY: the operands are borrowed and broadcast to the output's shape; the output
        // is the caller's alone, and its places are different.
        unsafe { D::work(layout, layouts, operands.sources(), bytes, f, |work| work.share(to)) };
    });
}

fn inplace<A, D, B, V>(
    function: &'static str,
    a: &mut ArrayRef<A, D>,
    f: (&B, &V),
) -> Result<(), Error>
where
    A: Copy + Send + Sync,
    D: IndexedDim,
    B: Fn(D::Index, A) -> A + Sync,
    V: Fn(D::Index, A) -> A + Sync,
{
    let first = a.as_mut_ptr();
    let (to, sources) = (To::one(first), InPlace((first.cast_const(),)));
    let layout = Layout::of(a);
    plan::check_output(function, "a", layout.shape, layout.strides)?;
    let bytes = 2 * size_of::<A>();
    // SAFETY: the array is borrowed for writing alone, and no two of its indices name one
    // place.
    unsafe { D::work(layout, &[layout], sources, bytes, f, |work| work.share(to)) };
    Ok(())
}
