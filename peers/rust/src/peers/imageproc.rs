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
    Ok(match work {
        Work::Correlate { src, filter: taps, border } => {
            let picture = picture(src, *border)?;
            let &[height, width] = taps.shape() else { return no_such_call() };
            let taps =
                T::as_f32(taps.as_slice().expect("in C order")).expect("f32, as the picture");
            let kernel = Kernel::new(taps, width as u32, height as u32);
            if machine.threads == 1 {
                giving(On::Caller, move || -> Picture { filter(black_box(&picture), kernel, own) })
            } else {
                giving(On::Rayon(&machine.rayon), move || -> Picture {
                    filter_parallel(black_box(&picture), kernel, own)
                })
            }
        }
        Work::Gaussian { src, sigma, truncate, border } => {
            // What its `gaussian_blur_f32` calls; that one ends at two sigmas.
            let (picture, taps) = (picture(src, *border)?, gaussian_taps::<f32>(*sigma, *truncate));
            giving(On::Caller, move || separable_filter(black_box(&picture), &taps, &taps))
        }
        Work::Sobel { src, axis, border } => {
            let picture = picture(src, *border)?;
            let (slope, smooth) = ([-1.0f32, 0.0, 1.0], [1.0f32, 2.0, 1.0]);
            let (across, down) = if *axis == 1 { (slope, smooth) } else { (smooth, slope) };
            giving(On::Caller, move || separable_filter(black_box(&picture), &across, &down))
        }
        _ => return no_such_call(),
    })
}

/// A sum as it is: what `filter` asks for to make a pixel.
fn own(sum: f32) -> f32 {
    sum
}

fn picture<T: Real>(src: &ArrayD<T>, border: Border<T>) -> Result<Picture, String> {
    let &[height, width] = src.shape() else { return Err("knows pictures alone".into()) };
    let pixels = T::as_f32(src.as_slice().expect("in C order")).ok_or("knows f32 alone")?;
    if border != Border::Nearest {
        return Err("knows the border nearest alone".into());
    }
    Ok(Image::from_raw(width as u32, height as u32, pixels.to_vec()).expect("as many pixels"))
}
