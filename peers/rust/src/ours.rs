//! Our side of every case: the public interface, into memory given, or fresh.

use std::hint::black_box;

use ndarray::{Array, ArrayD, ArrayView, ArrayView1, Dimension, Ix2, Ix3, RemoveAxis};
use swath::conv::Border;
use swath::image::Gaussian;

use crate::job::{Job, On, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::{Fold, Map, Work, flat, with_dims};

type Boxed<'a> = Box<dyn Job + 'a>;

/// The call of swath that does this work.
pub(crate) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Boxed<'a> {
    let (on, fresh) = (On::Swath(&machine.swath), machine.fresh);
    match work {
        Work::Reduce { fold, axis: None, a } => whole(on, *fold, flat(a)),
        Work::Reduce { fold, axis: Some(axis), a } => along(on, fresh, *fold, *axis, a),
        Work::Dot { a, b } => giving(on, move || swath::dot(black_box(a), b).unwrap()),
        Work::Matmul { a, b } if fresh => {
            giving(on, move || swath::matmul(black_box(a), b).unwrap())
        }
        Work::Matmul { a, b } => writing(on, Array::zeros((a.nrows(), b.ncols())), move |c| {
            swath::matmul_into(T::one(), black_box(a), b, T::zero(), c).unwrap();
        }),
        Work::Map { map: Map::MulAdd3, x, y, z } => {
            mul_add3(on, fresh, [flat(x), flat(y), flat(z)])
        }
        Work::Map { map, x, .. } => map_one(on, fresh, *map, flat(x)),
        _ => filter(work, on, fresh),
    }
}

fn whole<'a, T: Real>(on: On<'a>, fold: Fold, a: ArrayView1<'a, T>) -> Boxed<'a> {
    match fold {
        Fold::Sum => giving(on, move || swath::sum(black_box(&a))),
        Fold::Mean => giving(on, move || swath::mean(black_box(&a))),
        Fold::Min => giving(on, move || swath::min(black_box(&a)).unwrap()),
        Fold::Max => giving(on, move || swath::max(black_box(&a)).unwrap()),
        Fold::Var => giving(on, move || swath::reduce::var(black_box(&a), 0.0)),
    }
}

fn along<'a, T: Real>(
    on: On<'a>,
    fresh: bool,
    fold: Fold,
    axis: usize,
    a: &'a ArrayD<T>,
) -> Boxed<'a> {
    match a.ndim() {
        2 => along_axis::<T, Ix2>(on, fresh, fold, axis, view(a)),
        3 => along_axis::<T, Ix3>(on, fresh, fold, axis, view(a)),
        _ => whole(on, fold, flat(a)),
    }
}

fn view<T, D: Dimension>(a: &ArrayD<T>) -> ArrayView<'_, T, D> {
    a.view().into_dimensionality().expect("as many axes")
}

fn along_axis<'a, T: Real, D: RemoveAxis + 'a>(
    on: On<'a>,
    fresh: bool,
    fold: Fold,
    axis: usize,
    a: ArrayView<'a, T, D>,
) -> Boxed<'a>
where
    D::Smaller: 'a,
{
    use swath::reduce;
    macro_rules! either {
        ($new:ident, $into:ident $(, $option:expr)?) => {
            if fresh {
                giving(on, move || reduce::$new(black_box(&a), axis $(, $option)?).unwrap())
            } else {
                let out = Array::zeros(a.raw_dim().remove_axis(ndarray::Axis(axis)));
                writing(on, out, move |out| {
                    reduce::$into(black_box(&a), axis, $($option,)? out).unwrap();
                })
            }
        };
    }
    match fold {
        Fold::Sum => either!(sum_axis, sum_axis_into),
        Fold::Mean => either!(mean_axis, mean_axis_into),
        Fold::Min => either!(min_axis, min_axis_into),
        Fold::Max => either!(max_axis, max_axis_into),
        Fold::Var => either!(var_axis, var_axis_into, 0.0),
    }
}

fn mul_add3<'a, T: Real>(on: On<'a>, fresh: bool, [x, y, z]: [ArrayView1<'a, T>; 3]) -> Boxed<'a> {
    if fresh {
        return giving(on, move || {
            swath::map!((black_box(&x), &y, &z), |(x, y, z)| x * y + z).unwrap()
        });
    }
    writing(on, Array::zeros(x.raw_dim()), move |out| {
        swath::map_into!((black_box(&x), &y, &z), out, |(x, y, z)| x * y + z).unwrap();
    })
}

fn map_one<'a, T: Real>(on: On<'a>, fresh: bool, map: Map, x: ArrayView1<'a, T>) -> Boxed<'a> {
    let (one, two) = (T::of(1.0), T::of(2.0));
    if fresh {
        return match map {
            Map::Sqrt => giving(on, move || {
                swath::map!(black_box(&x), |x| num_traits::Float::sqrt(x)).unwrap()
            }),
            _ => giving(on, move || swath::map!(black_box(&x), |x| two * x + one).unwrap()),
        };
    }
    let out = Array::zeros(x.raw_dim());
    match map {
        Map::Sqrt => writing(on, out, move |out| {
            swath::map_into!(black_box(&x), out, |x| num_traits::Float::sqrt(x)).unwrap();
        }),
        _ => writing(on, out, move |out| {
            swath::map_into!(black_box(&x), out, |x| two * x + one).unwrap();
        }),
    }
}

/// A filter, fresh or into memory given: the two forms differ in their last argument.
macro_rules! filtered {
    ($on:expr, $fresh:expr, $src:ident, $new:path, $into:path, [$($argument:expr),*]) => {
        if $fresh {
            giving($on, move || $new(black_box(&$src), $($argument),*).unwrap())
        } else {
            writing($on, Array::zeros($src.raw_dim()), move |out| {
                $into(black_box(&$src), $($argument,)* out).unwrap();
            })
        }
    };
}

fn filter<'a, T: Real>(work: &'a Work<T>, on: On<'a>, fresh: bool) -> Boxed<'a> {
    use swath::conv::{convolve1d, convolve1d_into, correlate, correlate_into};
    use swath::image::{gaussian_filter, gaussian_filter_into, sobel, sobel_into};
    match work {
        Work::Correlate { src, filter, border } => with_dims!(src, |src| {
            let border: Border<T> = *border;
            let filter = like(&src, filter);
            filtered!(on, fresh, src, correlate, correlate_into, [&filter, border])
        }),
        Work::Convolve1d { src, filter, axis, border } => with_dims!(src, |src| {
            filtered!(on, fresh, src, convolve1d, convolve1d_into, [filter, *axis, *border])
        }),
        Work::Gaussian { src, sigma, truncate, border } => with_dims!(src, |src| {
            let options = || Gaussian::new().border(*border).truncate(*truncate);
            filtered!(on, fresh, src, gaussian_filter, gaussian_filter_into, [*sigma, options()])
        }),
        Work::Sobel { src, axis, border } => with_dims!(src, |src| {
            filtered!(on, fresh, src, sobel, sobel_into, [*axis, *border])
        }),
        _ => unreachable!("the other works are not filters"),
    }
}

/// `a` with as many axes in its type as `other` has.
fn like<'a, T, D: Dimension>(
    _other: &ArrayView<'_, T, D>,
    a: &'a ArrayD<T>,
) -> ArrayView<'a, T, D> {
    view(a)
}
