//! Puts a photo out of focus and makes it sharp again by Richardson and Lucy's
//! iteration, some hundred large filters, with a progress bar; checks its own result.
//!
//! ```text
//! cargo run --release --example deblur -- [INPUT] [--radius R] [--iterations N] [--out DIR] [--size WxH]
//! ```
//! With no input a scene of its own is drawn. Bad input, and a result that fails a check,
//! end in one line on standard error and exit status 1.

mod lucy;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::Array3;
use swath::Control;

#[derive(Parser)]
#[command(about = "Puts a photo out of focus and makes it sharp again, and checks the result")]
struct Options {
    /// A PNG or JPEG file; without one, a scene is drawn.
    input: Option<PathBuf>,
    /// By how many pixels the photo is out of focus.
    #[arg(long, default_value_t = 6.0)]
    radius: f64,
    /// How often the picture is improved, by two filters each time.
    #[arg(long, default_value_t = 50)]
    iterations: usize,
    /// The folder to write `out_of_focus.png` and `deblurred.png` to.
    #[arg(long, value_name = "DIR", default_value = "photo-out")]
    out: PathBuf,
    /// Size of the scene that is drawn.
    #[arg(
        long,
        value_name = "WxH",
        default_value = "1280x720",
        value_parser = support::size,
        conflicts_with = "input"
    )]
    size: (usize, usize),
}

/// Largest radius and number of iterations.
const RADIUS_MAX: f64 = 50.0;
const ITERATIONS_MAX: usize = 10_000;

fn main() -> ExitCode {
    support::main("deblur", run)
}

fn run(options: &Options) -> Result<(), String> {
    // Everything that can be refused is, before the work and before a folder is made.
    if !(0.5..=RADIUS_MAX).contains(&options.radius) {
        return Err(format!("radius is {}, must be 0.5 to {RADIUS_MAX}", options.radius));
    }
    if !(1..=ITERATIONS_MAX).contains(&options.iterations) {
        return Err(format!("iterations is {}, must be 1 to {ITERATIONS_MAX}", options.iterations));
    }
    let photo = options.input.as_deref().map(support::load_rgb).transpose()?;
    let (width, height) = photo.as_ref().map_or(options.size, |p| (p.dim().1, p.dim().0));
    support::out_dir(&options.out)?;
    let photo = photo.unwrap_or_else(|| support::scene(width, height));
    let filters = 2 * options.iterations;
    let weights = lucy::disk(options.radius);
    let side = weights.dim().0;
    support::say(&format!("photo {width}x{height}: {filters} filters of {side}x{side}"))?;

    let text = |e: swath::Error| e.to_string();
    let soft = picture(&lucy::blur(&photo.mapv(f32::from), &weights).map_err(text)?);
    let y = soft.mapv(f32::from);
    let bar = progress(2 * filters);
    let sharpen = || {
        let start = Instant::now();
        let x = lucy::sharpen(&y, &weights, options.iterations, || bar.inc(1))?;
        Ok((x, start.elapsed().as_secs_f64()))
    };
    let alone = Control::new().threads(1).run(sharpen).map_err(|e| e.to_string())?;
    let (expected, one) = alone.map_err(text)?;
    let (x, all) = sharpen().map_err(text)?;
    bar.finish_and_clear();

    if x != expected {
        return Err("check failed: one thread and all threads differ".to_owned());
    }
    lucy::check(&y, &x, &weights)?;
    let sharp = picture(&x);
    for (name, picture) in [("out_of_focus.png", &soft), ("deblurred.png", &sharp)] {
        support::save_png(&options.out.join(name), &picture.view())?;
    }
    let (before, after) = (support::psnr(&photo, &soft), support::psnr(&photo, &sharp));
    support::say(&format!("PSNR {before:.2} dB out of focus, {after:.2} dB deblurred"))?;
    let (one_ms, all_ms) = (one * 1e3, all * 1e3);
    support::say(&format!(
        "time {one_ms:.1} ms on one thread, {all_ms:.1} ms on all: {:.2} times",
        one / all
    ))?;
    support::say(&format!("wrote two pictures to {}", options.out.display()))
}

/// Numbers as a picture: rounded, and cut to what a pixel can be.
fn picture(x: &Array3<f32>) -> Array3<u8> {
    x.mapv(|x| x.round_ties_even().clamp(0.0, 255.0) as u8)
}

fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} filter {pos} of {len}");
    ProgressBar::new(steps as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
