//! The multiply-add peak of this machine, to which products are compared.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

/// GFLOP/s of so many threads that do nothing but multiply and add `f32` in AVX-512
/// registers, the best of a few tries; `None` without AVX-512.
pub(crate) fn peak(threads: usize, tries: usize) -> Option<f64> {
    let one_try = |_| {
        let barrier = Barrier::new(threads);
        let one = || {
            barrier.wait();
            alone()
        };
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|thread| thread.join().expect("no panic")).sum::<Option<f64>>()
        })
    };
    (0..tries).map(one_try).reduce(|a, b| if a > b { a } else { b })?
}

/// GFLOP/s of this thread.
#[cfg(target_arch = "x86_64")]
fn alone() -> Option<f64> {
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f")]
    fn chains(steps: usize) -> [f32; 16] {
        let (x, y) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(1e-9)));
        let mut acc = [_mm512_set1_ps(1.0); 24];
        for _ in 0..steps {
            for acc in &mut acc {
                *acc = _mm512_fmadd_ps(*acc, x, y);
            }
        }
        let sum = acc.into_iter().fold(_mm512_setzero_ps(), |a, b| _mm512_add_ps(a, b));
        // SAFETY: sixteen floats either way.
        unsafe { std::mem::transmute(sum) }
    }

    if !is_x86_feature_detected!("avx512f") {
        return None;
    }
    const STEPS: usize = 200_000;
    let start = Instant::now();
    // SAFETY: the feature was just detected.
    black_box(unsafe { chains(STEPS) });
    Some((STEPS * 24 * 32) as f64 / start.elapsed().as_secs_f64() / 1e9)
}

#[cfg(not(target_arch = "x86_64"))]
fn alone() -> Option<f64> {
    let _ = (black_box(0), Instant::now());
    None
}
