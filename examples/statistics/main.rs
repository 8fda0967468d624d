//! What a folder of pictures has in common, in one pass over it: the mean picture, how much
//! each pixel varies, the darkest and the brightest that it gets.
//!
//! ```text
//! cargo run --release --example statistics -- [FOLDER] [--out DIR] [--count N] [--size WxH]
//! ```
//! With no folder pictures of a scene are drawn into `originals/` first. All pictures must
//! be of one size. Each file is read once, and only a few are in memory at a time however
//! many there are. Ctrl-C stops it; no file is left half written. Bad input ends in one line
//! on standard error and exit status 1.

mod moments;
mod probe;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array3, Array4, s};
use swath::task::Shutdown;
use swath::{CancelToken, Control, Pool, reduce};

use moments::Moments;
use probe::Probe;

/// Pictures that are taken into the statistics together.
const TOGETHER: usize = 8;
/// Pictures that are read ahead.
const AHEAD: usize = 3;

#[derive(Parser)]
#[command(about = "Mean, variance and extremes of a folder of pictures, in one pass")]
struct Options {
    /// A folder with PNG or JPEG files of one size; without one, pictures are drawn.
    input: Option<PathBuf>,
    /// The folder for the pictures; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "statistics-out")]
    out: PathBuf,
    /// How many pictures are drawn.
    #[arg(
        long,
        value_name = "N",
        default_value = "40",
        value_parser = clap::value_parser!(u16).range(1..),
        conflicts_with = "input"
    )]
    count: u16,
    /// Size of the pictures that are drawn.
    #[arg(
        long,
        value_name = "WxH",
        default_value = "1280x720",
        value_parser = support::size,
        conflicts_with = "input"
    )]
    size: (usize, usize),
}

fn main() -> ExitCode {
    support::main("statistics", run)
}

fn run(options: &Options) -> Result<(), String> {
    let token = CancelToken::new();
    let ctrl_c = token.clone();
    ctrlc::set_handler(move || ctrl_c.cancel()).map_err(|e| format!("Ctrl-C: {e}"))?;
    let given = options.input.as_deref().map(support::pictures).transpose()?;
    // A folder without a picture that can be read leaves nothing behind.
    if let Some(first) = given.as_deref().and_then(<[_]>::first) {
        support::load_rgb(first)?;
    }
    support::out_dir(&options.out)?;
    let pool = Pool::new(std::thread::available_parallelism().map_or(1, usize::from));
    let pool = pool.map_err(|e| e.to_string())?;
    let all = Control::new().token(&token).run(|| {
        let files = match given {
            Some(files) => files,
            None => support::draw(&options.out.join("originals"), options.count, options.size)?,
        };
        pool.install(|| statistics(&pool, &files, &options.out))
    });
    pool.shutdown(Shutdown::Cancel);
    all.unwrap_or_else(|_| Err("interrupted; no file is left half written".into()))
}

/// The pass over all files, and what comes of it.
fn statistics(pool: &Pool, files: &[PathBuf], out: &Path) -> Result<(), String> {
    let start = Instant::now();
    let bar = progress(files.len());
    let read = |path: PathBuf| support::load_rgb(&path).map(|picture| (path, picture));
    let pictures = pool.blocking().map_ordered(files.to_vec(), AHEAD, read);
    let mut all: Option<(Moments, Probe)> = None;
    let mut stack = Array4::zeros((0, 0, 0, 0));
    let mut filled = 0;
    for picture in pictures {
        let (path, picture) = picture.map_err(|e| e.to_string())??;
        let (height, width, channels) = picture.dim();
        let (moments, probe) =
            all.get_or_insert_with(|| (Moments::new(picture.dim()), Probe::new(picture.dim())));
        if stack.is_empty() {
            stack = Array4::zeros((TOGETHER.min(files.len()), height, width, channels));
        }
        check_size(&path, &picture, moments)?;
        probe.take(&picture);
        stack.slice_mut(s![filled, .., .., ..]).assign(&picture);
        filled += 1;
        if filled == stack.shape()[0] {
            moments.take(&stack.view())?;
            filled = 0;
        }
        bar.inc(1);
    }
    let (mut moments, probe) = all.ok_or("no picture")?;
    if filled > 0 {
        moments.take(&stack.slice(s![..filled, .., .., ..]))?;
    }
    bar.finish_and_clear();
    probe.check(&moments)?;
    report(&moments, files.len(), start, out)
}

fn check_size(path: &Path, picture: &Array3<u8>, moments: &Moments) -> Result<(), String> {
    let ((height, width, _), (h, w, _)) = (picture.dim(), moments.mean.dim());
    if (height, width) == (h, w) {
        return Ok(());
    }
    Err(format!("{}: is {width}x{height}, but the pictures before it are {w}x{h}", path.display()))
}

/// Writes the four pictures and says what is in them.
fn report(moments: &Moments, count: usize, start: Instant, out: &Path) -> Result<(), String> {
    let failed = |e: swath::Error| e.to_string();
    let deviation = swath::map!(&moments.variance(), |x| x.sqrt()).map_err(failed)?;
    let most = reduce::max(&deviation).map_err(failed)?;
    // A deviation is shown as a part of the largest; nothing varies among equal pictures.
    let scale = if most > 0.0 { 255.0 / most } else { 0.0 };
    let save =
        |name: &str, picture: &Array3<u8>| support::save_png(&out.join(name), &picture.view());
    save("mean.png", &moments.mean.mapv(|x| x.round() as u8))?;
    save("deviation.png", &deviation.mapv(|x| (x * scale).round() as u8))?;
    save("darkest.png", &moments.least)?;
    save("brightest.png", &moments.greatest)?;
    let (height, width, _) = moments.mean.dim();
    let least = reduce::min(&moments.least).map_err(failed)?;
    let greatest = reduce::max(&moments.greatest).map_err(failed)?;
    let mean = reduce::mean(&moments.mean);
    support::say(&format!("{count} pictures of {width}x{height}, each read once"))?;
    support::say(&format!("levels from {least} to {greatest}, {mean:.2} in the mean"))?;
    support::say(&format!(
        "a level deviates by {:.2} in the mean, by {most:.2} where most",
        reduce::mean(&deviation)
    ))?;
    let ms = 1e3 * start.elapsed().as_secs_f64();
    support::say(&format!("took {ms:.1} ms, {:.2} a picture", ms / count as f64))?;
    support::say(&format!("wrote 4 pictures to {}", out.display()))
}

/// Hidden by itself where standard error is no terminal.
fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} pictures, {eta} left");
    ProgressBar::new(steps as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
