//! What a map takes its elements from: one operand, or a tuple of up to eight.

use ndarray::{ArrayBase, ArrayRef, ArrayView, Data, DimMax, Dimension, RawData};

use super::engine::{self, Order, Work};
use crate::kernel::map::{Form, Single, Sources, Tuple};
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
    note = "two to eight operands are a tuple: `map((&a, &b), |(x, y)| ..)`; a plain number is captured by the closure"
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
/// are, or a tuple of one to eight, of which it takes a tuple.
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
    label = "not an array, and not a tuple of one to eight of them",
    note = "an operand is `&array`, `&array.slice(..)` or `array.view()`, with elements that are `Copy + Send + Sync`",
    note = "two to eight operands are a tuple: `map((&a, &b), |(x, y)| ..)`; a plain number is captured by the closure"
)]
pub trait Operands: Sealed {
    /// What the closure takes.
    type Item;
    /// The dimension type of the result: the largest of the operands'.
    type Dim: Dimension;
    /// Where the elements stand.
    #[doc(hidden)]
    type Sources: Sources<Item = Self::Item>;
    /// Bytes of an element of each.
    #[doc(hidden)]
    const BYTES: usize;
    /// The first elements.
    #[doc(hidden)]
    fn sources(&self) -> Self::Sources;
    /// Hands the shapes and strides of all operands to `f`.
    #[doc(hidden)]
    fn with_layouts<T>(&self, f: impl FnOnce(&[Layout<'_>]) -> T) -> T;
    /// The work of mapping into outputs to whose shape, which is one, all operands
    /// broadcast, handed to `then`.
    ///
    /// # Safety
    /// No place of an output is one of an operand.
    #[doc(hidden)]
    unsafe fn work<W, R, S, B, V, T>(
        &self,
        out: [Layout<'_>; 2],
        order: Order,
        f: (&B, &V),
        then: impl FnOnce(Work<'_, R, S>) -> T,
    ) -> T
    where
        W: Form<B, Self::Item, R, S> + Form<V, Self::Item, R, S>,
        R: Copy,
        S: Copy,
        B: Sync,
        V: Sync;
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

    pub(crate) fn shape(&self) -> &'a [usize] {
        self.shape
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
    pub(super) fn strides_in(&self, shape: &[usize]) -> List<isize> {
        let mut strides = List::new(0);
        let missing = shape.len() - self.shape.len();
        for (i, &n) in shape.iter().enumerate() {
            let repeated = i < missing || (self.shape[i - missing] == 1 && n != 1);
            strides.push(if repeated { 0 } else { self.strides[i - missing] });
        }
        strides
    }
}

/// [`Operands`]: its type parameters, its type, `K` of [`Axes`]; the item, the dimension,
/// where the elements stand; and each operand as an expression.
macro_rules! operands {
    (
        [$($t:ident),+] $name:ty, $k:literal, where [$($bound:tt)*]
        $item:ty, $dim:ty, $sources:ty = |$self:ident| $make:expr;
        $first:expr $(, $more:expr)*
    ) => {
        impl<$($t: Operand),+> Operands for $name
        where
            $($bound)*
        {
            type Item = $item;
            type Dim = $dim;
            type Sources = $sources;
            const BYTES: usize = $(size_of::<$t::Elem>() +)+ 0;

            #[inline]
            fn sources(&$self) -> $sources {
                $make
            }

            #[inline]
            fn with_layouts<T>(&$self, f: impl FnOnce(&[Layout<'_>]) -> T) -> T {
                f(&[Layout::of($first.array()) $(, Layout::of($more.array()))*])
            }

            #[inline]
            unsafe fn work<Way, R, S, Base, Vect, T>(
                &$self,
                out: [Layout<'_>; 2],
                order: Order,
                f: (&Base, &Vect),
                then: impl FnOnce(Work<'_, R, S>) -> T,
            ) -> T
            where
                Way: Form<Base, $item, R, S> + Form<Vect, $item, R, S>,
                R: Copy,
                S: Copy,
                Base: Sync,
                Vect: Sync,
            {
                let bytes = size_of::<R>() + size_of::<S>() + Self::BYTES;
                let sources = $self.sources();
                let layouts = [
                    out[1], Layout::of($first.array()) $(, Layout::of($more.array()))*
                ];
                if out[0].is_plain_with(&layouts) {
                    let len = $first.array().len();
                    // SAFETY: all are one stretch of memory, in the same order; the
                    // arrays' places are borrowed by `self`.
                    return unsafe {
                        engine::plain::<_, Way, _, _, _, _, _>(len, sources, bytes, f, then)
                    };
                }
                let shape = out[0].shape;
                let axes = Axes::<$k>::in_memory_order(shape, [
                    out[0].strides,
                    out[1].strides,
                    Layout::of($first.array()).strides_in(shape).as_slice()
                    $(, Layout::of($more.array()).strides_in(shape).as_slice())*
                ]);
                // SAFETY: the axes walk these arrays, which `self` borrows, within
                // their bounds.
                unsafe {
                    engine::walked::<$k, _, Way, _, _, _, _, _>(
                        &axes, order, sources, bytes, f, then,
                    )
                }
            }
        }
    };
}

operands! {
    [O] O, 3, where []
    O::Elem, O::Dim, Single<(*const O::Elem,)> = |self| Single((self.array().as_ptr(),));
    self
}

macro_rules! tuples {
    ($k:literal: $($t:ident $i:tt),+ => $max:ty where $($bound:tt)*) => {
        impl<$($t: Operand),+> Sealed for ($($t,)+) {}
        tuples!(@ [$($t),+] $k [$($bound)*] $max; $($t $i),+);
    };
    (@ $names:tt $k:literal $bounds:tt $max:ty; $($t:ident $i:tt),+) => {
        operands! {
            $names ($($t,)+), $k, where $bounds
            ($($t::Elem,)+), $max, Tuple<($(*const $t::Elem,)+)> =
                |self| Tuple(($(self.$i.array().as_ptr(),)+));
            $(self.$i),+
        }
    };
}

type D2<A, B> = <<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output;
type D3<A, B, C> = <D2<A, B> as DimMax<<C as Operand>::Dim>>::Output;
type D4<A, B, C, D> = <D3<A, B, C> as DimMax<<D as Operand>::Dim>>::Output;
type D5<A, B, C, D, E> = <D4<A, B, C, D> as DimMax<<E as Operand>::Dim>>::Output;
type D6<A, B, C, D, E, F> = <D5<A, B, C, D, E> as DimMax<<F as Operand>::Dim>>::Output;
type D7<A, B, C, D, E, F, G> = <D6<A, B, C, D, E, F> as DimMax<<G as Operand>::Dim>>::Output;
type D8<A, B, C, D, E, F, G, H> = <D7<A, B, C, D, E, F, G> as DimMax<<H as Operand>::Dim>>::Output;

tuples!(3: A 0 => A::Dim where);
tuples!(4: A 0, B 1 => D2<A, B> where A::Dim: DimMax<B::Dim>);
tuples!(5: A 0, B 1, C 2 => D3<A, B, C> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>);
tuples!(6: A 0, B 1, C 2, D 3 => D4<A, B, C, D> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>);
tuples!(7: A 0, B 1, C 2, D 3, E 4 => D5<A, B, C, D, E> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>,
    D4<A, B, C, D>: DimMax<E::Dim>);
tuples!(8: A 0, B 1, C 2, D 3, E 4, F 5 => D6<A, B, C, D, E, F> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>,
    D4<A, B, C, D>: DimMax<E::Dim>, D5<A, B, C, D, E>: DimMax<F::Dim>);
tuples!(9: A 0, B 1, C 2, D 3, E 4, F 5, G 6 => D7<A, B, C, D, E, F, G> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>,
    D4<A, B, C, D>: DimMax<E::Dim>, D5<A, B, C, D, E>: DimMax<F::Dim>,
    D6<A, B, C, D, E, F>: DimMax<G::Dim>);
tuples!(10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7 => D8<A, B, C, D, E, F, G, H> where
    A::Dim: DimMax<B::Dim>, D2<A, B>: DimMax<C::Dim>, D3<A, B, C>: DimMax<D::Dim>,
    D4<A, B, C, D>: DimMax<E::Dim>, D5<A, B, C, D, E>: DimMax<F::Dim>,
    D6<A, B, C, D, E, F>: DimMax<G::Dim>, D7<A, B, C, D, E, F, G>: DimMax<H::Dim>);
