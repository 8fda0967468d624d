//! Blurs, sharpens and outlines a photo, on one thread and on all of them, and
//! checks its own results.
//!
//! ```text
//! cargo run --release --example photo -- [INPUT] [--out DIR] [--size WxH]
//! ```
//! With no input a scene of its own is drawn. Writes `blurred.png`,
//! `sharpened.png` and `edges.png`. Bad input, and a result that fails a check, end
//! in one line on standard error and exit status 1.

mod check;
mod cpu;
mod filters;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use filters::Filter;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::Array3;
use swath::Control;

/// Each filter runs this often on one thread and on all; the best time counts.
const RUNS: usize = 3;

#[derive(Parser)]
#[command(about = "Blurs, sharpens and outlines a photo, and checks the results")]
struct Options {
    /// A PNG or JPEG file; without one, a scene is drawn.
    input: Option<PathBuf>,
    /// The folder for the pictures; made if it is not there.
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
    support::main("photo", run)
}

fn run(options: &Options) -> Result<(), String> {
    // Everything that can be refused is, before the work and before a folder is made.
    let photo = options.input.as_deref().map(support::load_rgb).transpose()?;
    support::out_dir(&options.out)?;
    let image = photo.unwrap_or_else(|| support::scene(options.size.0, options.size.1));
    let (height, width, _) = image.dim();
    support::say(&format!("photo {width}x{height}"))?;

    let bar = progress();
    let mut cores = cpu::Meter::default();
    for filter in Filter::ALL {
        let name = filter.name();
        bar.set_message(name);
        let named = |e: String| format!("{name}: {e}");
        let (picture, times) = timed(filter, &image, &bar, &mut cores).map_err(named)?;
        check::check(filter, &image, &picture).map_err(named)?;
        support::save_png(&options.out.join(format!("{name}.png")), &picture.view())?;
        let line = format!(
            "{name:<9} one thread {:8.2} ms, all {:8.2} ms, speed-up {:.2}, {:7.1} megapixels/s",
            1e3 * times.one.as_secs_f64(),
            1e3 * times.all.as_secs_f64(),
            times.one.as_secs_f64() / times.all.as_secs_f64(),
            1e-6 * (width * height) as f64 / times.all.as_secs_f64(),
        );
        bar.suspend(|| support::say(&line))?;
    }
    bar.finish_and_clear();
    if let Some(ratio) = cores.ratio() {
        support::say(&format!("all threads: processor time is {ratio:.2} times the wall time"))?;
    }
    support::say(&format!(
        "wrote blurred.png, sharpened.png, edges.png to {}",
        options.out.display()
    ))
}

/// What a filter took at best.
struct Times {
    one: Duration,
    all: Duration,
}

/// Filters the image on one thread and on all; an error if the pictures differ.
fn timed(
    filter: Filter,
    image: &Array3<u8>,
    bar: &ProgressBar,
    cores: &mut cpu::Meter,
) -> Result<(Array3<u8>, Times), String> {
    let mut times = Times { one: Duration::MAX, all: Duration::MAX };
    let mut picture = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        let alone = Control::new().threads(1).run(|| filter.apply(image));
        times.one = times.one.min(start.elapsed());
        let alone = alone.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
        bar.inc(1);

        let (together, wall) = cores.measure(|| filter.apply(image));
        times.all = times.all.min(wall);
        if together.map_err(|e| e.to_string())? != alone {
            return Err("one thread and all threads give different pictures".into());
        }
        picture = Some(alone);
        bar.inc(1);
    }
    Ok((picture.ok_or("no run")?, times))
}

/// Hidden by itself where standard error is no terminal.
fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} [{bar:40}] {pos}/{len}");
    ProgressBar::new((2 * RUNS * Filter::ALL.len()) as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
