//! The three stages, and the files they are about.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array3, Axis};
use swath::conv::Border;
use swath::image::gaussian_filter;
use swath::{map, map_into};

use crate::support;

/// How soft the blur is, in pixels.
const BLUR: f64 = 3.0;

/// A picture to be read, and where it goes.
#[derive(Clone)]
pub(crate) struct Job {
    from: PathBuf,
    to: PathBuf,
}

/// What becomes of each file: a PNG of the same name in the output folder.
pub(crate) fn jobs(files: &[PathBuf], out: &Path) -> Result<Vec<Job>, String> {
    let mut names = HashSet::new();
    files
        .iter()
        .map(|from| {
            let to = out.join(from.file_stem().unwrap_or_default()).with_extension("png");
            if !names.insert(to.clone()) {
                return Err(format!("{}: two pictures would be written there", to.display()));
            }
            if fs::canonicalize(&to).is_ok_and(|to| fs::canonicalize(from).is_ok_and(|f| f == to)) {
                return Err(format!("{}: would be written over itself", from.display()));
            }
            Ok(Job { from: from.clone(), to })
        })
        .collect()
}

pub(crate) fn read(job: &Job) -> Result<Array3<u8>, String> {
    support::load_rgb(&job.from)
}

/// Each colour out of focus.
pub(crate) fn blur(image: &Array3<u8>) -> Result<Array3<u8>, String> {
    let mut out = Array3::zeros(image.dim());
    for channel in 0..3 {
        let colour = image.index_axis(Axis(2), channel);
        let plane = map!(&colour, |x| f32::from(x)).map_err(|e| e.to_string())?;
        let plane = gaussian_filter(&plane, BLUR, Border::Reflect).map_err(|e| e.to_string())?;
        let mut colour = out.index_axis_mut(Axis(2), channel);
        // Rounded by an addition: 2^23 + x has no room for a fraction.
        map_into!(&plane, &mut colour, |x| (x.clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8)
            .map_err(|e| e.to_string())?;
    }
    Ok(out)
}

pub(crate) fn write(job: &Job, image: &Array3<u8>) -> Result<(), String> {
    support::save_png(&job.to, &image.view())
}

/// What was written, to be compared.
pub(crate) fn contents(jobs: &[Job]) -> Result<Vec<u64>, String> {
    use std::hash::{DefaultHasher, Hasher};
    let hash = |job: &Job| {
        let bytes =
            fs::read(&job.to).map_err(|e| format!("{}: cannot be read: {e}", job.to.display()))?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        Ok(hasher.finish())
    };
    jobs.iter().map(hash).collect()
}
