//! The `palette` example, run as its user runs it: small pictures, and every input it
//! has to refuse.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;
#[path = "../examples/palette/kmeans.rs"]
mod kmeans;

use example::{folder, full_output_is_refused, psnr, refused, run};

#[test]
fn the_scene_of_its_own_gets_better_with_colours() {
    let folder = folder("scene");
    let mut last = 0.0;
    for colours in ["1", "4", "16", "64"] {
        let output = run(&folder, &["--size", "160x96", "--colours", colours]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let db = psnr(&output);
        assert!(db > last, "{colours} colours: {db} dB after {last}");
        last = db;
        let picture = image::open(folder.join("photo-out/palette.png")).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (160, 96));
        let seen: std::collections::HashSet<_> = picture.pixels().collect();
        assert!(seen.len() <= colours.parse().unwrap(), "{} colours", seen.len());
    }
}

#[test]
fn a_picture_of_few_colours_comes_back_as_it_was() {
    let folder = folder("given");
    for (i, (w, h)) in [(40, 30), (1, 1), (50, 1)].into_iter().enumerate() {
        let name = format!("in{i}.png");
        let colour = |x: u32, y: u32| {
            image::Rgb([[10, 200, 30], [0, 0, 0], [255, 255, 9]][(x / 7 + y) as usize % 3])
        };
        let picture = image::RgbImage::from_fn(w, h, colour);
        picture.save(folder.join(&name)).unwrap();
        let output = run(&folder, &[&name, "--colours", "3", "--out", "deep/down"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(psnr(&output), f64::INFINITY);
        let back = image::open(folder.join("deep/down/palette.png")).unwrap().into_rgb8();
        assert_eq!(back, picture);
    }
}

#[test]
fn bad_input_is_refused() {
    let folder = folder("bad");
    refused(&folder, &["--colours", "0"], &["colours is 0", "1 to 256"]);
    refused(&folder, &["--colours", "257"], &["colours is 257"]);
    refused(&folder, &["--steps", "many"], &["many", "--steps"]);
    refused(&folder, &["--size", "0x10"], &["no pixels"]);
    refused(&folder, &["missing.png"], &["missing.png"]);
    std::fs::write(folder.join("text.png"), "not a picture at all").unwrap();
    refused(&folder, &["text.png"], &["text.png"]);
    std::fs::write(folder.join("file"), "").unwrap();
    refused(&folder, &["--size", "32x32", "--out", "file"], &["file", "is a file"]);
}

/// What the example checks of its own result does notice a wrong one.
#[test]
fn the_checks_can_fail() {
    let x = ndarray::Array2::from_shape_fn((5000, 3), |(i, j)| ((i * (7 + j) + j) % 251) as f32);
    let make = || kmeans::Clusters::new(&x, 5, 4, || ()).unwrap();
    make().check(&x).unwrap();
    let mut wrong = make();
    wrong.labels[0] = (wrong.labels[0] + 1) % 5;
    assert!(wrong.check(&x).unwrap_err().contains("point 0"));
    let mut worse = make();
    worse.losses[2] *= 2.0;
    assert!(worse.check(&x).unwrap_err().contains("larger"));
    let mut nan = make();
    nan.centres[[1, 1]] = f32::NAN;
    assert!(nan.check(&x).is_err() || nan.labels.iter().all(|&c| c != 1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--size", "40x40", "--colours", "2"]);
}
