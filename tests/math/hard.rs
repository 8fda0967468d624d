//! Inputs that others found hard: results very close to halfway between two numbers, or
//! angles very close to multiples of pi / 2. Every function takes all of them.
//!
//! Collected from the tests of LLVM's C library, where most go back to the searches of V.
//! Lefevre and J.-M. Muller ("Worst cases for correct rounding of the elementary functions
//! in double precision", 2001) and of CORE-MATH (A. Sibidanov, P. Zimmermann, S. Glondu
//! 2022).

use super::judge::Worst;
use super::{f64_functions, mpfr, report};
use ndarray::Array1;

/// For sines and cosines, as bits.
const ANGLES: &[u64] = &[
    0x4025f09cad750ab1,
    0x40efff781921b61f,
    0x3eaf635b70b92407,
    0x3eb3ecf146c39c0c,
    0x7506ac5b262ca1ff,
    0x4046c6cbc45dc8de,
    0x3f8921fb54430000,
    0x3f8940c877fb7dac,
    0x417fffffffffdb60,
    0x41cfd4da4ef37075,
    0x41eb951f1572eba5,
    0x41e55202aefde314,
    0x46485fc0f04c0128,
    0x4647776c2343ba4e,
    0x46d678309fa50d58,
    0x4c6fffffffffef4e,
    0x406ab514bfc61c76,
    0x401f7898d5a756dd,
    0x3f9f42fb19b5b9b2,
    0x40614823229799c2,
    0x3fa0285070f9f1bc,
    0x3ff23f40dccdef72,
    0x3ff43cf16358c9d7,
    0x3ffaddf3b9722265,
    0x40748ff1782ca91d,
    0x403a211877de55db,
    0x407dcbfda0c7559e,
    0x4041ffb509f3db15,
    0x4042345d1e090529,
    0x409ae945054939c2,
    0x4082e566149bf5fd,
    0x405be886d9c2324d,
    0x409119471e9216cd,
    0x402aaf85537ea4c7,
    0x408cb996c60f437e,
    0x404c96e28eb679f8,
    0x403a5eece87e8606,
    0x401e31b55306f22c,
    0x3ffae78d360afa15,
    0x4021685973506319,
    0x4034f2b874135d27,
    0x54a3eec5912ea7cd,
    0x403a65d441ea6dce,
    0x401e639103a05997,
    0x40313114266f9764,
    0x77608087e9aad90b,
    0x7862b5fe88a9d8d5,
    0x7fea880417b7b119,
    0x4cc6deb37da81129,
    0x7fef6d7518808571,
    0x74c8bb5847d49973,
    0x779f08b14e1c4d0f,
    0x3ebe0000000001c2,
];

/// For exponentials.
const EXPONENTS: &[u64] = &[
    0x3c971547652b82fe,
    0x3ce465655f122ff6,
    0x3d1bc8ee6b28659a,
    0x3f18442b169f672d,
    0x3f19a61fb925970d,
    0x3f1eb7a4cb841fcc,
    0x3fd05de80a173ea0,
    0x3fd79289c6e6a5c0,
    0x3fda7b764e2cf47a,
    0x402b4f0cfb15ca0f,
    0x4039a74cdab36c28,
    0x4042b708872320dd,
    0x4044c19e5712e377,
    0x404757852a4b93aa,
    0x40577f74111e0894,
    0x405a6c3780bbf824,
    0x405e3d57e4c557f6,
    0x405f07560077985a,
    0x4061f0da93354198,
    0x40671018579c0758,
    0x407204684c1167e9,
    0x4085b3e4e2e3bba9,
    0x4086232c09d58d91,
    0x40867a172ceb0990,
    0x4086960d591aec34,
    0x40874910d52d3051,
    0x408ff80000000000,
];

/// For logarithms; powers of ten beside them.
const LOGARITHMS: &[u64] = &[
    0x3fefffffffef06ad,
    0x3fefde0f22c7d0eb,
    0x225e7812faadb32f,
    0x3fee1076964c2903,
    0x3fdfe93fff7fceb0,
    0x3ff012631ad8df10,
    0x3fefbfdaa448ed98,
];

/// All of them, with their neighbours and both signs.
pub(crate) fn inputs() -> Array1<f64> {
    let tens = (-22..23).map(|e| 10f64.powi(e).to_bits());
    let all = [ANGLES, EXPONENTS, LOGARITHMS].concat();
    let near = |bits: u64| [bits - 1, bits, bits + 1].map(f64::from_bits);
    all.into_iter().chain(tens).flat_map(near).flat_map(|x| [x, -x]).collect()
}

#[test]
fn n7_published_hard_cases_of_every_function() {
    if !mpfr::is_here() {
        println!("skipped: n7_published_hard_cases_of_every_function: no libmpfr.so.6");
        return;
    }
    let mut faults = Vec::new();
    f64_functions(&mut |judged, blocks, bound| {
        let mut worst = Worst::default();
        for block in blocks.of(&inputs()) {
            judged.by_mpfr(&mut worst, &block);
        }
        report(&mut faults, judged.name, &worst, bound);
    });
    assert!(faults.is_empty(), "{faults:?}");
}
