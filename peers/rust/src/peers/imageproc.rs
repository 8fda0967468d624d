//! `imageproc`: filters of the `image` crate's pictures, borders like nearest.

use std::hint::black_box;

use imageproc::definitions::Image;
use imageproc::filter::{filter, filter_parallel, separable_filter};
use imageproc::image::Luma;
use imageproc::kernel::Kernel;
use ndarray::ArrayD;
use swath::conv::Border;

use super::no_such_call;
use crate::job::{Made, On, Output, giving};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::{Work, gaussian_taps};

type Picture = Image<Luma<f32>>;

impl Output for Picture {
    fn values(&self) -> Vec<f64> {
        self.as_raw().iter().map(|&x| f64::from(x)).collect()
    }
}

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    let (src, border) = match work {
        Work::Correlate { src, border, .. }
        | Work::Gaussian { src, border, .. }
        | Work::Sobel { src, border, .. } => (src, *border),
        _ => return no_such_call(),
    };
    let picture = picture(src)?;
    if border != Border::Nearest {
        return Err("knows the border nearest alone".into());
    }
    Ok(match work {
        Work::Correlate { filter: taps, .. } => {
            let taps = T::as_f32(taps.as_slice().expect("in C order")).expect("f32 as the picture");
            let &[height, width] = taps_shape(work) else { return no_such_call() };
            let kernel = Kernel::new(taps, width as u32, height as u32);
            let own = |x: f32| x;
            if machine.threads == 1 {
                giving(On::Caller, move || -> Picture { filter(black_box(&picture), kernel, own) })
            } else {
                giving(On::Rayon(&machine.rayon), move || -> Picture {
                    filter_parallel(black_box(&picture), kernel, own)
                })
            }
        }
        Work::Gaussian { sigma, truncate, .. } => {
            // What its `gaussian_blur_f32` calls; that one ends at two sigmas.
            let taps: Vec<f32> = gaussian_taps(*sigma, *truncate);
            giving(On::Caller, move || separable_filter(black_box(&picture), &taps, &taps))
        }
        Work::Sobel { axis, .. } => {
            let (slope, smooth) = ([-1.0f32, 0.0, 1.0], [1.0f32, 2.0, 1.0]);
            let (across, down) = if *axis == 1 { (slope, smooth) } else { (smooth, slope) };
            giving(On::Caller, move || separable_filter(black_box(&picture), &across, &down))
        }
        _ => return no_such_call(),
    })
}

fn taps_shape<T>(work: &Work<T>) -> &[usize] {
    if let Work::Correlate { filter, .. } = work { filter.shape() } else { &[] }
}

fn picture<T: Real>(src: &ArrayD<T>) -> Result<Picture, String> {
    let &[height, width] = src.shape() else { return Err("knows pictures alone".into()) };
    let pixels = T::as_f32(src.as_slice().expect("in C order")).ok_or("knows f32 alone")?;
    Ok(Image::from_raw(width as u32, height as u32, pixels.to_vec()).expect("as many pixels"))
}
