//! What a map takes its elements from: one operand, or a tuple of up to six.

use ndarray::{ArrayBase, ArrayRef, ArrayView, Data, DimMax, Dimension, RawData};

use super::engine;
use crate::kernel::map::{Single, Tuple};
use crate::plan::{self, Axes, List};

mod sealed {
    pub trait Sealed {}
}
use sealed::Sealed;

/// An array that a map reads: `&array`, `&array.slice(..)`, `&array.t()`, any
/// other reference to an `ndarray` array, or an `ArrayView` by value.
///
/// Its elements are handed to the closure by value, so they must be
/// `Copy + Send + Sync`. Sealed: maps are written and tested for exactly these.
///
/// # Examples
/// ```
/// use ndarray::{ArcArray1, array};
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let shared: ArcArray1<f64> = array![10.0, 20.0].into();
/// assert_eq!(swath::map(&a.t(), |x| -x)?, array![[-1.0, -3.0], [-2.0, -4.0]]);
/// assert_eq!(swath::map(a.row(0), |x| -x)?, array![-1.0, -2.0]);
/// assert_eq!(swath::map(&shared, |x| -x)?, array![-10.0, -20.0]);
/// # Ok::<(), swath::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an operand of a map",
    label = "not a reference to an array, and not an `ArrayView`",
    note = "an operand is `&array`, `&array.slice(..)` or `array.view()`, with elements that are `Copy + Send + Sync`",
    note = "two to six operands are a tuple: `map((&a, &b), |(x, y)| ..)`; a plain number is captured by the closure"
)]
pub trait Operand: Sealed {
    /// The element type.
    type Elem: Copy + Send + Sync;
    /// The dimension type.
    type Dim: Dimension;
    /// The array.
    #[doc(hidden)]
    fn array(&self) -> &ArrayRef<Self::Elem, Self::Dim>;
}

impl<S: RawData, D> Sealed for &ArrayBase<S, D> {}
impl<S, D> Operand for &ArrayBase<S, D>
where
    S: Data<Elem: Copy + Send + Sync>,
    D: Dimension,
{
    type Elem = S::Elem;
    type Dim = D;
    #[inline]
    fn array(&self) -> &ArrayRef<S::Elem, D> {
        self
    }
}

impl<A, D> Sealed for &ArrayRef<A, D> {}
impl<A: Copy + Send + Sync, D: Dimension> Operand for &ArrayRef<A, D> {
    type Elem = A;
    type Dim = D;
    #[inline]
    fn array(&self) -> &ArrayRef<A, D> {
        self
    }
}

impl<A, D> Sealed for ArrayView<'_, A, D> {}
impl<A: Copy + Send + Sync, D: Dimension> Operand for ArrayView<'_, A, D> {
    type Elem = A;
    type Dim = D;
    #[inline]
    fn array(&self) -> &ArrayRef<A, D> {
        self
    }
}

