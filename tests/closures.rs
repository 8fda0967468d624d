//! Closures are vectorised: builds the crate in tests/closures, disassembles it and
//! counts, in the code of each listed closure for AVX2, vector arithmetic and calls.
//!
//! ```text
//! cargo test --test closures                  opt-level 3, 16 codegen units
//! cargo test --test closures -- --ignored     levels 2 and 3, 16 and 1 units, LTO on and off
//! ```
//! Also checks what the compiler says where a map is written wrongly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The closures in tests/closures/src/main.rs, and the vector FMAs that each has at
/// least: those of its source, each once in the vector loop.
const CASES: &[(&str, usize)] = &[
    ("case_macro_exp_1", 13),
    ("case_macro_exp_2", 26),
    ("case_macro_exp_4", 52),
    ("case_macro_exp_8", 104),
    ("case_macro_exp_f32_8", 72),
    ("case_macro_capture_by_reference", 52),
    ("case_macro_captured_numbers", 36),
    ("case_macro_operands_2", 52),
    ("case_macro_operands_3", 36),
    ("case_macro_operands_4", 9),
    ("case_macro_operands_5", 13),
    ("case_macro_operands_6", 36),
    ("case_macro_operands_7", 20),
    ("case_macro_operands_8", 21),
    ("case_macro_two_results", 18),
    ("case_macro_indexed", 13),
    ("case_macro_reduced", 18),
    ("case_macro_mixed_types", 9),
    ("case_macro_widening", 13),
    ("case_macro_tuple_out", 27),
    ("case_macro_pick", 9),
    ("case_macro_strided", 52),
    ("case_macro_broadcast", 18),
    ("case_macro_into", 52),
    ("case_macro_inplace", 52),
    ("case_macro_inplace_operands", 52),
    ("case_function_polynomial", 3),
    ("case_function_exp_1", 13),
    ("case_function_exp_2", 26),
    ("case_function_operands_2", 9),
    ("case_function_inplace", 13),
    ("case_math_exp_f32", 9),
    ("case_math_exp_f64", 14),
    ("case_math_exp2_f32", 7),
    ("case_math_exp2_f64", 12),
    ("case_math_exp_m1_f32", 11),
    ("case_math_exp_m1_f64", 16),
    ("case_math_ln_f32", 10),
    ("case_math_ln_f64", 9),
    ("case_math_log2_f32", 12),
    ("case_math_log2_f64", 11),
    ("case_math_log10_f32", 12),
    ("case_math_log10_f64", 11),
    ("case_math_ln_1p_f32", 11),
    ("case_math_ln_1p_f64", 10),
    ("case_math_sin_f32", 12),
    ("case_math_sin_f64", 19),
    ("case_math_cos_f32", 12),
    ("case_math_cos_f64", 19),
    ("case_math_tan_f32", 16),
    ("case_math_tan_f64", 21),
    ("case_math_asin_f32", 9),
    ("case_math_asin_f64", 15),
    ("case_math_acos_f32", 9),
    ("case_math_acos_f64", 15),
    ("case_math_atan_f32", 12),
    ("case_math_atan_f64", 21),
    ("case_math_atan2_f32", 12),
    ("case_math_atan2_f64", 21),
    ("case_math_sinh_f32", 18),
    ("case_math_sinh_f64", 20),
    ("case_math_cosh_f32", 18),
    ("case_math_cosh_f64", 20),
    ("case_math_tanh_f32", 13),
    ("case_math_tanh_f64", 17),
    ("case_math_asinh_f32", 15),
    ("case_math_asinh_f64", 14),
    ("case_math_acosh_f32", 14),
    ("case_math_acosh_f64", 13),
    ("case_math_atanh_f32", 13),
    ("case_math_atanh_f64", 12),
    ("case_math_erf_f32", 37),
    ("case_math_erf_f64", 59),
    ("case_math_erfc_f32", 37),
    ("case_math_erfc_f64", 59),
    ("case_math_gelu_f32", 38),
    ("case_math_gelu_f64", 66),
    ("case_math_tgamma_f32", 60),
    ("case_math_tgamma_f64", 60),
    ("case_math_lgamma_f32", 64),
    ("case_math_lgamma_f64", 64),
    ("case_math_rounding_f32", 1),
    ("case_math_rounding_f64", 1),
    ("case_math_sigmoid_f32", 14),
    ("case_math_sigmoid_f64", 19),
    ("case_math_softplus_f32", 22),
    ("case_math_softplus_f64", 26),
    ("case_math_logaddexp_f32", 22),
    ("case_math_logaddexp_f64", 26),
    ("case_math_powf_f32", 24),
    ("case_math_powf_f64", 38),
    ("case_math_powi_f32", 12),
    ("case_math_powi_f64", 38),
    ("case_math_cbrt_f32", 8),
    ("case_math_cbrt_f64", 6),
    ("case_math_hypot_f32", 2),
    ("case_math_hypot_f64", 3),
    ("case_math_three_f32", 46),
    ("case_math_three_f64", 50),
    ("case_math_eight_f32", 132),
    ("case_math_eight_f64", 137),
];

/// What the loops may call: copies that staging turns into, the walk from line to
/// line, and what ends in a panic. Nothing per element.
const ALLOWED: &[&str] = &["memcpy", "memset", "memmove", "4plan4axes", "panic", "slice_index"];

