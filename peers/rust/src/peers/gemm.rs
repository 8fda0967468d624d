//! `gemm`: matrix products, the engine under faer and candle.

use std::hint::black_box;

use gemm::Parallelism;
use ndarray::{Array2, ArrayView2};

use super::no_such_call;
use crate::job::{Made, On, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::Work;

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    let Work::Matmul { a, b } = work else { return no_such_call() };
    let (a, b) = (a.view(), b.view());
    let (on, parallelism) = match machine.threads {
        1 => (On::Caller, Parallelism::None),
        n => (On::Rayon(&machine.rayon), Parallelism::Rayon(n)),
    };
    let zeros = move || Array2::zeros((a.nrows(), b.ncols()));
    Ok(if machine.fresh {
        giving(on, move || {
            let mut c = zeros();
            multiply(black_box(&a), &b, &mut c, parallelism);
            c
        })
    } else {
        writing(on, zeros(), move |c| multiply(black_box(&a), &b, c, parallelism))
    })
}

fn multiply<T: Real>(
    a: &ArrayView2<'_, T>,
    b: &ArrayView2<'_, T>,
    c: &mut Array2<T>,
    parallelism: Parallelism,
) {
    let ((m, k), n) = (a.dim(), b.ncols());
    let (k1, n1) = (k as isize, n as isize);
    let (c, a, b) = (c.as_mut_ptr(), a.as_ptr(), b.as_ptr());
    let (one, zero) = (T::of(1.0), T::of(0.0));
    // SAFETY: A is m x k, B k x n and C m x n, all in row-major order; C is not read.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c,
            1,
            n1,
            false,
            a,
            1,
            k1,
            b,
            1,
            n1,
            zero,
            one,
            false,
            false,
            false,
            parallelism,
        );
    }
}
