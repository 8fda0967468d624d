//! The `photo` example, run as its user runs it: small pictures, and every input it
//! has to refuse.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;

use std::path::Path;

use example::{files, folder, full_output_is_refused, huge_png, refused, run};

#[track_caller]
fn done(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{args:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_scene_of_its_own_gives_three_pictures() {
    let folder = folder("scene");
    let text = done(&folder, &["--size", "160x96"]);
    for words in ["photo 160x96", "one thread", "all", "speed-up", "megapixels/s"] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    #[cfg(target_os = "linux")]
    assert!(text.contains("times the wall time"), "{text}");
    let out = folder.join("photo-out");
    let names = ["blurred.png", "edges.png", "sharpened.png"];
    assert_eq!(files(&out), names.map(|name| out.join(name)));
    for name in names {
        let picture = image::open(out.join(name)).unwrap();
        assert_eq!((picture.width(), picture.height()), (160, 96));
        assert_eq!(picture.color().channel_count(), if name == "edges.png" { 1 } else { 3 });
    }
}

#[test]
fn pictures_of_every_kind_are_read() {
    let folder = folder("kinds");
    let color = image::RgbImage::from_fn(70, 50, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let dynamic = image::DynamicImage::from(color.clone());
    color.save(folder.join("a.png")).unwrap();
    color.save(folder.join("b.jpg")).unwrap();
    color.save(folder.join("c.JPEG")).unwrap();
    dynamic.to_rgba16().save(folder.join("d.png")).unwrap();
    dynamic.to_luma8().save(folder.join("e.png")).unwrap();
    image::RgbImage::from_pixel(1, 1, image::Rgb([1, 2, 3])).save(folder.join("f.png")).unwrap();
    image::RgbImage::from_pixel(300, 1, image::Rgb([255; 3])).save(folder.join("g.png")).unwrap();
    for name in ["a.png", "b.jpg", "c.JPEG", "d.png", "e.png", "f.png", "g.png"] {
        let out = format!("deep/{name}");
        done(&folder, &[name, "--out", &out]);
        let blurred = image::open(folder.join(out).join("blurred.png")).unwrap();
        let before = image::open(folder.join(name)).unwrap();
        assert_eq!((blurred.width(), blurred.height()), (before.width(), before.height()));
    }
    // A picture of one colour stays as it is, and has no edges.
    let white = |name: &str| {
        let path = folder.join("deep/g.png").join(name);
        image::open(path).unwrap().into_luma8().into_raw()
    };
    assert_eq!(white("blurred.png"), [255; 300]);
    assert_eq!(white("sharpened.png"), [255; 300]);
    assert_eq!(white("edges.png"), [0; 300]);
}

#[test]
fn a_second_run_replaces_the_pictures() {
    let folder = folder("again");
    done(&folder, &["--size", "40x30", "--out", "."]);
    let first = std::fs::read(folder.join("edges.png")).unwrap();
    std::fs::write(folder.join("edges.png"), "old").unwrap();
    done(&folder, &["--size", "40x30", "--out", "."]);
    assert_eq!(std::fs::read(folder.join("edges.png")).unwrap(), first);
    assert_eq!(files(&folder).len(), 3);
}

#[test]
fn bad_options_are_refused() {
    let folder = folder("options");
    refused(&folder, &["--size", "0x0"], &["0x0", "no pixels"]);
    refused(&folder, &["--size", "10x0"], &["no pixels"]);
    refused(&folder, &["--size", "10"], &["--size"]);
    refused(&folder, &["--size", "10x-3"], &["--size"]);
    refused(&folder, &["--size", "axb"], &["--size"]);
    refused(&folder, &["--size", "1x2x3"], &["--size"]);
    refused(&folder, &["--size", "100000x100000"], &["too large"]);
    refused(&folder, &["--size", "4294967295x4294967295"], &["too large"]);
    refused(&folder, &["--size", "99999999999999999999x1"], &["--size"]);
    refused(&folder, &["a.png", "--size", "10x10"], &["--size"]);
    refused(&folder, &["--colour"], &["--colour"]);
    refused(&folder, &["a.png", "b.png"], &["b.png"]);
}

#[test]
fn unreadable_pictures_are_refused() {
    let folder = folder("pictures");
    refused(&folder, &["missing.png"], &["missing.png"]);
    let picture =
        image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    for name in ["text.png", "text.jpg"] {
        std::fs::write(folder.join(name), "not a picture at all").unwrap();
        refused(&folder, &[name], &[name, "neither PNG nor JPEG"]);
    }
    std::fs::write(folder.join("empty.png"), "").unwrap();
    refused(&folder, &["empty.png"], &["empty.png"]);
    std::fs::create_dir(folder.join("folder.png")).unwrap();
    refused(&folder, &["folder.png"], &["folder.png", "not a file"]);
    picture.save(folder.join("whole.png")).unwrap();
    std::fs::copy(folder.join("whole.png"), folder.join("whole.gif")).unwrap();
    refused(&folder, &["whole.gif"], &["whole.gif", ".png, .jpg or .jpeg"]);
    refused(&folder, &["whole"], &["whole", ".png, .jpg or .jpeg"]);

    picture.save(folder.join("whole.jpg")).unwrap();
    for name in ["whole.png", "whole.jpg"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let cut = name.replace("whole", "cut");
        for eighths in 0..8 {
            std::fs::write(folder.join(&cut), &bytes[..bytes.len() * eighths / 8]).unwrap();
            refused(&folder, &[&cut], &[&cut]);
        }
        // The last bytes of a PNG file end it, but not the picture.
        if name.ends_with("jpg") {
            std::fs::write(folder.join(&cut), &bytes[..bytes.len() - 1]).unwrap();
            refused(&folder, &[&cut], &[&cut, "cut off"]);
        }
    }
}

/// 45 bytes that claim ten thousand million pixels, and 20 that claim 2^32.
#[test]
fn s9_a_header_that_claims_a_huge_size_is_refused() {
    let folder = folder("huge");
    std::fs::write(folder.join("huge.png"), huge_png()).unwrap();
    refused(&folder, &["huge.png"], &["huge.png", "100000x100000", "too large"]);

    // The frame header of a small JPEG file, made to claim 65535 x 65535.
    image::RgbImage::new(8, 8).save(folder.join("huge.jpg")).unwrap();
    let mut bytes = std::fs::read(folder.join("huge.jpg")).unwrap();
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 9].fill(0xFF);
    std::fs::write(folder.join("huge.jpg"), bytes).unwrap();
    refused(&folder, &["huge.jpg"], &["huge.jpg"]);
}

#[test]
fn places_that_cannot_be_written_are_refused() {
    let folder = folder("places");
    std::fs::write(folder.join("file"), "").unwrap();
    let with = |out| ["--size", "32x32", "--out", out];
    refused(&folder, &with("file"), &["file", "it is a file"]);
    refused(&folder, &with("file/below"), &["file/below"]);
    refused(&folder, &with("/proc/no"), &["/proc/no"]);
    assert_eq!(std::fs::read_to_string(folder.join("file")).unwrap(), "");
    // One of the pictures cannot be put in its place: no other file is left half.
    std::fs::create_dir_all(folder.join("out/blurred.png/full")).unwrap();
    refused(&folder, &with("out"), &["blurred.png", "cannot be written"]);
}

/// What the example writes is closed early, as by `head`.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--size", "20x20"]);
}