/// What a map reads: one [`Operand`], whose elements the closure takes as they
/// are, or a tuple of one to six, of which it takes a tuple.
///
/// The operands of a tuple broadcast together as in `NumPy`: shapes are compared
/// from the last axis, and an axis that is missing or of length 1 is repeated.
/// Their types of elements and of dimension may differ. Sealed.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let pixels = array![[1u8, 2], [3, 4]];
/// let gain = array![0.5f32, 10.0];
/// let scaled = swath::map((&pixels, &gain), |(p, g)| f32::from(p) * g)?;
/// assert_eq!(scaled, array![[0.5, 20.0], [1.5, 40.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the operands of a map",
    label = "not an array, and not a tuple of one to six of them",
    note = "an operand is `&array`, `&array.slice(..)` or `array.view()`, with elements that are `Copy + Send + Sync`",
    note = "two to six operands are a tuple: `map((&a, &b), |(x, y)| ..)`; a plain number is captured by the closure"
)]
pub trait Operands: Sealed {
    /// What the closure takes.
    type Item;
    /// The dimension type of the result: the largest of the operands'.
    type Dim: Dimension;
    /// Hands the shapes and strides of all operands to `f`.
    #[doc(hidden)]
    fn with_layouts<T>(&self, f: impl FnOnce(&[Layout<'_>]) -> T) -> T;
    /// Maps into an output to whose shape all operands broadcast.
    ///
    /// # Safety
    /// The output's places are in one allocation, all different, and nobody else
    /// reads or writes them meanwhile; they need not be initialised.
    #[doc(hidden)]
    unsafe fn drive<R, B, V>(&self, out: Output<'_, R>, baseline: &B, avx2: &V)
    where
        R: Copy + Send,
        B: Fn(Self::Item) -> R + Sync,
        V: Fn(Self::Item) -> R + Sync;
}

/// How an operand lies in memory.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    pub(super) shape: &'a [usize],
    /// In elements.
    pub(super) strides: &'a [isize],
}

impl<'a> Layout<'a> {
    pub(super) fn of<A, D: Dimension>(array: &'a ArrayRef<A, D>) -> Self {
        Self { shape: array.shape(), strides: array.strides() }
    }

    /// Whether this and all of `others` have one shape and lie without gaps in one
    /// order: nothing then needs planning.
    #[inline]
    pub(super) fn is_plain_with(&self, others: &[Layout<'_>]) -> bool {
        let mut in_order = (self.is_c_order(), self.is_f_order());
        for other in others {
            if other.shape != self.shape {
                return false;
            }
            in_order.0 &= other.is_c_order();
            in_order.1 &= other.is_f_order();
        }
        in_order.0 || in_order.1
    }

    #[inline]
    pub(super) fn is_c_order(&self) -> bool {
        plan::is_c_order(self.shape, self.strides)
    }

    #[inline]
    pub(super) fn is_f_order(&self) -> bool {
        plan::is_f_order(self.shape, self.strides)
    }

    /// Strides for walking this operand as if it had `shape`, to which it broadcasts.
    #[inline]
    fn strides_in(&self, shape: &[usize]) -> List<isize> {
        let mut strides = List::new(0);
        let missing = shape.len() - self.shape.len();
        for (i, &n) in shape.iter().enumerate() {
            let repeated = i < missing || (self.shape[i - missing] == 1 && n != 1);
            strides.push(if repeated { 0 } else { self.strides[i - missing] });
        }
        strides
    }
}

/// Where results go.
#[derive(Debug)]
pub struct Output<'a, R> {
    /// The first element.
    pub(super) first: *mut R,
    pub(super) layout: Layout<'a>,
}

impl<O: Operand> Operands for O {
    type Item = O::Elem;
    type Dim = O::Dim;

    #[inline]
    fn with_layouts<T>(&self, f: impl FnOnce(&[Layout<'_>]) -> T) -> T {
        f(&[Layout::of(self.array())])
    }

    #[inline]
    unsafe fn drive<R, B, V>(&self, out: Output<'_, R>, baseline: &B, avx2: &V)
    where
        R: Copy + Send,
        B: Fn(O::Elem) -> R + Sync,
        V: Fn(O::Elem) -> R + Sync,
    {
        let Layout { shape, strides } = out.layout;
        let array = self.array();
        let bytes = size_of::<R>() + size_of::<O::Elem>();
        let sources = Single((array.as_ptr(),));
        if out.layout.is_plain_with(&[Layout::of(array)]) {
            // SAFETY: both are one stretch of memory, in the same order; the output's
            // places are the caller's to give, the array's are borrowed by `self`.
            unsafe {
                engine::drive_plain::<2, _, _, _, _>(
                    array.len(),
                    out.first,
                    sources,
                    bytes,
                    baseline,
                    avx2,
                );
            }
            return;
        }
        let axes = Axes::<2>::in_memory_order(
            shape,
            [strides, Layout::of(array).strides_in(shape).as_slice()],
        );
        // SAFETY: the axes walk the output, whose places are the caller's to give,
        // and this array, which `self` borrows, within their bounds.
        unsafe { engine::drive(&axes, out.first, sources, bytes, baseline, avx2) }
    }
}

macro_rules! tuples {
    ($k:literal: $($t:ident $i:tt),+ => $max:ty where $($bound:tt)*) => {
        impl<$($t: Operand),+> Sealed for ($($t,)+) {}
        impl<$($t: Operand),+> Operands for ($($t,)+)
        where
            $($bound)*
        {
            type Item = ($($t::Elem,)+);
            type Dim = $max;

            #[inline]
            fn with_layouts<T>(&self, f: impl FnOnce(&[Layout<'_>]) -> T) -> T {
                f(&[$(Layout::of(self.$i.array())),+])
            }

            #[inline]
            unsafe fn drive<R, Base, Vect>(
                &self, out: Output<'_, R>, baseline: &Base, avx2: &Vect,
            )
            where
                R: Copy + Send,
                Base: Fn(Self::Item) -> R + Sync,
                Vect: Fn(Self::Item) -> R + Sync,
            {
                let Layout { shape, strides } = out.layout;
                let bytes = size_of::<R>() $(+ size_of::<$t::Elem>())+;
                let sources = Tuple(($(self.$i.array().as_ptr(),)+));
                if out.layout.is_plain_with(&[$(Layout::of(self.$i.array())),+]) {
                    let len = self.0.array().len();
                    // SAFETY: all are one stretch of memory, in the same order; the
                    // output's places are the caller's to give, the arrays' are
                    // borrowed by `self`.
                    return unsafe {
                        engine::drive_plain::<$k, _, _, _, _>(
                            len, out.first, sources, bytes, baseline, avx2,
                        )
                    };
                }
                let axes = Axes::<$k>::in_memory_order(shape, [
                    strides,
                    $(Layout::of(self.$i.array()).strides_in(shape).as_slice()),+
                ]);
                // SAFETY: the axes walk the output, whose places are the caller's to
                // give, and these arrays, which `self` borrows, within their bounds.
                unsafe { engine::drive(&axes, out.first, sources, bytes, baseline, avx2) }
            }
        }
    };
}

type D2<A, B> = <<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output;
type D3<A, B, C> = <D2<A, B> as DimMax<<C as Operand>::Dim>>::Output;
type D4<A, B, C, D> = <D3<A, B, C> as DimMax<<D as Operand>::Dim>>::Output;
type D5<A, B, C, D, E> = <D4<A, B, C, D> as DimMax<<E as Operand>::Dim>>::Output;
type D6<A, B, C, D, E, F> = <D5<A, B, C, D, E> as DimMax<<F as Operand>::Dim>>::Output;

tuples!(2: A 0 => A::Dim where);
tuples!(3: A 0, B 1 => D2<A, B> where A::Dim: DimMax<B::Dim>);
tuples!(4: A 0, B 1, C 2 => D3<A, B, C> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>);
tuples!(5: A 0, B 1, C 2, D 3 => D4<A, B, C, D> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>);
tuples!(6: A 0, B 1, C 2, D 3, E 4 => D5<A, B, C, D, E> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>,
    D4<A, B, C, D>: DimMax<E::Dim>);
tuples!(7: A 0, B 1, C 2, D 3, E 4, F 5 => D6<A, B, C, D, E, F> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>,
    D4<A, B, C, D>: DimMax<E::Dim>, D5<A, B, C, D, E>: DimMax<F::Dim>);
