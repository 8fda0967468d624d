//! A folder of pictures read, blurred and written, all three at once, and how that
//! compares with one after the other.
//!
//! ```text
//! cargo run --release --example pipeline -- [FOLDER] [--out DIR] [--count N] [--size WxH]
//! ```
//! With no folder pictures of a scene are drawn into `originals/` first. Files are read
//! and written by threads that may wait, filters run on all cores, and at most
//! [`IN_FLIGHT`] pictures are in each stage. Ctrl-C stops it; no file is left half
//! written. Bad input ends in one line on standard error and exit status 1.

mod stages;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use swath::task::Shutdown;
use swath::{CancelToken, Control, Pool, task};

use stages::{Job, blur, read, write};

/// Pictures in one stage at most: memory stays bounded however many there are.
const IN_FLIGHT: usize = 3;

#[derive(Parser)]
#[command(about = "Reads, blurs and writes a folder of pictures, all at once")]
struct Options {
    /// A folder with PNG or JPEG files; without one, pictures of a scene are drawn.
    input: Option<PathBuf>,
    /// The folder for the pictures; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "pipeline-out")]
    out: PathBuf,
    /// How many pictures are drawn.
    #[arg(
        long,
        value_name = "N",
        default_value = "24",
        value_parser = clap::value_parser!(u16).range(1..),
        conflicts_with = "input"
    )]
    count: u16,
    /// Size of the pictures that are drawn.
    #[arg(
        long,
        value_name = "WxH",
        default_value = "1920x1080",
        value_parser = support::size,
        conflicts_with = "input"
    )]
    size: (usize, usize),
}

fn main() -> ExitCode {
    support::main("pipeline", run)
}

fn run(options: &Options) -> Result<(), String> {
    let token = CancelToken::new();
    let ctrl_c = token.clone();
    ctrlc::set_handler(move || ctrl_c.cancel()).map_err(|e| format!("Ctrl-C: {e}"))?;
    let given = options.input.as_deref().map(support::pictures).transpose()?;
    support::out_dir(&options.out)?;
    let pool = Pool::new(std::thread::available_parallelism().map_or(1, usize::from));
    let pool = pool.map_err(|e| e.to_string())?;
    let control = Control::new().token(&token);
    let all = control.run(|| {
        let files = match given {
            Some(files) => files,
            None => support::draw(&options.out.join("originals"), options.count, options.size)?,
        };
        compare(&pool, &files, &options.out)
    });
    // What is being written is written to its end.
    pool.shutdown(Shutdown::Cancel);
    all.unwrap_or_else(|_| Err("interrupted; no file is left half written".into()))
}

/// Both ways, and what they took.
fn compare(pool: &Pool, files: &[PathBuf], out: &Path) -> Result<(), String> {
    let jobs = stages::jobs(files, out)?;
    support::say(&format!("{} pictures", jobs.len()))?;
    let bar = progress(2 * jobs.len());
    bar.set_message("in a row");
    let (times, row) = timed(|| pool.install(|| in_a_row(&jobs, &bar)));
    let times = times?;
    let first = stages::contents(&jobs)?;
    bar.set_message("at once");
    let (done, at_once) = timed(|| at_once(pool, &jobs, &bar));
    done?;
    if stages::contents(&jobs)? != first {
        return Err("both ways must give the same files".into());
    }
    bar.finish_and_clear();
    let ms = |time: Duration| 1e3 * time.as_secs_f64();
    support::say(&format!(
        "in a row {:8.1} ms: read {:.1}, blur {:.1}, write {:.1}",
        ms(row),
        ms(times[0]),
        ms(times[1]),
        ms(times[2])
    ))?;
    let ratio = row.as_secs_f64() / at_once.as_secs_f64();
    support::say(&format!("at once  {:8.1} ms: {ratio:.2} times as fast", ms(at_once)))?;
    support::say(&format!("wrote {} pictures to {}", jobs.len(), out.display()))
}

fn timed<R>(f: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = f();
    (result, start.elapsed())
}

/// One stage after the other, one picture after the other; what each stage took.
fn in_a_row(jobs: &[Job], bar: &ProgressBar) -> Result<[Duration; 3], String> {
    let mut times = [Duration::ZERO; 3];
    for job in jobs {
        task::check();
        let (image, reading) = timed(|| read(job));
        let (image, blurring) = timed(|| blur(&image?));
        let (written, writing) = timed(|| write(job, &image?));
        written?;
        for (sum, time) in times.iter_mut().zip([reading, blurring, writing]) {
            *sum += time;
        }
        bar.inc(1);
    }
    Ok(times)
}

/// All stages at once: each takes its input from the one before as it comes.
fn at_once(pool: &Pool, jobs: &[Job], bar: &ProgressBar) -> Result<(), String> {
    let jobs = jobs.to_vec();
    let files = pool.blocking();
    let images = files.map_ordered(jobs, IN_FLIGHT, |job| read(&job).map(|image| (job, image)));
    let blurred = pool.map_ordered(images, IN_FLIGHT, |image| {
        let (job, image) = image.map_err(|e| e.to_string())??;
        blur(&image).map(|image| (job, image))
    });
    let written = files.map_unordered(blurred, IN_FLIGHT, |image| {
        let (job, image) = image.map_err(|e| e.to_string())??;
        write(&job, &image)
    });
    for result in written {
        result.map_err(|e| e.to_string())??;
        bar.inc(1);
    }
    Ok(())
}

/// Hidden by itself where standard error is no terminal.
fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>10} [{bar:40}] {pos}/{len}");
    ProgressBar::new(steps as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
