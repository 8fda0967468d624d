//! Maps in place: the array that is changed, and operands beside it.

use ndarray::{ArrayBase, ArrayRef, DataMut, Dimension, RawData};

use super::engine::{self, Order, Work};
use super::operand::{Layout, Operand};
use super::run::fits;
use crate::Error;
use crate::kernel::map::{InPlace, One, Onto, To};
use crate::plan::{self, Axes};

mod sealed {
    pub trait Sealed {}
}
use sealed::Sealed;

/// An array that a map changes: `&mut array`, `&mut array.slice_mut(..)`, any other mutable
/// reference to an `ndarray` array.
///
/// Its elements are handed to the closure by value, so they must be
/// `Copy + Send + Sync`. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be changed by a map",
    label = "not a mutable reference to an array",
    note = "write `&mut array`, `&mut array.slice_mut(..)` or `&mut *reference`, with elements that are `Copy + Send + Sync`"
)]
pub trait OperandMut: Sealed {
    /// The element type.
    type Elem: Copy + Send + Sync;
    /// The dimension type.
    type Dim: Dimension;
    /// The array.
    #[doc(hidden)]
    fn array_mut(&mut self) -> &mut ArrayRef<Self::Elem, Self::Dim>;
}

impl<S: RawData, D> Sealed for &mut ArrayBase<S, D> {}
impl<S, D> OperandMut for &mut ArrayBase<S, D>
where
    S: DataMut<Elem: Copy + Send + Sync>,
    D: Dimension,
{
    type Elem = S::Elem;
    type Dim = D;
    #[inline]
    fn array_mut(&mut self) -> &mut ArrayRef<S::Elem, D> {
        self
    }
}

impl<A, D> Sealed for &mut ArrayRef<A, D> {}
impl<A: Copy + Send + Sync, D: Dimension> OperandMut for &mut ArrayRef<A, D> {
    type Elem = A;
    type Dim = D;
    #[inline]
    fn array_mut(&mut self) -> &mut ArrayRef<A, D> {
        self
    }
}

/// What a map in place takes: one [`OperandMut`], whose elements the closure takes as they
/// are, or a tuple of it and up to seven [`Operand`]s, which broadcast to its shape. Sealed.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (mut y, x) = (array![[1.0, 2.0], [3.0, 4.0]], array![10.0, 20.0]);
/// swath::map_inplace((&mut y, &x), |(y, x)| y + 0.5 * x)?;
/// assert_eq!(y, array![[6.0, 12.0], [8.0, 14.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the operands of a map in place",
    label = "not a mutable reference to an array, and not a tuple that begins with one",
    note = "write `&mut array`, or `(&mut array, &other, ..)` with up to seven others that broadcast to its shape"
)]
pub trait OperandsMut: Sealed {
    /// What the closure takes.
    type Item;
    /// What it gives: an element of the array that is changed.
    type Elem: Copy + Send + Sync;
    /// Changes the array.
    #[doc(hidden)]
    fn change<B, V>(self, function: &'static str, f: (&B, &V)) -> Result<(), Error>
    where
        B: Fn(Self::Item) -> Self::Elem + Sync,
        V: Fn(Self::Item) -> Self::Elem + Sync;
}

/// [`OperandsMut`]: the type, `K` of [`Axes`], the item, its sources, the array and the others.
macro_rules! operands_mut {
    (
        [$($t:ident),*] $name:ty, $k:literal, $item:ty, $sources:ident($($pointer:ty),*);
        $self:ident: $first:expr $(, $more:expr)*
    ) => {
        impl<O: OperandMut, $($t: Operand),*> OperandsMut for $name {
            type Item = $item;
            type Elem = O::Elem;

            #[inline]
            fn change<Base, Vect>(
                #[allow(unused_mut)] mut $self,
                function: &'static str,
                f: (&Base, &Vect),
            ) -> Result<(), Error>
            where
                Base: Fn(Self::Item) -> O::Elem + Sync,
                Vect: Fn(Self::Item) -> O::Elem + Sync,
            {
                let bytes = 2 * size_of::<O::Elem>() $(+ size_of::<$t::Elem>())*;
                let first = $first.array_mut().as_mut_ptr();
                let to = To::one(first);
                let sources: $sources<($($pointer,)*)> =
                    $sources((first.cast_const(), $($more.array().as_ptr(),)*));
                let share = |work: Work<'_, O::Elem, ()>| {
                    // SAFETY: the array is borrowed for writing alone, and no two of its
                    // indices name one place.
                    unsafe { work.share(to) }
                };
                let array = $first.array_mut();
                let layout = Layout::of(array);
                let others: &[Layout<'_>] = &[$(Layout::of($more.array())),*];
                if layout.is_plain_with(others) {
                    let len = array.len();
                    // SAFETY: all are one stretch of memory, in the same order.
                    unsafe { engine::plain::<_, One, _, _, _, _, _>(len, sources, bytes, f, share) };
                    return Ok(());
                }
                fits(function, others, "a", layout)?;
                let Layout { shape, strides } = layout;
                plan::check_output(function, "a", shape, strides)?;
                let axes = Axes::<$k>::in_memory_order(shape, [
                    strides, strides, strides
                    $(, Layout::of($more.array()).strides_in(shape).as_slice())*
                ]);
                // SAFETY: the axes walk these arrays, which are borrowed, within their bounds.
                unsafe {
                    engine::walked::<$k, _, One, _, _, _, _, _>(
                        &axes, Order::Any, sources, bytes, f, share,
                    );
                }
                Ok(())
            }
        }
    };
}

operands_mut!([] O, 3, O::Elem, InPlace(*const O::Elem); self: self);

macro_rules! tuples {
    ($k:literal: $($t:ident $i:tt),*) => {
        impl<O: OperandMut, $($t: Operand),*> Sealed for (O, $($t,)*) {}
        operands_mut!(
            [$($t),*] (O, $($t,)*), $k, (O::Elem, $($t::Elem,)*),
            Onto(*const O::Elem $(, *const $t::Elem)*); self: self.0 $(, self.$i)*
        );
    };
}
tuples!(3:);
tuples!(4: A 1);
tuples!(5: A 1, B 2);
tuples!(6: A 1, B 2, C 3);
tuples!(7: A 1, B 2, C 3, D 4);
tuples!(8: A 1, B 2, C 3, D 4, E 5);
tuples!(9: A 1, B 2, C 3, D 4, E 5, F 6);
tuples!(10: A 1, B 2, C 3, D 4, E 5, F 6, G 7);
