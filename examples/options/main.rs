//! Prices ten million options by Black and Scholes' formula: one closure with two results in
//! place of a pass over memory for each operation; checks its own result.
//!
//! ```text
//! cargo run --release --example options -- [--count N] [--repeat N]
//! ```
//! Bad input, and a result that fails a check, end in one line on standard error and exit
//! status 1.

mod pricing;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use pricing::{Market, Prices, difference};
use swath::Control;

#[derive(Parser)]
#[command(about = "Prices options by one fused closure, and checks the result")]
struct Options {
    /// How many options.
    #[arg(long, default_value_t = 10_000_000)]
    count: usize,
    /// How often each way is timed; the best counts.
    #[arg(long, default_value_t = 3)]
    repeat: usize,
}

fn main() -> ExitCode {
    support::main("options", run)
}

fn run(options: &Options) -> Result<(), String> {
    if !(1..=200_000_000).contains(&options.count) {
        return Err(format!("count is {}, must be 1 to 200000000", options.count));
    }
    if !(1..=1000).contains(&options.repeat) {
        return Err(format!("repeat is {}, must be 1 to 1000", options.repeat));
    }
    let market = Market::new(options.count);
    support::say(&format!("{} options to buy, and as many to sell", options.count))?;
    let text = |e: swath::Error| e.to_string();
    let (serial_s, serial) = best(1, || Ok(market.serial()))?;
    let (passes_s, (passes, n)) = best(options.repeat, || market.pass_by_pass().map_err(text))?;
    let (one_s, one) = best(options.repeat, || {
        Control::new().threads(1).run(|| market.fused()).map_err(|e| e.to_string())?.map_err(text)
    })?;
    let (all_s, all) = best(options.repeat, || market.fused().map_err(text))?;
    for prices in [&serial, &passes, &one, &all] {
        market.check(prices)?;
    }
    if one.call != all.call || one.put != all.put {
        return Err("check failed: one thread and all threads differ".to_owned());
    }
    for (name, prices) in [("C library", &serial), ("pass by pass", &passes)] {
        let off = difference(&market, &all, prices).map_err(text)?;
        if off.is_nan() || off > 1e-13 {
            return Err(format!("check failed: {off:e} of the share's price off the {name}"));
        }
    }
    let line = |name: &str, seconds: f64| {
        let (ms, times) = (seconds * 1e3, serial_s / seconds);
        support::say(&format!("{name:34} {ms:9.1} ms  {times:5.2} times"))
    };
    line("serial loop, C library", serial_s)?;
    line(&format!("{n} passes, all threads"), passes_s)?;
    line("one closure, one thread", one_s)?;
    line("one closure, all threads", all_s)?;
    let mean = |prices: &Prices| swath::mean(&prices.call);
    support::say(&format!("mean price to buy {:.6}, checks passed", mean(&all)))
}

/// The best time of several, and the result.
fn best<T>(times: usize, mut f: impl FnMut() -> Result<T, String>) -> Result<(f64, T), String> {
    let mut timed = || {
        let start = Instant::now();
        let result = f()?;
        Ok::<_, String>((start.elapsed().as_secs_f64(), result))
    };
    let (mut best, result) = timed()?;
    for _ in 1..times {
        best = best.min(timed()?.0);
    }
    Ok((best, result))
}
