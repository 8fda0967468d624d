//! `matrixmultiply`: what `ndarray` multiplies with, called directly.

use std::hint::black_box;

use ndarray::{Array2, ArrayView2};

use super::no_such_call;
use crate::job::{Made, On, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::Work;

/// As many threads as `MATMUL_NUM_THREADS` says.
pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    let Work::Matmul { a, b } = work else { return no_such_call() };
    let (a, b) = (a.view(), b.view());
    let zeros = move || Array2::zeros((a.nrows(), b.ncols()));
    Ok(if machine.fresh {
        giving(On::Caller, move || {
            let mut c = zeros();
            multiply(black_box(&a), &b, &mut c);
            c
        })
    } else {
        writing(On::Caller, zeros(), move |c| multiply(black_box(&a), &b, c))
    })
}

fn multiply<T: Real>(a: &ArrayView2<'_, T>, b: &ArrayView2<'_, T>, c: &mut Array2<T>) {
    let dims = [a.nrows(), a.ncols(), b.ncols()];
    // SAFETY: the sizes are those of A, B and C, which are row-major.
    unsafe { T::matrixmultiply(dims, a.as_ptr(), b.as_ptr(), c.as_mut_ptr()) };
}
