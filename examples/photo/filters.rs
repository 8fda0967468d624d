//! The three filters, each from picture to picture.
//!
//! Channel by channel, so that few planes of `f32` are alive at a time (33 MB each
//! at 3840x2160).

use ndarray::{Array2, Array3, Axis};
use swath::conv::Border;
use swath::image::{gaussian_filter, sobel};
use swath::{Error, map, map_into};

/// How soft the blur is, in pixels.
pub(crate) const BLUR: f64 = 3.0;
/// How wide the sharpening looks around, in pixels.
pub(crate) const SHARPEN: f64 = 2.0;
/// How much of the difference to the surroundings is added.
pub(crate) const AMOUNT: f32 = 1.5;
/// Sobel gives four times a slope; shown is twice the slope.
pub(crate) const EDGE_SCALE: f32 = 0.5;
/// What red, green and blue add to the brightness (BT.601).
pub(crate) const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    Blur,
    Sharpen,
    Edges,
}

impl Filter {
    pub(crate) const ALL: [Filter; 3] = [Filter::Blur, Filter::Sharpen, Filter::Edges];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Filter::Blur => "blurred",
            Filter::Sharpen => "sharpened",
            Filter::Edges => "edges",
        }
    }

    /// The picture after the filter; edges have one channel.
    pub(crate) fn apply(self, image: &Array3<u8>) -> Result<Array3<u8>, Error> {
        match self {
            Filter::Blur => {
                each_channel(image, |plane| gaussian_filter(plane, BLUR, Border::Reflect))
            }
            Filter::Sharpen => each_channel(image, |plane| {
                let soft = gaussian_filter(plane, SHARPEN, Border::Reflect)?;
                map!((plane, &soft), |(x, s)| x + AMOUNT * (x - s))
            }),
            Filter::Edges => edges(image),
        }
    }
}

/// The level nearest to `x`: rounded by an addition, since a cast that saturates
/// is slow (2^23 + x has no room for a fraction).
#[inline(always)]
fn level(x: f32) -> u8 {
    (x.clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8
}

fn each_channel(
    image: &Array3<u8>,
    filter: impl Fn(&Array2<f32>) -> Result<Array2<f32>, Error>,
) -> Result<Array3<u8>, Error> {
    let mut out = Array3::zeros(image.dim());
    for channel in 0..image.dim().2 {
        let plane = map!(&image.index_axis(Axis(2), channel), |x| f32::from(x))?;
        let plane = filter(&plane)?;
        map_into!(&plane, &mut out.index_axis_mut(Axis(2), channel), |x| level(x))?;
    }
    Ok(out)
}

fn edges(image: &Array3<u8>) -> Result<Array3<u8>, Error> {
    let [red, green, blue] = [0, 1, 2].map(|channel| image.index_axis(Axis(2), channel));
    let grey = map!((&red, &green, &blue), |(r, g, b)| {
        LUMA[0] * f32::from(r) + LUMA[1] * f32::from(g) + LUMA[2] * f32::from(b)
    })?;
    let down = sobel(&grey, 0, Border::Reflect)?;
    let right = sobel(&grey, 1, Border::Reflect)?;
    drop(grey);
    let strength = map!((&down, &right), |(y, x)| level(EDGE_SCALE * (x * x + y * y).sqrt()))?;
    Ok(strength.insert_axis(Axis(2)))
}
