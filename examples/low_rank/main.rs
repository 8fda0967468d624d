//! Compresses a photo as a matrix: keeps the `rank` strongest patterns of its rows
//! and columns, writes what they give back, and checks its own result.
//!
//! ```text
//! cargo run --release --example low_rank -- [INPUT] [--rank R] [--out DIR] [--size WxH]
//! ```
//! With no input a scene of its own is drawn. All matrix products are
//! `swath::matmul`. Bad input, and a result that fails a check, end in one line on
//! standard error and exit status 1.

mod factor;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use factor::Factors;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array2, Array3};
use swath::Control;

#[derive(Parser)]
#[command(about = "Compresses a photo as a matrix of low rank, and checks the result")]
struct Options {
    /// A PNG or JPEG file; without one, a scene is drawn.
    input: Option<PathBuf>,
    /// How many patterns to keep.
    #[arg(long, default_value_t = 32)]
    rank: usize,
    /// The folder to write `low_rank.png` to, the picture that the patterns give back.
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
    support::main("low_rank", run)
}

fn run(options: &Options) -> Result<(), String> {
    // Everything that can be refused is, before the work and before a folder is made.
    let photo = options.input.as_deref().map(support::load_rgb).transpose()?;
    let (width, height) = photo.as_ref().map_or(options.size, |p| (p.dim().1, p.dim().0));
    check_rank(options.rank, height, 3 * width)?;
    support::out_dir(&options.out)?;
    let out = options.out.join("low_rank.png");
    let photo = photo.unwrap_or_else(|| support::scene(width, height));
    support::say(&format!("photo {width}x{height}: a matrix of {height} x {}", 3 * width))?;

    let a = matrix(&photo);
    let bar = progress(2 * factor::STEPS);
    let compress = || {
        let start = Instant::now();
        let factors = Factors::new(&a, options.rank, |_| bar.inc(1))?;
        let restored = factors.restore()?;
        Ok((factors, restored, start.elapsed().as_secs_f64()))
    };
    let text = |e: swath::Error| e.to_string();
    let alone = Control::new().threads(1).run(compress).map_err(|e| e.to_string())?;
    let (_, expected, one) = alone.map_err(text)?;
    let (factors, restored, all) = compress().map_err(text)?;
    bar.finish_and_clear();

    if restored != expected {
        return Err("check failed: one thread and all threads differ".to_owned());
    }
    factors.check(&a, &restored)?;
    let picture = picture(&restored, width);
    let psnr = support::psnr(&photo, &picture);
    support::save_png(&out, &picture.view())?;

    let (whole, kept) = (a.len(), options.rank * (height + 3 * width));
    support::say(&format!("rank {}: PSNR {psnr:.2} dB", options.rank))?;
    support::say(&format!(
        "compression {:.1} to 1 ({whole} numbers to {kept})",
        whole as f64 / kept as f64
    ))?;
    let (one_ms, all_ms) = (one * 1e3, all * 1e3);
    support::say(&format!(
        "time {one_ms:.1} ms on one thread, {all_ms:.1} ms on all: {:.2} times",
        one / all
    ))?;
    support::say(&format!("wrote {}", out.display()))?;
    Ok(())
}

fn check_rank(rank: usize, rows: usize, cols: usize) -> Result<(), String> {
    let most = rows.min(cols);
    if (1..=most).contains(&rank) {
        return Ok(());
    }
    Err(format!("rank is {rank}, must be 1 to {most}: the photo is a matrix of {rows} x {cols}"))
}

/// The photo as a matrix: its rows, the three colours of a pixel side by side.
fn matrix(photo: &Array3<u8>) -> Array2<f32> {
    let (height, width, channels) = photo.dim();
    let mut a = Array2::zeros((height, width * channels));
    a.iter_mut().zip(photo).for_each(|(a, &p)| *a = f32::from(p));
    a
}

/// A matrix as a picture: rounded, and cut to what a pixel can be.
fn picture(a: &Array2<f32>, width: usize) -> Array3<u8> {
    let mut picture = Array3::zeros((a.nrows(), width, 3));
    picture.iter_mut().zip(a).for_each(|(p, &a)| *p = a.round_ties_even().clamp(0.0, 255.0) as u8);
    picture
}

fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} step {pos} of {len}");
    ProgressBar::new(steps as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
