//! The `low_rank` example, run as its user runs it: small pictures, and every input
//! it has to refuse.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;
#[path = "../examples/low_rank/factor.rs"]
mod factor;

use example::{folder, full_output_is_refused, huge_png, psnr, refused, run};

#[test]
fn the_scene_of_its_own_gets_better_with_rank() {
    let folder = folder("scene");
    let mut last = 0.0;
    for rank in ["1", "8", "32", "96"] {
        let output = run(&folder, &["--size", "160x96", "--rank", rank]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let db = psnr(&output);
        assert!(db > last, "rank {rank}: {db} dB after {last}");
        last = db;
        let picture = image::open(folder.join("photo-out/low_rank.png")).unwrap();
        assert_eq!((picture.width(), picture.height()), (160, 96));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("compression") && text.contains("time"), "{text}");
    }
    // The whole rank gives back every pixel.
    assert_eq!(last, f64::INFINITY);
}

#[test]
fn a_picture_of_rank_one_comes_back_as_it_was() {
    let folder = folder("given");
    // Constant colour; black; one pixel; one row.
    for (i, (w, h, color)) in
        [(40, 30, [10, 200, 30]), (40, 30, [0, 0, 0]), (1, 1, [1, 2, 3]), (50, 1, [9, 9, 9])]
            .into_iter()
            .enumerate()
    {
        let name = format!("in{i}.png");
        let picture = image::RgbImage::from_pixel(w, h, image::Rgb(color));
        picture.save(folder.join(&name)).unwrap();
        let output = run(&folder, &[&name, "--rank", "1", "--out", "deep/down"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(psnr(&output), f64::INFINITY);
        let back = image::open(folder.join("deep/down/low_rank.png")).unwrap().into_rgb8();
        assert_eq!(back, picture);
    }
}

#[test]
fn bad_options_are_refused() {
    let folder = folder("options");
    refused(&folder, &["--rank", "0"], &["rank is 0"]);
    refused(&folder, &["--rank", "97", "--size", "160x96"], &["rank is 97", "1 to 96", "96 x 480"]);
    refused(&folder, &["--rank", "many"], &["many", "--rank"]);
    refused(&folder, &["--size", "0x10"], &["no pixels"]);
    refused(&folder, &["--size", "10"], &["--size"]);
    refused(&folder, &["--size", "4000000000x4000000000"], &["too large"]);
    refused(&folder, &["--colour"], &["--colour"]);
    refused(&folder, &["a.png", "b.png"], &["b.png"]);
}

#[test]
fn unreadable_pictures_are_refused() {
    let folder = folder("pictures");
    refused(&folder, &["missing.png"], &["missing.png"]);
    std::fs::write(folder.join("text.png"), "not a picture at all").unwrap();
    refused(&folder, &["text.png"], &["text.png"]);
    std::fs::write(folder.join("empty.png"), "").unwrap();
    refused(&folder, &["empty.png"], &["empty.png"]);
    std::fs::create_dir(folder.join("folder.png")).unwrap();
    refused(&folder, &["folder.png"], &["folder.png"]);

    let picture =
        image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    for name in ["whole.png", "whole.jpg"] {
        picture.save(folder.join(name)).unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let cut = name.replace("whole", "cut");
        std::fs::write(folder.join(&cut), &bytes[..bytes.len() / 2]).unwrap();
        refused(&folder, &[&cut], &[&cut]);
    }
}

/// s9: 45 bytes that claim ten thousand million pixels.
#[test]
fn s9_a_header_that_claims_a_huge_size_is_refused() {
    let folder = folder("huge");
    std::fs::write(folder.join("huge.png"), huge_png()).unwrap();
    refused(&folder, &["huge.png"], &["huge.png", "100000x100000", "too large"]);
}

#[test]
fn places_that_cannot_be_written_are_refused() {
    let folder = folder("places");
    std::fs::write(folder.join("file"), "").unwrap();
    let small = ["--size", "32x32", "--rank", "2", "--out"];
    let with = |out| small.iter().copied().chain([out]).collect::<Vec<_>>();
    refused(&folder, &with("file"), &["file", "is a file"]);
    refused(&folder, &with("file/below"), &["file/below"]);
    refused(&folder, &with("/proc/no"), &["/proc/no"]);
    assert_eq!(std::fs::read_to_string(folder.join("file")).unwrap(), "");
}

/// What the example checks of its own result does notice a wrong one.
#[test]
fn the_checks_can_fail() {
    let a = ndarray::Array2::from_shape_fn((60, 90), |(i, j)| ((i * 7 + j * j) % 256) as f32);
    let make = || {
        let mut steps = Vec::new();
        let factors = factor::Factors::new(&a, 5, |step| steps.push(step)).unwrap();
        assert!(steps.into_iter().eq(1..=factor::STEPS));
        factors
    };
    let good = make();
    let restored = good.restore().unwrap();
    good.check(&a, &restored).unwrap();

    let mut wrong = restored.clone();
    wrong[[17, 3]] += 30.0;
    assert!(good.check(&a, &wrong).unwrap_err().contains("|A - QB|^2"));
    wrong[[17, 3]] = f32::NAN;
    assert!(good.check(&a, &wrong).unwrap_err().contains("|A - QB|^2"));
    let mut slanted = make();
    slanted.q[[0, 0]] += 0.01;
    assert!(slanted.check(&a, &restored).unwrap_err().contains("Q^T Q"));
    slanted.q[[0, 0]] = f32::NAN;
    assert!(slanted.check(&a, &restored).unwrap_err().contains("Q^T Q"));
    // Orthonormal, and as useless as can be: nothing of A is kept.
    let mut useless = make();
    useless.b.fill(0.0);
    let nothing = useless.restore().unwrap();
    assert!(useless.check(&a, &nothing).unwrap_err().contains("mean of all rows"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--size", "40x40", "--rank", "2"]);
}
