//! The example `statistics`, run as its user runs it.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;

use std::path::Path;

use example::{files, folder, full_output_is_refused, huge_png, refused, run};
use image::{Rgb, RgbImage};

fn done(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{args:?}: {text}");
    String::from_utf8(output.stdout).unwrap()
}

fn open(folder: &Path, name: &str) -> RgbImage {
    image::open(folder.join(name)).unwrap().into_rgb8()
}

#[test]
fn it_draws_and_tells() {
    let folder = folder("draws");
    // More than two stacks, the last of them not full.
    let text = done(&folder, &["--size", "64x40", "--count", "19"]);
    for word in ["19 pictures of 64x40", "levels from", "deviates", "wrote 4 pictures"] {
        assert!(text.contains(word), "no {word:?} in {text}");
    }
    let out = folder.join("statistics-out");
    let names = (0..19).map(|i| format!("originals/{i:05}.png"));
    let pictures: Vec<RgbImage> = names.map(|name| open(&out, &name)).collect();
    let (mean, darkest) = (open(&out, "mean.png"), open(&out, "darkest.png"));
    let brightest = open(&out, "brightest.png");
    for i in 0..64 * 40 * 3 {
        let levels: Vec<u8> = pictures.iter().map(|p| p.as_raw()[i]).collect();
        let sum: f64 = levels.iter().map(|&x| f64::from(x)).sum();
        let rounded = (sum / 19.0).round() as u8;
        assert_eq!(mean.as_raw()[i], rounded);
        assert_eq!(darkest.as_raw()[i], *levels.iter().min().unwrap());
        assert_eq!(brightest.as_raw()[i], *levels.iter().max().unwrap());
    }
    let deviation = open(&out, "deviation.png");
    assert_eq!(deviation.as_raw().iter().max(), Some(&255));
}

#[test]
fn a_folder_of_its_users_is_read() {
    let folder = folder("users");
    let own = folder.join("own");
    std::fs::create_dir(&own).unwrap();
    for (name, level) in [("a.png", 10), ("b.png", 20), ("c.png", 60)] {
        RgbImage::from_pixel(30, 20, Rgb([level, 2 * level, 255])).save(own.join(name)).unwrap();
    }
    std::fs::write(own.join("notes.txt"), "no picture").unwrap();
    let text = done(&folder, &["own", "--out", "out"]);
    assert!(text.contains("levels from 10 to 255"), "{text}");
    let out = folder.join("out");
    assert_eq!(*open(&out, "mean.png").get_pixel(3, 4), Rgb([30, 60, 255]));
    assert_eq!(*open(&out, "darkest.png").get_pixel(3, 4), Rgb([10, 20, 255]));
    assert_eq!(*open(&out, "brightest.png").get_pixel(3, 4), Rgb([60, 120, 255]));
    // 21.6, 43.2 and 0, as parts of the largest.
    assert_eq!(*open(&out, "deviation.png").get_pixel(3, 4), Rgb([128, 255, 0]));
    // One picture alone: nothing varies.
    for name in ["b.png", "c.png"] {
        std::fs::remove_file(own.join(name)).unwrap();
    }
    done(&folder, &["own", "--out", "one"]);
    let one = folder.join("one");
    assert_eq!(open(&one, "mean.png"), open(&own, "a.png"));
    assert!(open(&one, "deviation.png").as_raw().iter().all(|&x| x == 0));
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
    std::fs::write(own.join("a.png"), huge_png()).unwrap();
    refused(&folder, &["own"], &["a.png", "too large"]);
    RgbImage::new(9, 9).save(own.join("a.png")).unwrap();
    RgbImage::new(9, 8).save(own.join("b.png")).unwrap();
    std::fs::create_dir(folder.join("out")).unwrap();
    refused(&folder, &["own", "--out", "out"], &["b.png", "9x8", "9x9"]);
    assert!(files(&folder.join("out")).is_empty());
}

/// What the example writes is closed early, as by `head`.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--size", "20x20", "--count", "2"]);
}
