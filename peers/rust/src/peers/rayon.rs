//! `rayon`: parallel iterators over slices, as its documentation writes them.

use std::hint::black_box;

use ndarray::{Array1, ArrayD};
use num_traits::Float;
use rayon::prelude::*;

use super::no_such_call;
use crate::job::{Job, Made, On, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::{Fold, Map, Work};

/// Elements in a task, at least: fewer are not worth the hand-over.
const CHUNK: usize = 1 << 13;

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    let on = On::Rayon(&machine.rayon);
    match work {
        Work::Reduce { fold: Fold::Var, .. } => no_such_call(),
        Work::Reduce { fold, axis: None, a } => Ok(reduce(on, *fold, slice(a))),
        Work::Dot { a, b } => Ok(dot(on, a, b)),
        Work::Map { map: Map::MulAdd3, x, y, z } => {
            Ok(three(on, machine.fresh, [slice(x), slice(y), slice(z)]))
        }
        Work::Map { map: Map::Sqrt, x, .. } => Ok(one(on, machine.fresh, slice(x), Float::sqrt)),
        Work::Map { map: Map::Axpb, x, .. } => {
            let (m, n) = (T::of(2.0), T::of(1.0));
            Ok(one(on, machine.fresh, slice(x), move |x| m * x + n))
        }
        _ => no_such_call(),
    }
}

fn slice<T>(a: &ArrayD<T>) -> &[T] {
    a.as_slice().expect("in C order")
}

fn reduce<'a, T: Real>(on: On<'a>, fold: Fold, a: &'a [T]) -> Box<dyn Job + 'a> {
    let sum = move || -> T { black_box(a).par_chunks(CHUNK).map(|c| c.iter().sum::<T>()).sum() };
    match fold {
        Fold::Sum => giving(on, sum),
        Fold::Mean => giving(on, move || sum() / T::of(a.len() as f64)),
        Fold::Min => giving(on, move || extreme(black_box(a), Float::min)),
        Fold::Max => giving(on, move || extreme(black_box(a), Float::max)),
        Fold::Var => unreachable!("no such call"),
    }
}

fn extreme<T: Real>(a: &[T], pick: impl Fn(T, T) -> T + Copy + Sync + Send) -> T {
    let chunks = a.par_chunks(CHUNK).map(|c| c.iter().copied().fold(c[0], pick));
    chunks.reduce(|| a[0], pick)
}

fn dot<'a, T: Real>(on: On<'a>, a: &'a Array1<T>, b: &'a Array1<T>) -> Box<dyn Job + 'a> {
    let (a, b) = (a.as_slice().expect("contiguous"), b.as_slice().expect("contiguous"));
    giving(on, move || -> T {
        let chunks = black_box(a).par_chunks(CHUNK).zip(b.par_chunks(CHUNK));
        chunks.map(|(a, b)| a.iter().zip(b).map(|(&a, &b)| a * b).sum::<T>()).sum()
    })
}

/// One operand.
fn one<'a, T: Real>(
    on: On<'a>,
    fresh: bool,
    x: &'a [T],
    f: impl Fn(T) -> T + Copy + Sync + Send + 'a,
) -> Box<dyn Job + 'a> {
    let results = move || black_box(x).par_iter().with_min_len(CHUNK).map(move |&x| f(x));
    if fresh {
        return giving(on, move || results().collect::<Vec<T>>());
    }
    writing(on, vec![T::of(0.0); x.len()], move |out: &mut Vec<T>| {
        out.par_iter_mut().zip(results()).for_each(|(out, result)| *out = result);
    })
}

/// x y + z.
fn three<'a, T: Real>(on: On<'a>, fresh: bool, [x, y, z]: [&'a [T]; 3]) -> Box<dyn Job + 'a> {
    let results = move || {
        let all = black_box(x).par_iter().with_min_len(CHUNK).zip(y).zip(z);
        all.map(|((&x, &y), &z)| x * y + z)
    };
    if fresh {
        return giving(on, move || results().collect::<Vec<T>>());
    }
    writing(on, vec![T::of(0.0); x.len()], move |out: &mut Vec<T>| {
        out.par_iter_mut().zip(results()).for_each(|(out, result)| *out = result);
    })
}
