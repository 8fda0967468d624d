//! An example, run as its user runs it. The test file has the example's name.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The example, and the test file that includes this one.
const NAME: &str = env!("CARGO_CRATE_NAME");

/// The example's binary, built from what is there now.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        // <target>/<profile>/deps/<name>-<hash> is this test.
        let test = std::env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--quiet", "--example"]);
        cargo.arg(NAME).arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success());
        profile.join("examples").join(format!("{NAME}{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A folder of its own for each test, empty.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{NAME}_{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder).args(args);
    command
}

pub fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

/// Names of all files below a folder, hidden ones too.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        }
        all.push(path);
    }
    all.sort();
    all
}

/// Asserts that a run is refused with one line that contains `words`, and leaves no
/// file behind but those that were there.
#[track_caller]
pub fn refused(folder: &Path, args: &[&str], words: &[&str]) {
    let before = files(folder);
    let output = run(folder, args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{args:?}: {text}");
    assert!(
        text.starts_with(&format!("{NAME}: ")) && text.trim_end().lines().count() == 1,
        "{text}"
    );
    for word in words {
        assert!(text.contains(word), "no {word:?} in {text}");
    }
    assert_eq!(files(folder), before, "{args:?} left something");
}

/// A PNG file of 57 bytes whose header claims ten thousand million pixels.
pub fn huge_png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        bytes.extend((data.len() as u32).to_be_bytes());
        let named: Vec<u8> = kind.iter().chain(data).copied().collect();
        bytes.extend(&named);
        bytes.extend(crc32(&named).to_be_bytes());
    };
    let mut header = Vec::new();
    header.extend(100_000u32.to_be_bytes());
    header.extend(100_000u32.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(b"IHDR", &header);
    chunk(b"IDAT", &[]);
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8)
            .fold(crc ^ u32::from(byte), |c, _| (c >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(c & 1)))
    })
}

/// Asserts that a standard output which is full is one line on standard error.
#[track_caller]
pub fn full_output_is_refused(folder: &Path, args: &[&str]) {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(binary()).current_dir(folder).args(args).stdout(full).output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let begin = format!("{NAME}: standard output: ");
    assert!(text.starts_with(&begin) && text.lines().count() == 1, "{text}");
}

/// The PSNR that an example has printed, in dB.
#[track_caller]
pub fn psnr(output: &Output) -> f64 {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split("PSNR ").nth(1).and_then(|t| t.split(' ').next());
    number.and_then(|n| n.parse().ok()).unwrap_or_else(|| {
        panic!("no PSNR in {text}{}", String::from_utf8_lossy(&output.stderr));
    })
}
