//! What the examples do with their command line: failures are one line on standard
//! error that begins with the example's name, and exit status 1.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

/// Reads the options and runs the example.
pub(crate) fn main<O: Parser>(name: &str, run: impl Fn(&O) -> Result<(), String>) -> ExitCode {
    let result = match O::try_parse() {
        Ok(options) => run(&options),
        // Help and version are no failures.
        Err(e) if !e.use_stderr() => e.exit(),
        Err(e) => {
            let text = e.to_string();
            let line = text.lines().next().unwrap_or_default();
            Err(line.strip_prefix("error: ").unwrap_or(line).to_owned())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{name}: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A size such as 640x480, of at least a pixel and no more than may be loaded.
pub(crate) fn size(text: &str) -> Result<(usize, usize), String> {
    let parse = |s: &str| s.parse::<u32>().ok();
    let sides = text.split_once(['x', 'X']).and_then(|(w, h)| parse(w).zip(parse(h)));
    let (w, h) = sides.ok_or("must be two whole numbers, as in 640x480")?;
    super::check_size(u64::from(w), u64::from(h))?;
    Ok((w as usize, h as usize))
}

/// Writes a line to standard output, which may be full or closed.
pub(crate) fn say(line: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{line}").map_err(|e| format!("standard output: {e}"))
}
