//! What the picture examples share: loading, saving, the output folder and a
//! scene of their own. Every failure is one line of text that names the file.
#![allow(dead_code, unused_imports, reason = "each example uses its own part")]

mod options;
mod scene;
mod series;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Cursor, Write};
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader,
};
use ndarray::{Array3, ArrayView3};

pub(crate) use options::{main, say, size};
pub(crate) use scene::scene;
pub(crate) use series::{draw, pictures};

/// The most pixels a picture may have: its three channels then take 768 MiB.
pub(crate) const MAX_PIXELS: u64 = 1 << 28;

/// The most bytes a file may have: more than the pixels themselves.
const MAX_FILE: u64 = 1 << 30;

/// Reads a PNG or JPEG file as height x width x 3.
///
/// The size is checked in the header, before memory is taken for the pixels.
pub(crate) fn load_rgb(path: &Path) -> Result<Array3<u8>, String> {
    let name = path.display();
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if !["png", "jpg", "jpeg"].iter().any(|known| extension == *known) {
        return Err(format!("{name}: not a picture by its name: must end in .png, .jpg or .jpeg"));
    }
    let meta = fs::metadata(path).map_err(|e| format!("{name}: cannot be read: {e}"))?;
    if !meta.is_file() {
        return Err(format!("{name}: cannot be read: not a file"));
    }
    let unreadable = |e: &dyn std::fmt::Display| format!("{name}: cannot be read: {}", one_line(e));
    if meta.len() > MAX_FILE {
        return Err(format!("{name}: too large: {} bytes, at most {MAX_FILE}", meta.len()));
    }
    let bytes = fs::read(path).map_err(|e| unreadable(&e))?;
    let reader =
        ImageReader::new(Cursor::new(&bytes)).with_guessed_format().map_err(|e| unreadable(&e))?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(format!("{name}: cannot be read: its contents are neither PNG nor JPEG"));
    }
    if reader.format() == Some(ImageFormat::Jpeg) && is_cut(&bytes) {
        return Err(unreadable(&"it is cut off: its end is missing"));
    }
    let decoder = reader.into_decoder().map_err(|e| unreadable(&e))?;
    let (width, height) = decoder.dimensions();
    check_size(u64::from(width), u64::from(height)).map_err(|e| format!("{name}: {e}"))?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|e| unreadable(&e))?.into_rgb8();
    Array3::from_shape_vec((height as usize, width as usize, 3), picture.into_raw())
        .map_err(|e| unreadable(&e))
}

/// Whether a JPEG file lacks its end marker, which its decoder forgives: none comes
/// after the last start of a scan. (A thumbnail, which has both, comes before it.)
fn is_cut(jpeg: &[u8]) -> bool {
    let last = |marker: [u8; 2]| jpeg.windows(2).rposition(|pair| pair == marker);
    last([0xFF, 0xD9]) < last([0xFF, 0xDA])
}

/// Refuses a picture without pixels, and one of more than [`MAX_PIXELS`].
pub(crate) fn check_size(width: u64, height: u64) -> Result<(), String> {
    match width.checked_mul(height) {
        Some(0) => Err(format!("a picture of {width}x{height} has no pixels")),
        Some(pixels) if pixels <= MAX_PIXELS => Ok(()),
        _ => Err(format!(
            "a picture of {width}x{height} is too large: at most {MAX_PIXELS} pixels are allowed"
        )),
    }
}

/// Writes height x width x 3 (colour) or height x width x 1 (grey) as PNG: first
/// under another name in the same folder, so that no failure leaves half a file.
pub(crate) fn save_png(path: &Path, image: &ArrayView3<'_, u8>) -> Result<(), String> {
    let failed = |e: &dyn std::fmt::Display| {
        format!("{}: cannot be written: {}", path.display(), one_line(e))
    };
    let (height, width, channels) = image.dim();
    let color = match channels {
        1 => ExtendedColorType::L8,
        3 => ExtendedColorType::Rgb8,
        n => return Err(failed(&format!("{n} channels, must be 1 or 3"))),
    };
    let side = |n: usize| u32::try_from(n).map_err(|e| failed(&e));
    let (width, height) = (side(width)?, side(height)?);
    let pixels = image.as_standard_layout();
    let pixels = pixels.as_slice().ok_or_else(|| failed(&"not contiguous"))?;
    let part = Part::new(path);
    let mut file = BufWriter::new(File::create(&part.0).map_err(|e| failed(&e))?);
    PngEncoder::new_with_quality(&mut file, CompressionType::Fast, FilterType::Sub)
        .write_image(pixels, width, height, color)
        .map_err(|e| failed(&e))?;
    file.flush().map_err(|e| failed(&e))?;
    drop(file);
    fs::rename(&part.0, path).map_err(|e| failed(&e))
}

/// Makes the folder, with those above it, and checks that files can be made in it.
pub(crate) fn out_dir(path: &Path) -> Result<(), String> {
    let name = path.display();
    if fs::metadata(path).is_ok_and(|meta| !meta.is_dir()) {
        return Err(format!("{name}: cannot be the output folder: it is a file"));
    }
    fs::create_dir_all(path)
        .map_err(|e| format!("{name}: the output folder cannot be made: {e}"))?;
    let probe = Part::new(&path.join("probe"));
    File::create(&probe.0)
        .map(drop)
        .map_err(|e| format!("{name}: the output folder cannot be written: {e}"))
}

/// A file in the making; removed unless it was renamed.
struct Part(PathBuf);

impl Part {
    fn new(path: &Path) -> Self {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        Self(path.with_file_name(name))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already when it was renamed or never made.
        let _ = fs::remove_file(&self.0);
    }
}

/// The first line of a message: failures are told in one line.
fn one_line(e: &dyn std::fmt::Display) -> String {
    e.to_string().lines().next().unwrap_or_default().to_string()
}

/// Peak signal to noise in dB: infinite for equal pictures.
pub(crate) fn psnr(a: &Array3<u8>, b: &Array3<u8>) -> f64 {
    let square = |(&a, &b): (&u8, &u8)| u64::from(a.abs_diff(b)).pow(2);
    let sum: u64 = a.iter().zip(b).map(square).sum();
    10.0 * (255.0f64.powi(2) * a.len() as f64 / sum as f64).log10()
}
