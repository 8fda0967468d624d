//! The program as `peers/run.py` uses it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn program(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_swath-peers"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends early closes its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const RUN: [&str; 4] = ["run", "--threads", "2", "--quick"];

fn case(family: &str, op: &str, shape: &str, options: &str, peers: &str) -> String {
    let quoted: Vec<_> = peers.split_whitespace().map(|p| format!("\"{p}\"")).collect();
    let mut all = String::new();
    for (dtype, fresh) in [("f32", false), ("f64", false), ("f32", true), ("f64", true)] {
        all += &format!(
            r#"{{"id":"{op}/{dtype}/{fresh}","family":"{family}","op":"{op}","dtype":"{dtype}","shape":{shape},"options":{options},"fresh":{fresh},"peers":[{}]}}"#,
            quoted.join(",")
        );
        all.push('\n');
    }
    all
}

/// Every peer in `peers` agrees with ours and is timed; for one marked with `*` that
/// holds for f32 alone, and for f64 it is absent.
fn agree(family: &str, op: &str, shape: &str, options: &str, peers: &str) {
    let plain = peers.replace('*', "");
    let output = program(&RUN, &case(family, op, shape, options, &plain));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let reports = lines(&output);
    assert_eq!(reports.len(), 4);
    for report in reports {
        let is_f64 = report["id"].as_str().unwrap().contains("f64");
        let is_fresh = report["id"].as_str().unwrap().contains("true");
        assert!(report["ours_seconds"].as_f64().unwrap() > 0.0);
        let entries = report["peers"].as_array().unwrap();
        assert_eq!(entries.len(), peers.split_whitespace().count());
        for (entry, name) in entries.iter().zip(peers.split_whitespace()) {
            if name.ends_with('*') && is_f64 {
                assert_eq!(entry["status"], "absent", "{op}: {entry}");
                continue;
            }
            assert_eq!(entry["status"], "ok", "{op}: {entry}");
            assert!(entry["ratio"].as_f64().unwrap() > 0.0 && entry["seconds"].is_f64());
            assert!(entry["pairs"].as_u64().unwrap() >= 3 && entry["threads"] == 2);
            assert!(!(is_fresh && entry["fresh_only"] == true), "{entry}");
        }
    }
}

#[test]
fn peers_reduce_as_we_do() {
    for op in ["sum", "mean", "min", "max"] {
        agree("reduce", op, "[20001]", "{}", "ndarray rayon");
        agree("reduce", op, "[37,41]", r#"{"axis":0}"#, "ndarray");
        agree("reduce", op, "[7,31,11]", r#"{"axis":-1}"#, "ndarray");
    }
    agree("reduce", "dot", "[20001]", "{}", "ndarray rayon");
}

#[test]
fn peers_multiply_as_we_do() {
    let peers = "gemm faer matrixmultiply ndarray";
    agree("matmul", "matmul", "[70,33,51]", "{}", peers);
    agree("matmul", "matmul", "[300,200,250]", "{}", peers);
    agree("matmul", "matmul", "[1,64,64]", "{}", peers);
}

#[test]
fn peers_map_as_we_do() {
    for op in ["axpb", "mul_add3", "sqrt"] {
        agree("map", op, "[20001]", "{}", "ndarray rayon");
        agree("map", op, "[50,60]", "{}", "ndarray rayon");
    }
}

#[test]
fn peers_filter_as_we_do() {
    let conv = |op: &str, shape: &str, options: &str, peers: &str| {
        agree("conv", op, shape, options, peers);
    };
    let loops = "ndarray-conv ndarray-conv-fft ndarray-ndimage";
    conv("correlate", "[40,50]", r#"{"k":3,"border":"mirror"}"#, loops);
    conv("correlate", "[40,50]", r#"{"k":5,"border":"nearest"}"#, &format!("{loops} imageproc*"));
    conv("correlate", "[9,10,11]", r#"{"k":3,"border":"wrap"}"#, loops);
    conv("correlate", "[100]", r#"{"k":7,"border":"constant","cval":0.5}"#, loops);
    conv("correlate", "[40,50]", r#"{"filter_shape":[3,5],"border":"nearest"}"#, "imageproc*");
    conv("correlate", "[40,50]", r#"{"k":3}"#, "ndarray-ndimage");
    conv("convolve1d", "[40,50]", r#"{"k":7,"axis":0,"border":"mirror"}"#, loops);
    conv("convolve1d", "[300]", r#"{"k":15,"border":"nearest"}"#, loops);
    let nearest = r#"{"sigma":1.5,"border":"nearest"}"#;
    conv("gaussian", "[40,50]", nearest, "imageproc* ndarray-ndimage");
    let zeros = r#"{"sigma":1.0,"border":"constant"}"#;
    conv("gaussian", "[40,50]", zeros, "kornia-imgproc* ndarray-ndimage");
    for axis in [0, 1] {
        let nearest = format!(r#"{{"axis":{axis},"border":"nearest"}}"#);
        conv("sobel", "[40,50]", &nearest, "imageproc* ndarray-ndimage");
        let zeros = format!(r#"{{"axis":{axis},"border":"constant"}}"#);
        conv("sobel", "[40,50]", &zeros, "kornia-imgproc* ndarray-ndimage");
    }
}

#[test]
fn what_a_peer_lacks_is_absent_and_the_rest_goes_on() {
    let cases = case("conv", "gaussian", "[16,16]", r#"{"sigma":1.0}"#, "mkl imageproc faer");
    let output = program(&RUN, &cases);
    assert!(output.status.success());
    for report in lines(&output) {
        let entries = report["peers"].as_array().unwrap();
        assert!(entries.iter().all(|e| e["status"] == "absent"), "{report}");
        assert!(entries.iter().all(|e| !e["detail"].as_str().unwrap().is_empty()));
        assert!(report["ours_seconds"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn a_broken_line_ends_with_status_2_and_keeps_what_there_is() {
    let good = case("reduce", "sum", "[64]", "{}", "rayon");
    for (broken, word) in [
        ("{\"id\":", "line 5: not a case"),
        (r#"{"id":"x","family":"reduce","op":"sum","dtype":"f32"}"#, "shape"),
        (r#"{"id":"x","family":"reduce","op":"median","dtype":"f32","shape":[8]}"#, "median"),
    ] {
        let output = program(&RUN, &format!("{good}{broken}\n{good}"));
        assert_eq!(output.status.code(), Some(2), "{broken}");
        assert_eq!(lines(&output).len(), 4);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains("line 5") && message.contains(word), "{message}");
    }
    for arguments in [&["run"][..], &["run", "--threads", "0"], &["walk"], &[]] {
        assert_eq!(program(arguments, "").status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn versions_and_limits_are_one_line_each() {
    let output = program(&["versions"], "");
    let [versions] = &lines(&output)[..] else { panic!("one line") };
    assert!(versions["swath"].is_string() && versions["kornia-imgproc"].is_string());
    let output = program(&["calibrate", "--threads", "2", "--quick"], "");
    let [limits] = &lines(&output)[..] else { panic!("one line") };
    assert_eq!(limits["threads"], 2);
    assert!(["avx512", "avx2", "baseline"].contains(&limits["tier"].as_str().unwrap()));
    for name in ["fma_f32", "fma_f64", "read", "copy", "copy_nt", "read_l2", "pool_empty_us"] {
        assert!(limits["limits"][name].as_f64().unwrap() > 0.0, "{name}: {limits}");
    }
}
