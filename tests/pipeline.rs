//! The example `pipeline`, run as its user runs it.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;

use std::path::Path;

use example::{command, files, folder, full_output_is_refused, huge_png, refused, run};

fn done(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{args:?}: {text}");
    String::from_utf8(output.stdout).unwrap()
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let names = files(folder)
        .into_iter()
        .map(|file| file.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/"));
    names.collect()
}

#[test]
fn it_draws_blurs_and_compares() {
    let folder = folder("draws");
    let text = done(&folder, &["--size", "64x40", "--count", "5"]);
    for word in ["5 pictures", "in a row", "read", "at once", "times as fast", "wrote 5 pictures"] {
        assert!(text.contains(word), "no {word:?} in {text}");
    }
    let out = folder.join("pipeline-out");
    let numbers = ["00000", "00001", "00002", "00003", "00004"];
    let expected: Vec<_> = numbers.iter().map(|n| format!("{n}.png")).collect();
    let mut all = expected.clone();
    all.push("originals".into());
    all.extend(expected.iter().map(|name| format!("originals/{name}")));
    assert_eq!(names(&out), all);
    for name in expected {
        let blurred = image::open(out.join(&name)).unwrap().into_rgb8();
        let original = image::open(out.join("originals").join(&name)).unwrap().into_rgb8();
        assert_eq!(blurred.dimensions(), (64, 40));
        let rough = |image: &image::RgbImage| {
            let steps = image.as_raw().windows(4).map(|w| u64::from(w[0].abs_diff(w[3])));
            steps.sum::<u64>()
        };
        assert!(rough(&blurred) < rough(&original), "{name} is no softer");
    }
}

#[test]
fn a_folder_of_its_users_is_read() {
    let folder = folder("users");
    let own = folder.join("own");
    std::fs::create_dir(&own).unwrap();
    let white = image::RgbImage::from_pixel(30, 20, image::Rgb([255; 3]));
    white.save(own.join("b.png")).unwrap();
    white.save(own.join("a.jpg")).unwrap();
    std::fs::write(own.join("notes.txt"), "no picture").unwrap();
    done(&folder, &["own", "--out", "out"]);
    assert_eq!(names(&folder.join("out")), ["a.png", "b.png"]);
    let b = image::open(folder.join("out/b.png")).unwrap().into_rgb8();
    assert_eq!(b, white);
}

#[test]
fn bad_input_is_refused() {
    let folder = folder("bad");
    refused(&folder, &["missing"], &["missing", "cannot be read"]);
    std::fs::create_dir(folder.join("empty")).unwrap();
    refused(&folder, &["empty"], &["empty", "no file"]);
    refused(&folder, &["--count", "0"], &["--count"]);
    refused(&folder, &["--size", "0x5"], &["no pixels"]);
    refused(&folder, &["empty", "--count", "3"], &["--count"]);
    let own = folder.join("own");
    std::fs::create_dir(&own).unwrap();
    image::RgbImage::new(9, 9).save(own.join("a.png")).unwrap();
    image::RgbImage::new(9, 9).save(own.join("a.jpg")).unwrap();
    refused(&folder, &["own", "--out", "own"], &["a.png"]);
    std::fs::remove_file(own.join("a.jpg")).unwrap();
    refused(&folder, &["own", "--out", "own"], &["a.png", "over itself"]);
}

#[test]
fn s9_a_file_that_cannot_be_read_ends_it_with_one_line() {
    let folder = folder("cut");
    let own = folder.join("own");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("huge.png"), huge_png()).unwrap();
    let output = run(&folder, &["own", "--out", "out"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("pipeline: ") && text.contains("too large"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(names(&folder.join("out")).is_empty());
}

/// Ctrl-C at any moment: one line, and only whole files are there.
#[cfg(unix)]
#[test]
fn ctrl_c_leaves_no_half_written_file() {
    let folder = folder("interrupted");
    let mut interrupted = 0;
    for round in 0..6 {
        let out = folder.join(format!("out{round}"));
        let out_name = out.to_str().unwrap();
        let args = ["--size", "600x400", "--count", "200", "--out", out_name];
        let mut child = command(&folder, &args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // From while the pictures are drawn to while they are filtered at once.
        std::thread::sleep(std::time::Duration::from_millis(200 + 700 * round));
        // SAFETY: a child of ours that has not been waited for.
        unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
        let status = child.wait().unwrap();
        if !status.success() {
            interrupted += 1;
            assert_eq!(status.code(), Some(1), "{status:?}");
            let mut text = String::new();
            std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut text).unwrap();
            assert_eq!(text, "pipeline: interrupted; no file is left half written\n");
        }
        for file in files(&out).into_iter().filter(|file| file.is_file()) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            assert!(!name.starts_with('.'), "{name} was left");
            image::open(&file).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
    assert!(interrupted > 0, "always too late");
}

/// What the example writes is closed early, as by `head`.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--size", "20x20", "--count", "2"]);
}