const PROFILES: &[&str] =
    &["o2-c16", "o2-c1", "o3-c16", "o3-c1", "o2-c16-lto", "o2-c1-lto", "o3-c16-lto", "o3-c1-lto"];

#[test]
fn closures_are_vectorised() {
    check(&["o3-c16"]);
}

#[test]
#[ignore = "takes minutes: builds the crate in eight profiles; scripts/check.sh full runs it"]
fn closures_are_vectorised_in_every_profile() {
    check(PROFILES);
}

/// A copy of tests/closures in the target folder: its lock file is the workspace's,
/// so that nothing is looked up, and the source tree stays as it is.
fn prepare() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let from = root.join("tests/closures");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("closures");
    std::fs::create_dir_all(to.join("src/bin")).unwrap();
    let manifest = std::fs::read_to_string(from.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("\"../..\"", &format!("{root:?}"));
    std::fs::write(to.join("Cargo.toml"), manifest).unwrap();
    std::fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock")).unwrap();
    std::fs::copy(from.join("src/main.rs"), to.join("src/main.rs")).unwrap();
    for entry in std::fs::read_dir(from.join("src/bin")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join("src/bin").join(entry.file_name())).unwrap();
    }
    to
}

fn build(crate_dir: &Path, profile: &str, bin: &str) -> Output {
    Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet", "--profile", profile, "--bin", bin])
        .current_dir(crate_dir)
        .env("CARGO_TARGET_DIR", crate_dir.join("target"))
        // Symbols that name the closure they were made for.
        .env("RUSTFLAGS", "-Csymbol-mangling-version=v0")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .unwrap()
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn check(profiles: &[&str]) {
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: closures: the assembly test reads x86-64 code");
        return;
    }
    if Command::new("objdump").arg("--version").output().is_err() {
        println!("skipped: closures: objdump is not installed");
        return;
    }
    let dir = prepare();
    let mut faults = Vec::new();
    for profile in profiles {
        succeeded(&build(&dir, profile, "closures"));
        let binary = dir.join("target").join(profile).join("closures");
        // The values first: wrong code may well be vectorised.
        succeeded(&Command::new(&binary).output().unwrap());
        let objdump = ["-d", "--no-show-raw-insn", "-M", "intel"];
        let code = succeeded(&Command::new("objdump").args(objdump).arg(&binary).output().unwrap());
        let bodies = bodies(&code);
        for &(case, least) in CASES {
            faults.extend(
                judge(&bodies, case, least).err().map(|e| format!("{profile}: {case}: {e}")),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The instructions of each function in a disassembly.
fn bodies(code: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut bodies = BTreeMap::new();
    let mut body = None;
    for line in code.lines() {
        if let Some(name) = line.strip_suffix(">:").and_then(|l| l.split_once('<')) {
            body = Some(bodies.entry(name.1).or_insert_with(Vec::new));
        } else if let (Some(body), Some((_, instruction))) = (&mut body, line.split_once(":\t")) {
            body.push(instruction);
        }
    }
    bodies
}

/// Whether the AVX2 copy of a closure is vectorised: the function that enters the
/// tier with it holds `least` ymm FMAs and calls nothing that is called per element.
fn judge(bodies: &BTreeMap<&str, Vec<&str>>, case: &str, least: usize) -> Result<(), String> {
    // In a mangled name each part stands behind its length.
    let part = format!("{}{case}", case.len());
    let mut entries = bodies.iter().filter(|(n, _)| n.contains("fill_avx2") && n.contains(&part));
    let (Some((_, body)), None) = (entries.next(), entries.next()) else {
        return Err("not exactly one AVX2 copy".to_owned());
    };
    let fmas = |suffix| body.iter().filter(|i| i.starts_with("vf") && i.contains(suffix)).count();
    let ymm = fmas("ymm");

    if ymm < least {
        return Err(format!("{ymm} vector FMAs, expected {least}; {} in all", fmas("mm")));
    }
    for call in body.iter().filter(|i| i.starts_with("call") || i.starts_with("jmp")) {
        let target = call.split_once('<').map_or(*call, |c| c.1);
        // A jump within the function names it with an offset.
        let inside = call.starts_with("jmp") && target.contains("fill_avx2");
        if !inside && !ALLOWED.iter().any(|name| target.contains(name)) {
            return Err(format!("calls {call}"));
        }
    }
    Ok(())
}

#[test]
fn mistakes_are_explained() {
    let dir = prepare();
    for (bin, messages) in [
        (
            "not_an_array",
            &[
                "cannot be an operand of a map",
                "an operand is `&array`",
                "two to eight operands are a tuple",
            ][..],
        ),
        ("tuple_of_numbers", &["cannot be the operands of a map", "captured by the closure"]),
        ("nine_operands", &["cannot be an operand of a map", "two to eight operands are a tuple"]),
        ("not_copy", &["the trait `Copy` is not implemented for `String`"]),
        ("closure_in_a_variable", &["takes a closure written in place", "the function `map`"]),
        ("changes_a_capture", &["cannot"]),
    ] {
        let output = build(&dir, "o3-c16", bin);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{bin} compiled");
        for message in messages {
            assert!(text.contains(message), "{bin}: no {message:?} in\n{text}");
        }
    }
}
