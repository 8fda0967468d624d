//! `ndarray`: its own methods on one thread, its rayon feature on more.

use std::hint::black_box;

use ndarray::linalg::general_mat_mul;
use ndarray::parallel::prelude::*;
use ndarray::{
    Array, Array2, ArrayD, ArrayView, ArrayView1, Axis, Dimension, Ix2, Ix3, RemoveAxis, Zip,
};
use num_traits::Float;

use super::no_such_call;
use crate::job::{Job, Made, On, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::{Fold, Map, Work, flat};

/// Elements in a task, at least: fewer are not worth the hand-over.
const CHUNK: usize = 1 << 13;

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    let many = machine.threads > 1;
    let on = if many { On::Rayon(&machine.rayon) } else { On::Caller };
    let fresh = machine.fresh;
    Ok(match work {
        Work::Reduce { fold, axis: None, a } => {
            whole(on, *fold, flat(a), if many { CHUNK } else { usize::MAX })
        }
        Work::Reduce { fold, axis: Some(axis), a } => match a.ndim() {
            2 => along(*fold, Axis(*axis), view::<T, Ix2>(a)),
            3 => along(*fold, Axis(*axis), view::<T, Ix3>(a)),
            _ => whole(on, *fold, flat(a), usize::MAX),
        },
        Work::Dot { a, b } => giving(On::Caller, move || black_box(a).dot(b)),
        Work::Matmul { a, b } => matmul(fresh, a, b),
        Work::Map { map: Map::MulAdd3, x, y, z } => {
            three(on, fresh, many, [flat(x), flat(y), flat(z)])
        }
        Work::Map { map: Map::Sqrt, x, .. } => one(on, fresh, many, flat(x), Float::sqrt),
        Work::Map { map: Map::Axpb, x, .. } => {
            let (m, n) = (T::of(2.0), T::of(1.0));
            one(on, fresh, many, flat(x), move |x| m * x + n)
        }
        _ => return no_such_call(),
    })
}

fn view<T, D: Dimension>(a: &ArrayD<T>) -> ArrayView<'_, T, D> {
    a.view().into_dimensionality().expect("as many axes")
}

/// By chunks of `chunk` elements in parallel where there is more than one.
fn whole<'a, T: Real>(
    on: On<'a>,
    fold: Fold,
    a: ArrayView1<'a, T>,
    chunk: usize,
) -> Box<dyn Job + 'a> {
    let sum = move || {
        if a.len() <= chunk {
            return black_box(&a).sum();
        }
        let chunks = black_box(&a).axis_chunks_iter(Axis(0), chunk).into_par_iter();
        chunks.map(|c| c.sum()).sum::<T>()
    };
    let n = T::of(a.len() as f64);
    match fold {
        Fold::Sum => giving(on, sum),
        Fold::Mean => giving(on, move || sum() / n),
        Fold::Min => giving(on, move || extreme(black_box(&a), chunk, Float::min)),
        Fold::Max => giving(on, move || extreme(black_box(&a), chunk, Float::max)),
        Fold::Var => giving(On::Caller, move || black_box(&a).var(T::of(0.0))),
    }
}

fn extreme<T: Real>(
    a: &ArrayView1<'_, T>,
    chunk: usize,
    pick: impl Fn(T, T) -> T + Copy + Sync + Send,
) -> T {
    if a.len() <= chunk {
        return a.fold(a[0], |m, &x| pick(m, x));
    }
    let chunks = a.axis_chunks_iter(Axis(0), chunk).into_par_iter();
    chunks.map(|c| c.fold(c[0], |m, &x| pick(m, x))).reduce(|| a[0], pick)
}

/// Its reductions along an axis are its own, on one thread, and give new arrays.
fn along<'a, T: Real, D: RemoveAxis + 'a>(
    fold: Fold,
    axis: Axis,
    a: ArrayView<'a, T, D>,
) -> Box<dyn Job + 'a>
where
    D::Smaller: 'a,
{
    match fold {
        Fold::Sum => giving(On::Caller, move || black_box(&a).sum_axis(axis)),
        Fold::Mean => giving(On::Caller, move || black_box(&a).mean_axis(axis).expect("not empty")),
        Fold::Min => giving(On::Caller, move || {
            black_box(&a).fold_axis(axis, T::infinity(), |&m, &x| Float::min(m, x))
        }),
        Fold::Max => giving(On::Caller, move || {
            black_box(&a).fold_axis(axis, T::neg_infinity(), |&m, &x| Float::max(m, x))
        }),
        Fold::Var => giving(On::Caller, move || black_box(&a).var_axis(axis, T::of(0.0))),
    }
}

/// As many threads as `MATMUL_NUM_THREADS` says.
fn matmul<'a, T: Real>(fresh: bool, a: &'a Array2<T>, b: &'a Array2<T>) -> Box<dyn Job + 'a> {
    if fresh {
        return giving(On::Caller, move || black_box(a).dot(b));
    }
    let (one, zero) = (T::of(1.0), T::of(0.0));
    let out = Array2::zeros((a.nrows(), b.ncols()));
    writing(On::Caller, out, move |c| general_mat_mul(one, black_box(a), b, zero, c))
}

fn one<'a, T: Real>(
    on: On<'a>,
    fresh: bool,
    many: bool,
    x: ArrayView1<'a, T>,
    f: impl Fn(T) -> T + Copy + Sync + Send + 'a,
) -> Box<dyn Job + 'a> {
    let f = move |&x: &T| f(x);
    match (fresh, many) {
        (true, false) => giving(on, move || black_box(&x).map(f)),
        (true, true) => giving(on, move || Zip::from(black_box(&x)).par_map_collect(f)),
        (false, false) => writing(on, Array::zeros(x.raw_dim()), move |out| {
            Zip::from(out).and(black_box(&x)).for_each(|out, x| *out = f(x));
        }),
        (false, true) => writing(on, Array::zeros(x.raw_dim()), move |out| {
            Zip::from(out).and(black_box(&x)).par_for_each(|out, x| *out = f(x));
        }),
    }
}

/// x y + z.
fn three<'a, T: Real>(
    on: On<'a>,
    fresh: bool,
    many: bool,
    [x, y, z]: [ArrayView1<'a, T>; 3],
) -> Box<dyn Job + 'a> {
    let f = |&x: &T, &y: &T, &z: &T| x * y + z;
    match (fresh, many) {
        (true, false) => {
            giving(on, move || Zip::from(black_box(&x)).and(&y).and(&z).map_collect(f))
        }
        (true, true) => {
            giving(on, move || Zip::from(black_box(&x)).and(&y).and(&z).par_map_collect(f))
        }
        (false, false) => writing(on, Array::zeros(x.raw_dim()), move |out| {
            let all = Zip::from(out).and(black_box(&x)).and(&y).and(&z);
            all.for_each(|out, x, y, z| *out = f(x, y, z));
        }),
        (false, true) => writing(on, Array::zeros(x.raw_dim()), move |out| {
            let all = Zip::from(out).and(black_box(&x)).and(&y).and(&z);
            all.par_for_each(|out, x, y, z| *out = f(x, y, z));
        }),
    }
}
