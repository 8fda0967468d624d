//! `swath-peers`: swath beside its peers in Rust, in one process, on the same data.
//!
//! See README.md for what goes in and what comes out.

mod apart;
mod calibrate;
mod case;
mod job;
mod machine;
mod measure;
mod ours;
mod peers;
mod real;
mod spin;
mod versions;
mod work;

use std::io::{BufRead, Write};
use std::process::ExitCode;

use case::Case;
use machine::Machine;

const USAGE: &str = "usage: swath-peers calibrate --threads N [--quick]
       swath-peers versions
       swath-peers run --threads N [--quick]    (cases on standard input)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("swath-peers: {message}");
            ExitCode::from(2)
        }
    }
}

fn command(arguments: &[String]) -> Result<(), String> {
    let (name, rest) = arguments.split_first().ok_or(USAGE)?;
    if name != "worker" {
        // SAFETY: no other thread has been started yet.
        unsafe { std::env::set_var(apart::THREADS, "1") };
    }
    match name.as_str() {
        "versions" if rest.is_empty() => line(&versions::all()),
        "calibrate" => {
            let (threads, quick) = options(rest)?;
            line(&calibrate::all(threads, quick)?)
        }
        "run" => {
            let (threads, quick) = options(rest)?;
            run(&mut Machine::new(threads, quick)?)
        }
        "worker" => {
            let (threads, quick) = options(rest)?;
            apart::worker(&mut Machine::new(threads, quick)?)
        }
        _ => Err(format!("unknown command {}\n{USAGE}", arguments.join(" "))),
    }
}

/// The number of threads, and whether it is to be quick.
fn options(arguments: &[String]) -> Result<(usize, bool), String> {
    let (mut threads, mut quick) = (None, false);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--threads" => {
                let value = rest.next().map_or("", String::as_str);
                let number = value.parse().ok().filter(|n| (1..=4096).contains(n));
                threads = Some(number.ok_or(format!("--threads {value}: must be 1 to 4096"))?);
            }
            other => return Err(format!("unknown option {other}\n{USAGE}")),
        }
    }
    Ok((threads.ok_or(format!("--threads is missing\n{USAGE}"))?, quick))
}

/// Measures the cases on standard input, a line each.
fn run(machine: &mut Machine) -> Result<(), String> {
    for (i, text) in std::io::stdin().lock().lines().enumerate() {
        let text = text.map_err(|e| format!("standard input: {e}"))?;
        if text.trim().is_empty() {
            continue;
        }
        let case = Case::parse(&text).map_err(|e| format!("line {}: {e}", i + 1))?;
        let report = measure::measure(&case, machine);
        line(&report.map_err(|e| format!("line {}: case {}: {e}", i + 1, case.id))?)?;
    }
    Ok(())
}

/// Writes one line of JSON, at once.
fn line(value: &impl serde::Serialize) -> Result<(), String> {
    let text = serde_json::to_string(value).expect("plain numbers and strings");
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|e| format!("standard output: {e}"))
}
