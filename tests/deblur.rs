//! The `deblur` example, run as its user runs it: small pictures, and every input it has
//! to refuse.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;
#[path = "../examples/deblur/lucy.rs"]
mod lucy;

use std::path::Path;

use example::{folder, full_output_is_refused, huge_png, refused, run};
use ndarray::Array3;

/// Decibels out of focus and deblurred.
#[track_caller]
fn psnr(folder: &Path, args: &[&str]) -> [f64; 2] {
    let output = run(folder, args);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && errors.is_empty(), "{args:?}: {errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    for words in ["photo", "filters of", "one thread", "wrote two pictures"] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    let words: Vec<&str> = text.split("PSNR ").nth(1).unwrap().split(' ').collect();
    [words[0], words[5]].map(|number| number.parse().unwrap())
}

#[test]
fn the_scene_of_its_own_gets_sharper_with_every_few_iterations() {
    let folder = folder("scene");
    let mut last = 0.0;
    for iterations in ["2", "10", "40"] {
        let args = ["--size", "160x96", "--radius", "3", "--iterations", iterations];
        let [before, after] = psnr(&folder, &args);
        assert!(after > before + 0.3 && after > last, "{iterations}: {before} {after} {last}");
        last = after;
    }
    for name in ["out_of_focus.png", "deblurred.png"] {
        let picture = image::open(folder.join("photo-out").join(name)).unwrap();
        assert_eq!((picture.width(), picture.height()), (160, 96));
    }
}

#[test]
fn small_pictures_and_plain_ones_are_taken() {
    let folder = folder("given");
    for (i, (w, h, color)) in
        [(40, 30, [10, 200, 30]), (40, 30, [0, 0, 0]), (1, 1, [1, 2, 3]), (50, 1, [9, 9, 9])]
            .into_iter()
            .enumerate()
    {
        let name = format!("in{i}.png");
        let picture = image::RgbImage::from_pixel(w, h, image::Rgb(color));
        picture.save(folder.join(&name)).unwrap();
        psnr(&folder, &[&name, "--iterations", "3", "--out", "deep/down"]);
        let back = image::open(folder.join("deep/down/deblurred.png")).unwrap().into_rgb8();
        assert_eq!(back, picture);
    }
}

#[test]
fn bad_options_are_refused() {
    let folder = folder("options");
    refused(&folder, &["--radius", "0"], &["radius is 0"]);
    refused(&folder, &["--radius", "NaN"], &["radius is NaN"]);
    refused(&folder, &["--radius", "51"], &["radius is 51", "0.5 to 50"]);
    refused(&folder, &["--iterations", "0"], &["iterations is 0"]);
    refused(&folder, &["--iterations", "many"], &["many", "--iterations"]);
    refused(&folder, &["--size", "0x10"], &["no pixels"]);
    refused(&folder, &["--colour"], &["--colour"]);
}

#[test]
fn unreadable_pictures_are_refused() {
    let folder = folder("pictures");
    refused(&folder, &["missing.png"], &["missing.png"]);
    std::fs::write(folder.join("text.png"), "not a picture at all").unwrap();
    refused(&folder, &["text.png"], &["text.png"]);
}

/// s9: 45 bytes that claim ten thousand million pixels.
#[test]
fn s9_a_header_that_claims_a_huge_size_is_refused() {
    let folder = folder("huge");
    std::fs::write(folder.join("huge.png"), huge_png()).unwrap();
    refused(&folder, &["huge.png"], &["huge.png", "100000x100000", "too large"]);
}

/// What the example checks of its own result does notice a wrong one.
#[test]
fn the_checks_can_fail() {
    let weights = lucy::disk(2.5);
    assert!((weights.sum() - 1.0).abs() < 1e-6);
    let photo = Array3::from_shape_fn((40, 50, 3), |(i, j, c)| {
        if (i / 7 + j / 5 + c) % 2 == 0 { 40.0f32 } else { 200.0 }
    });
    let y = lucy::blur(&photo, &weights).unwrap();
    let steps = std::cell::Cell::new(0);
    let x = lucy::sharpen(&y, &weights, 10, || steps.set(steps.get() + 1)).unwrap();
    assert_eq!(steps.get(), 20);
    lucy::check(&y, &x, &weights).unwrap();
    // Blurred instead of sharpened.
    let worse = lucy::blur(&lucy::blur(&y, &weights).unwrap(), &weights).unwrap();
    assert!(lucy::check(&y, &worse, &weights).unwrap_err().contains("from the photo"));
    let mut wrong = x.clone();
    wrong.fill(f32::NAN);
    assert!(lucy::check(&y, &wrong, &weights).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--size", "40x40", "--iterations", "2"]);
}
