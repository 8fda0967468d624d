//! Finds the colours that a photo can be painted with: clusters of its pixels, by matrix
//! products with few columns, with a progress bar; checks its own result.
//!
//! ```text
//! cargo run --release --example palette -- [INPUT] [--colours K] [--steps N] [--out DIR] [--size WxH]
//! ```
//! With no input a scene of its own is drawn. Bad input, and a result that fails a check,
//! end in one line on standard error and exit status 1.

mod kmeans;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use kmeans::Clusters;
use ndarray::{Array2, Array3};
use swath::Control;

#[derive(Parser)]
#[command(about = "Paints a photo with a few colours of its own, and checks the result")]
struct Options {
    /// A PNG or JPEG file; without one, a scene is drawn.
    input: Option<PathBuf>,
    /// How many colours.
    #[arg(long, default_value_t = 16)]
    colours: usize,
    /// How often the colours are improved.
    #[arg(long, default_value_t = 10)]
    steps: usize,
    /// The folder to write `palette.png` to, the photo in its colours.
    #[arg(long, value_name = "DIR", default_value = "photo-out")]
    out: PathBuf,
    /// Size of the scene that is drawn.
    #[arg(
        long,
        value_name = "WxH",
        default_value = "3840x2160",
        value_parser = support::size,
        conflicts_with = "input"
    )]
    size: (usize, usize),
}

fn main() -> ExitCode {
    support::main("palette", run)
}

fn run(options: &Options) -> Result<(), String> {
    if !(1..=256).contains(&options.colours) {
        return Err(format!("colours is {}, must be 1 to 256", options.colours));
    }
    let photo = options.input.as_deref().map(support::load_rgb).transpose()?;
    let (width, height) = photo.as_ref().map_or(options.size, |p| (p.dim().1, p.dim().0));
    support::out_dir(&options.out)?;
    let out = options.out.join("palette.png");
    let photo = photo.unwrap_or_else(|| support::scene(width, height));
    let pixels = photo.mapv(f32::from).into_shape_with_order((width * height, 3));
    let pixels: Array2<f32> = pixels.map_err(|e| e.to_string())?;
    support::say(&format!("photo {width}x{height}: {} points in 3 dimensions", pixels.nrows()))?;

    let bar = progress(2 * (options.steps + 1));
    let paint = || {
        let start = Instant::now();
        let clusters = Clusters::new(&pixels, options.colours, options.steps, || bar.inc(1))?;
        Ok((clusters, start.elapsed().as_secs_f64()))
    };
    let text = |e: swath::Error| e.to_string();
    let alone = Control::new().threads(1).run(paint).map_err(|e| e.to_string())?;
    let (expected, one) = alone.map_err(text)?;
    let (clusters, all) = paint().map_err(text)?;
    bar.finish_and_clear();
    if clusters.centres != expected.centres || clusters.labels != expected.labels {
        return Err("check failed: one thread and all threads differ".to_owned());
    }
    clusters.check(&pixels)?;

    let picture = picture(&clusters, width);
    support::save_png(&out, &picture.view())?;
    let psnr = support::psnr(&photo, &picture);
    support::say(&format!("{} colours: PSNR {psnr:.2} dB", options.colours))?;
    let (one_ms, all_ms) = (one * 1e3, all * 1e3);
    support::say(&format!(
        "time {one_ms:.1} ms on one thread, {all_ms:.1} ms on all: {:.2} times",
        one / all
    ))?;
    support::say(&format!("wrote {}", out.display()))?;
    Ok(())
}

/// Each pixel in the colour of its cluster.
fn picture(clusters: &Clusters, width: usize) -> Array3<u8> {
    let colours = clusters.centres.mapv(|c| c.round_ties_even().clamp(0.0, 255.0) as u8);
    let labels = &clusters.labels;
    Array3::from_shape_fn((labels.len() / width, width, 3), |(y, x, channel)| {
        colours[[labels[y * width + x], channel]]
    })
}

fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} step {pos} of {len}");
    ProgressBar::new(steps as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
