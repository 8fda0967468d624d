//! `kornia-imgproc`: filters of pictures, zeros beyond the border.

use std::hint::black_box;

use kornia_image::{Image, ImageSize};
use kornia_imgproc::filter::{gaussian_blur, separable_filter};
use ndarray::ArrayD;
use swath::conv::Border;

use super::no_such_call;
use crate::job::{Job, Made, On, Output, giving, writing};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::{Work, radius};

type Picture = Image<f32, 1>;

impl Output for Picture {
    fn values(&self) -> Vec<f64> {
        self.as_slice().iter().map(|&x| f64::from(x)).collect()
    }
}

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine) -> Made<'a> {
    match work {
        Work::Gaussian { src, sigma, truncate, border } => {
            let (side, sigma) = (2 * radius(*sigma, *truncate) + 1, *sigma as f32);
            Ok(made(machine, picture(src, *border)?, move |src, out| {
                gaussian_blur(src, out, (side, side), (sigma, sigma)).expect("one size");
            }))
        }
        Work::Sobel { src, axis, border } => {
            // What its `sobel` calls twice, for both slopes.
            let (slope, smooth) = ([-1.0f32, 0.0, 1.0], [1.0f32, 2.0, 1.0]);
            let (across, down) = if *axis == 1 { (slope, smooth) } else { (smooth, slope) };
            Ok(made(machine, picture(src, *border)?, move |src, out| {
                separable_filter(src, out, &across, &down).expect("one size");
            }))
        }
        _ => no_such_call(),
    }
}

fn made<'a>(
    machine: &'a Machine,
    src: Picture,
    call: impl Fn(&Picture, &mut Picture) + Send + 'a,
) -> Box<dyn Job + 'a> {
    let zeros = |size| Picture::from_size_val(size, 0.0).expect("memory");
    let size = src.size();
    if machine.fresh {
        return giving(On::Caller, move || {
            let mut out = zeros(size);
            call(black_box(&src), &mut out);
            out
        });
    }
    writing(On::Caller, zeros(size), move |out| call(black_box(&src), out))
}

fn picture<T: Real>(src: &ArrayD<T>, border: Border<T>) -> Result<Picture, String> {
    let &[height, width] = src.shape() else { return Err("knows pictures alone".into()) };
    let pixels = T::as_f32(src.as_slice().expect("in C order")).ok_or("knows f32 alone")?;
    if border != Border::Constant(T::of(0.0)) {
        return Err("knows zeros beyond the border alone".into());
    }
    let size = ImageSize { width, height };
    Image::new(size, pixels.to_vec()).map_err(|e| e.to_string())
}
