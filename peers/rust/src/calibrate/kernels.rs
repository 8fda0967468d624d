//! The loops whose speed is a limit, with the widest registers the CPU has.

/// A line of the cache.
#[derive(Clone, Copy, PartialEq)]
#[repr(align(64))]
pub(super) struct Line(pub(super) [u64; 8]);

/// The loops for this CPU.
#[derive(Clone, Copy)]
pub(super) struct Kernels {
    /// Does at least so many floating-point operations, and says how many.
    pub(super) fma_f32: fn(usize) -> usize,
    pub(super) fma_f64: fn(usize) -> usize,
    /// The wrapping sum of all numbers.
    pub(super) read: fn(&[Line]) -> u64,
    pub(super) copy: fn(&[Line], &mut [Line]),
    /// With stores that go past the caches.
    pub(super) copy_nt: fn(&[Line], &mut [Line]),
}

impl Kernels {
    pub(super) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return avx512::KERNELS;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return avx2::KERNELS;
            }
        }
        plain::KERNELS
    }
}

/// The same loops for one width of registers. `$lanes` of 8 bytes; a line is
/// `$parts` registers.
#[cfg(target_arch = "x86_64")]
macro_rules! kernels {
    (
        $name:ident, $features:literal, accumulators $n:literal, lanes $lanes:literal,
        $ps:ident $set_ps:ident $fma_ps:ident, $pd:ident $set_pd:ident $fma_pd:ident,
        $si:ident $zero:ident $add:ident $load:ident $store:ident $stream:ident
    ) => {
        mod $name {
            use std::arch::x86_64::*;
            use std::hint::black_box;

            use super::{Kernels, Line};

            pub(super) const KERNELS: Kernels = Kernels {
                // SAFETY: `Kernels::best` looks for the features; so in all of these.
                fma_f32: |flops| unsafe { fma_f32(flops) },
                // SAFETY: as above.
                fma_f64: |flops| unsafe { fma_f64(flops) },
                // SAFETY: as above.
                read: |lines| unsafe { read(lines) },
                // SAFETY: as above.
                copy: |from, to| unsafe { copy(from, to) },
                // SAFETY: as above.
                copy_nt: |from, to| unsafe { copy_nt(from, to) },
            };

            /// Independent chains, enough to hide the latency of one.
            const CHAINS: usize = $n;
            const LANES: usize = $lanes;
            const PARTS: usize = 8 / LANES;
            /// Lines in a step.
            const STEP: usize = 8 / PARTS;

            #[target_feature(enable = $features)]
            fn fma_f32(flops: usize) -> usize {
                let step = 2 * CHAINS * 2 * LANES;
                let (times, plus) = (black_box($set_ps(0.5)), black_box($set_ps(1.0)));
                let mut sums: [$ps; CHAINS] = [plus; CHAINS];
                for _ in 0..flops.div_ceil(step) {
                    for sum in &mut sums {
                        *sum = $fma_ps(*sum, times, plus);
                    }
                }
                black_box(sums);
                flops.div_ceil(step) * step
            }

            #[target_feature(enable = $features)]
            fn fma_f64(flops: usize) -> usize {
                let step = 2 * CHAINS * LANES;
                let (times, plus) = (black_box($set_pd(0.5)), black_box($set_pd(1.0)));
                let mut sums: [$pd; CHAINS] = [plus; CHAINS];
                for _ in 0..flops.div_ceil(step) {
                    for sum in &mut sums {
                        *sum = $fma_pd(*sum, times, plus);
                    }
                }
                black_box(sums);
                flops.div_ceil(step) * step
            }

            #[target_feature(enable = $features)]
            fn read(lines: &[Line]) -> u64 {
                let mut sums: [$si; 8] = [$zero(); 8];
                let steps = lines.chunks_exact(STEP);
                let rest = steps.remainder();
                for step in steps {
                    let from = step.as_ptr().cast::<$si>();
                    for (i, sum) in sums.iter_mut().enumerate() {
                        // SAFETY: a step is 8 registers long.
                        *sum = $add(*sum, unsafe { $load(from.add(i)) });
                    }
                }
                let mut lanes = [[0u64; LANES]; 8];
                for (lanes, sum) in lanes.iter_mut().zip(sums) {
                    // SAFETY: a register is as long as its lanes.
                    unsafe { lanes.as_mut_ptr().cast::<$si>().write_unaligned(sum) };
                }
                let rest = rest.iter().flat_map(|line| line.0);
                lanes.into_iter().flatten().chain(rest).fold(0, u64::wrapping_add)
            }

            #[target_feature(enable = $features)]
            fn copy(from: &[Line], to: &mut [Line]) {
                let (steps, mut places) = (from.chunks_exact(STEP), to.chunks_exact_mut(STEP));
                let rest = steps.remainder();
                for (step, place) in steps.zip(&mut places) {
                    let from = step.as_ptr().cast::<$si>();
                    let to = place.as_mut_ptr().cast::<$si>();
                    for i in 0..8 {
                        // SAFETY: a step and its place are 8 registers long.
                        unsafe { $store(to.add(i), $load(from.add(i))) };
                    }
                }
                let places = places.into_remainder();
                places.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            }

            #[target_feature(enable = $features)]
            fn copy_nt(from: &[Line], to: &mut [Line]) {
                let (steps, mut places) = (from.chunks_exact(STEP), to.chunks_exact_mut(STEP));
                let rest = steps.remainder();
                for (step, place) in steps.zip(&mut places) {
                    let from = step.as_ptr().cast::<$si>();
                    let to = place.as_mut_ptr().cast::<$si>();
                    for i in 0..8 {
                        // SAFETY: a step and its place are 8 registers long, and lines
                        // are aligned to 64 bytes; the fence below orders the stores.
                        unsafe { $stream(to.add(i), $load(from.add(i))) };
                    }
                }
                _mm_sfence();
                let places = places.into_remainder();
                places.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
kernels! {
    avx512, "avx512f", accumulators 16, lanes 8,
    __m512 _mm512_set1_ps _mm512_fmadd_ps, __m512d _mm512_set1_pd _mm512_fmadd_pd,
    __m512i _mm512_setzero_si512 _mm512_add_epi64 _mm512_load_si512 _mm512_store_si512
    _mm512_stream_si512
}
#[cfg(target_arch = "x86_64")]
kernels! {
    avx2, "avx2,fma", accumulators 12, lanes 4,
    __m256 _mm256_set1_ps _mm256_fmadd_ps, __m256d _mm256_set1_pd _mm256_fmadd_pd,
    __m256i _mm256_setzero_si256 _mm256_add_epi64 _mm256_load_si256 _mm256_store_si256
    _mm256_stream_si256
}

/// What every CPU has. Stores past the caches are plain ones here.
mod plain {
    use std::hint::black_box;

    use super::Kernels;

    pub(super) const KERNELS: Kernels = Kernels {
        fma_f32: |flops| chains::<f32, 64>(flops, 0.5, 1.0),
        fma_f64: |flops| chains::<f64, 32>(flops, 0.5, 1.0),
        read: |lines| lines.iter().flat_map(|line| line.0).fold(0, u64::wrapping_add),
        copy: |from, to| to.copy_from_slice(from),
        copy_nt: |from, to| to.copy_from_slice(from),
    };

    /// `N` chains of a product and a sum.
    fn chains<T, const N: usize>(flops: usize, times: T, plus: T) -> usize
    where
        T: Copy + std::ops::Mul<Output = T> + std::ops::Add<Output = T>,
    {
        let (times, plus) = black_box((times, plus));
        let mut sums = [plus; N];
        for _ in 0..flops.div_ceil(2 * N) {
            for sum in &mut sums {
                *sum = *sum * times + plus;
            }
        }
        black_box(sums);
        flops.div_ceil(2 * N) * 2 * N
    }
}
