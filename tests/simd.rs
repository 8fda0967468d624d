//! Tiers: how they are chosen, what they may enable, and whether the compiler's
//! fault that limits them is still there.

use std::path::Path;
use std::process::Command;

use swath::testing::{self, TIERS};

/// Prints the tier that this process begins with: run by the test below.
#[test]
#[ignore = "run in a child process by swath_simd_lowers_the_tier"]
fn prints_the_tier() {
    println!("tier={}", testing::tier());
}

/// The tier of a fresh process, and what it wrote to standard error.
fn tier_of_child(swath_simd: Option<&str>) -> (String, String) {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact", "prints_the_tier", "--nocapture", "--test-threads=1"]);
    match swath_simd {
        Some(value) => child.env("SWATH_SIMD", value),
        None => child.env_remove("SWATH_SIMD"),
    };
    let output = child.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|l| l.split_once("tier=")).unwrap();
    (line.1.to_owned(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn swath_simd_lowers_the_tier() {
    let rank = |name: &str| TIERS.iter().position(|t| *t == name).unwrap();
    let (best, _) = tier_of_child(None);
    for wanted in TIERS {
        let (got, complaint) = tier_of_child(Some(wanted));
        assert_eq!(rank(&got), rank(wanted).min(rank(&best)), "{wanted} on a CPU with {best}");
        assert!(!complaint.contains("SWATH_SIMD"), "{complaint}");
    }
    let (got, complaint) = tier_of_child(Some("sse9"));
    assert_eq!(got, best);
    assert!(complaint.contains("SWATH_SIMD=sse9 ignored: must be baseline, avx2 or avx512"));
}

#[test]
fn a_tier_is_what_the_cpu_has() {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let expected = match (avx2, is_x86_feature_detected!("avx512f")) {
            (false, _) => "baseline",
            (true, false) => "avx2",
            (true, true) => "avx512",
        };
        assert_eq!(testing::set_tier("avx512"), expected);
    }
    #[cfg(not(target_arch = "x86_64"))]
    assert_eq!(testing::set_tier("avx512"), "baseline");
    assert_eq!(testing::set_tier("baseline"), "baseline");
    assert_eq!(testing::tier(), "baseline");
    testing::set_tier("avx512");
}

/// Every `target_feature(enable = "..")` in a folder: file and features.
fn enabled_in(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            enabled_in(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for part in text.split("target_feature(").skip(1) {
                let features = part.split(')').next().unwrap();
                found.push((path.display().to_string(), features.to_owned()));
            }
        }
    }
}

/// rustc 1.95 miscompiles autovectorised loops under avx512dq with avx512vl, so no
/// code of ours is compiled with either; the two entries for code that the compiler
/// vectorises have AVX2 and FMA, no more.
#[test]
fn no_tier_enables_what_is_miscompiled() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    enabled_in(&source, &mut found);
    assert!(found.len() >= 2, "looked in the wrong place: {found:?}");
    for (file, features) in &found {
        let faulty = features.contains("avx512dq") || features.contains("avx512vl");
        assert!(!faulty, "{file} enables {features}");
        if Path::new(file).parent().is_some_and(|p| p.ends_with("src/simd")) {
            assert_eq!(features, "enable = \"avx2,fma\"", "{file}");
        }
    }
}

/// A loop of the kind that is miscompiled: numbers to integers twice as wide, with
/// the sign brought back afterwards.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn widen(values: &[f64; 16], out: &mut [i128; 16], n: usize) {
    for i in 0..n {
        let magnitude = i128::from(values[i].abs().to_bits());
        let bits = values[i].to_bits();
        out[i] = match bits {
            0 => 0,
            _ if (bits as i64) < 0 => -magnitude,
            _ => magnitude,
        };
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512dq,avx512vl")]
#[inline(never)]
fn widen_avx512(values: &[f64; 16], out: &mut [i128; 16], n: usize) {
    widen(values, out, n);
}

/// Tells when rust-lang/rust#158622 is fixed. Never fails: which compiler has the
/// fault is not for us to say, only that no tier of ours meets it (above).
#[test]
fn canary_of_the_avx512_miscompilation() {
    #[cfg(target_arch = "x86_64")]
    {
        if !(is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("avx512vl")) {
            println!("skipped: canary: this CPU lacks avx512dq or avx512vl");
            return;
        }
        let mut wrong = Vec::new();
        for at in 0..16 {
            let mut values = [0.0; 16];
            values[at] = -1.0;
            let (mut got, mut expected) = ([0; 16], [0; 16]);
            // SAFETY: the CPU has the features, as asked above.
            unsafe { widen_avx512(&values, &mut got, std::hint::black_box(16)) };
            for (e, v) in expected.iter_mut().zip(values) {
                *e = v.signum() as i128 * i128::from(v.abs().to_bits());
            }
            if got != expected {
                wrong.push(at);
            }
        }
        if wrong.is_empty() {
            println!("canary: this compiler no longer miscompiles under avx512dq and avx512vl");
        } else {
            println!("canary: rust-lang/rust#158622 is still there, wrong at {wrong:?}");
        }
        if cfg!(all(target_feature = "avx512dq", target_feature = "avx512vl")) {
            println!("canary: this build enables both for all code (target-cpu): do not ship it");
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    println!("skipped: canary: not x86-64");
}
