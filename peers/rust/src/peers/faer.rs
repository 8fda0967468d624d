//! `faer`: linear algebra; its matrix product.

use std::hint::black_box;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::{Array2, ArrayView2};

use super::no_such_call;
use crate::job::{Made, On, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::Work;

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    let Work::Matmul { a, b } = work else { return no_such_call() };
    let (a, b) = (a.view(), b.view());
    let (on, par) = match machine.threads {
        1 => (On::Caller, Par::Seq),
        n => (On::Rayon(&machine.rayon), Par::rayon(n)),
    };
    let zeros = move || Array2::zeros((a.nrows(), b.ncols()));
    Ok(if machine.fresh {
        giving(on, move || {
            let mut c = zeros();
            T::multiply(black_box(&a), &b, &mut c, par);
            c
        })
    } else {
        writing(on, zeros(), move |c| T::multiply(black_box(&a), &b, c, par))
    })
}

/// C = A B, all row-major.
pub(crate) trait Multiply: Sized {
    fn multiply(a: &ArrayView2<'_, Self>, b: &ArrayView2<'_, Self>, c: &mut Array2<Self>, par: Par);
}

macro_rules! multiply {
    ($($t:ty)*) => {$(impl Multiply for $t {
        fn multiply(a: &ArrayView2<'_, $t>, b: &ArrayView2<'_, $t>, c: &mut Array2<$t>, par: Par) {
            let ((m, k), n) = (a.dim(), b.ncols());
            let a = MatRef::from_row_major_slice(a.as_slice().expect("row-major"), m, k);
            let b = MatRef::from_row_major_slice(b.as_slice().expect("row-major"), k, n);
            let c = MatMut::from_row_major_slice_mut(c.as_slice_mut().expect("row-major"), m, n);
            matmul(c, Accum::Replace, a, b, 1.0, par);
        }
    })*};
}
multiply!(f32 f64);
