//! Operands and results of a call: with their types for the public functions,
//! without for all that is compiled once.

use std::marker::PhantomData;

use ndarray::{ArrayRef, Dimension};

use crate::Error;
use crate::kernel::reduce::{Closures, Table, With};

/// A fold of elements `T` to a result `O`.
pub(super) struct Folding<T, O> {
    table: &'static Table,
    number: f64,
    initial: Option<[u8; 16]>,
    closures: Closures,
    types: PhantomData<fn(T) -> O>,
}

impl<T, O> Clone for Folding<T, O> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, O> Copy for Folding<T, O> {}

impl<T, O> Folding<T, O> {
    /// The fold of a table.
    ///
    /// # Safety
    /// Every `T` is a valid item of the table's fold, and every result that the fold
    /// makes of them is a valid `O`.
    pub(super) const unsafe fn new(table: &'static Table) -> Self {
        assert!(table.item == size_of::<T>() && table.out == size_of::<O>());
        Self { table, number: 0.0, initial: None, closures: Closures::NONE, types: PhantomData }
    }

    /// With so much taken off the count.
    pub(super) fn ddof(self, ddof: f64) -> Self {
        self.number(ddof)
    }

    /// Told a number.
    pub(super) fn number(self, number: f64) -> Self {
        Self { number, ..self }
    }

    /// Told a user's closures.
    pub(super) fn closures(self, closures: Closures) -> Self {
        Self { closures, ..self }
    }

    /// Going on from a result.
    pub(super) fn from(self, initial: O) -> Self
    where
        O: Copy,
    {
        const { assert!(size_of::<O>() <= 16) };
        let mut bytes = [0; 16];
        // SAFETY: the bytes have room for it, and any number is bytes.
        unsafe { bytes.as_mut_ptr().cast::<O>().write_unaligned(initial) };
        Self { initial: Some(bytes), ..self }
    }

    #[inline]
    pub(super) fn table(&self) -> &'static Table {
        self.table
    }

    /// A call that makes each result of `count` elements.
    #[inline]
    pub(super) fn with(&self, count: usize) -> With {
        let Self { table, number, initial, closures, .. } = *self;
        With { flip: table.flip, count, number, initial, closures }
    }
}

/// One or two operands of one shape.
#[derive(Clone, Copy)]
pub(super) struct Operands<'a, T> {
    raw: Raw<'a>,
    elements: PhantomData<&'a [T]>,
}

impl<'a, T> Operands<'a, T> {
    /// One operand.
    #[inline]
    pub(super) fn one<D: Dimension>(a: &'a ArrayRef<T, D>) -> Self {
        Self::pair(a, a)
    }

    #[inline]
    fn pair<D: Dimension>(a: &'a ArrayRef<T, D>, b: &'a ArrayRef<T, D>) -> Self {
        let starts = [a.as_ptr().cast(), b.as_ptr().cast()];
        let raw = Raw { starts, shape: a.shape(), strides: [a.strides(), b.strides()] };
        Self { raw, elements: PhantomData }
    }

    /// Two operands.
    ///
    /// # Errors
    /// [`Error::Shape`] if their shapes differ.
    #[inline]
    pub(super) fn two<D: Dimension>(
        function: &'static str,
        a: &'a ArrayRef<T, D>,
        b: &'a ArrayRef<T, D>,
    ) -> Result<Self, Error> {
        if a.shape() != b.shape() {
            return Err(Error::Shape {
                function,
                operand: "b",
                shape: b.shape().to_vec(),
                expected: "the shape of a",
                other: a.shape().to_vec(),
            });
        }
        Ok(Self::pair(a, b))
    }

    /// One operand with at least one element.
    ///
    /// # Errors
    /// [`Error::Empty`].
    #[inline]
    pub(super) fn some<D: Dimension>(
        function: &'static str,
        a: &'a ArrayRef<T, D>,
    ) -> Result<Self, Error> {
        if a.is_empty() {
            return Err(Error::Empty { function, operand: "a", shape: a.shape().to_vec() });
        }
        Ok(Self::one(a))
    }

    #[inline]
    pub(super) fn raw(&self) -> Raw<'a> {
        self.raw
    }
}

/// The same without the type of the elements. A second operand that is not there is
/// the first again: it is never read, and changes no order.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a> {
    pub(super) starts: [*const u8; 2],
    pub(super) shape: &'a [usize],
    pub(super) strides: [&'a [isize]; 2],
}

impl Raw<'_> {
    /// How many elements each has.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements of each of so many operands, in the order of the array, are
    /// one stretch.
    #[inline]
    pub(super) fn is_contiguous(&self, operands: usize) -> bool {
        let mut step = 1;
        for (i, &n) in self.shape.iter().enumerate().rev() {
            if n != 1 {
                if self.strides[0][i] != step || operands > 1 && self.strides[1][i] != step {
                    return false;
                }
                step *= n as isize;
            }
        }
        true
    }
}

/// Where results go: one place for each index of the kept axes.
#[derive(Clone, Copy)]
pub(super) struct Target<'a, O> {
    pub(super) ptr: *mut O,
    pub(super) strides: &'a [isize],
}
