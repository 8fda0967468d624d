//! `ndarray-ndimage`: `scipy.ndimage` in Rust, on one thread.

use std::hint::black_box;

use ndarray::{Array, Array1, ArrayView, Axis, Dimension};
use ndarray_ndimage::{BorderMode, convolve1d, correlate, gaussian_filter, sobel};
use swath::conv::Border;

use super::no_such_call;
use crate::job::{Made, On, giving};
use crate::real::Real;
use crate::work::{Work, radius, with_dims};

pub(super) fn job<'a, T: Real>(work: &'a Work<T>) -> Made<'a> {
    let on = On::Caller;
    Ok(match work {
        Work::Correlate { src, filter, border } => {
            let k = filter.shape()[0];
            if k % 2 == 0 || filter.shape().iter().any(|&other| other != k) {
                return Err("pads by the first length of a filter, and for odd ones".into());
            }
            let border = mode(*border);
            with_dims!(src, |src| {
                let filter = filter.view().into_dimensionality().expect("as many axes");
                giving(on, move || T::correlate(black_box(&src), &filter, border))
            })
        }
        Work::Convolve1d { src, filter, axis, border } => {
            let (border, axis) = (mode(*border), Axis(*axis));
            with_dims!(src, |src| {
                giving(on, move || T::convolve1d(black_box(&src), filter, axis, border))
            })
        }
        Work::Gaussian { src, sigma, truncate, border } => {
            let reach = radius(*sigma, *truncate);
            if truncate.fract() != 0.0 || src.shape().iter().any(|&n| n < reach) {
                return Err("takes whole numbers of sigmas, not above a side".into());
            }
            let (border, sigma, truncate) = (mode(*border), T::of(*sigma), *truncate as usize);
            with_dims!(src, |src| {
                giving(on, move || T::gaussian(black_box(&src), sigma, border, truncate))
            })
        }
        Work::Sobel { src, axis, border } => {
            let (border, axis) = (mode(*border), Axis(*axis));
            with_dims!(src, |src| giving(on, move || T::sobel(black_box(&src), axis, border)))
        }
        _ => return no_such_call(),
    })
}

fn mode<T: Real>(border: Border<T>) -> BorderMode<T> {
    match border {
        Border::Constant(value) => BorderMode::Constant(value),
        Border::Mirror => BorderMode::Mirror,
        Border::Nearest => BorderMode::Nearest,
        Border::Wrap => BorderMode::Wrap,
        _ => BorderMode::Reflect,
    }
}

type View<'a, T, D> = ArrayView<'a, T, D>;

/// The filters for one type: their bounds cannot be named in generic code.
pub(crate) trait Filters: Sized {
    fn correlate<D: Dimension>(
        src: &View<'_, Self, D>,
        filter: &View<'_, Self, D>,
        border: BorderMode<Self>,
    ) -> Array<Self, D>;
    fn convolve1d<D: Dimension>(
        src: &View<'_, Self, D>,
        filter: &Array1<Self>,
        axis: Axis,
        border: BorderMode<Self>,
    ) -> Array<Self, D>;
    fn gaussian<D: Dimension>(
        src: &View<'_, Self, D>,
        sigma: Self,
        border: BorderMode<Self>,
        truncate: usize,
    ) -> Array<Self, D>;
    fn sobel<D: Dimension>(
        src: &View<'_, Self, D>,
        axis: Axis,
        border: BorderMode<Self>,
    ) -> Array<Self, D>;
}

macro_rules! filters {
    ($($t:ty)*) => {$(impl Filters for $t {
        fn correlate<D: Dimension>(
            src: &View<'_, $t, D>,
            filter: &View<'_, $t, D>,
            border: BorderMode<$t>,
        ) -> Array<$t, D> {
            correlate(src, filter, border, 0)
        }
        fn convolve1d<D: Dimension>(
            src: &View<'_, $t, D>,
            filter: &Array1<$t>,
            axis: Axis,
            border: BorderMode<$t>,
        ) -> Array<$t, D> {
            convolve1d(src, filter, axis, border, 0)
        }
        fn gaussian<D: Dimension>(
            src: &View<'_, $t, D>,
            sigma: $t,
            border: BorderMode<$t>,
            truncate: usize,
        ) -> Array<$t, D> {
            gaussian_filter(src, sigma, 0, border, truncate)
        }
        fn sobel<D: Dimension>(
            src: &View<'_, $t, D>,
            axis: Axis,
            border: BorderMode<$t>,
        ) -> Array<$t, D> {
            sobel(src, axis, border)
        }
    })*};
}
filters!(f32 f64);
