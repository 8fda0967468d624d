//! Errors in units in the last place, and the worst of many.

use super::common::Rng;
use super::list::{One, Two};
use super::mpfr::{Binary, Number};
use ndarray::Array1;

/// The distance of two numbers in steps from one to the next; 0 between NaNs, and
/// between zeros of one sign only.
pub(crate) fn steps_f32(a: f32, b: f32) -> u32 {
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u32::MAX };
    }
    let key = |x: f32| {
        let bits = x.to_bits();
        if bits >> 31 == 0 { bits | 1 << 31 } else { !bits }
    };
    key(a).abs_diff(key(b))
}

/// The same for f64.
pub(crate) fn steps_f64(a: f64, b: f64) -> u64 {
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u64::MAX };
    }
    let key = |x: f64| {
        let bits = x.to_bits();
        if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
    };
    key(a).abs_diff(key(b))
}

/// The spacing of f32 numbers at `y`.
fn ulp_f32(y: f64) -> f64 {
    let e = (y.abs().to_bits() >> 52) as i32 - 1023;
    f64::from_bits(((e.clamp(-126, 127) - 23 + 1023) as u64) << 52)
}

fn ulp_f64(y: f64) -> f64 {
    let y = y.abs();
    if y < f64::MIN_POSITIVE * 2.0 {
        return f64::from_bits(1);
    }
    let below = f64::from_bits(y.to_bits() & 0x7ff0_0000_0000_0000);
    below * f64::EPSILON
}

/// The worst that was seen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Worst {
    /// Distance from the true value in ULP, where both are finite.
    pub(crate) ulp: f64,
    /// The input at that place.
    pub(crate) at: (f64, f64),
    /// Distance from the correctly rounded value, and the input there.
    pub(crate) steps: u64,
    pub(crate) steps_at: (f64, f64),
    pub(crate) points: u64,
}

impl Worst {
    pub(crate) fn see(&mut self, at: (f64, f64), ulp: f64, steps: u64) {
        self.points += 1;
        if ulp > self.ulp {
            (self.ulp, self.at) = (ulp, at);
        }
        if steps > self.steps {
            (self.steps, self.steps_at) = (steps, at);
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        let points = self.points + other.points;
        if other.ulp > self.ulp {
            (self.ulp, self.at) = (other.ulp, other.at);
        }
        if other.steps > self.steps {
            (self.steps, self.steps_at) = (other.steps, other.steps_at);
        }
        self.points = points;
    }
}

impl std::fmt::Display for Worst {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.4} ULP at {:e} {:e}; {} steps at {:e} {:e}; {} points",
            self.ulp,
            self.at.0,
            self.at.1,
            self.steps,
            self.steps_at.0,
            self.steps_at.1,
            self.points
        )
    }
}

/// f32 results of inputs by their bits.
pub(crate) fn f32_bits(function: &One, bits: impl Iterator<Item = u32>) -> Worst {
    let x: Array1<f32> = bits.map(f32::from_bits).collect();
    let got = (function.f32)(&x);
    let mut worst = Worst::default();
    for (&x, &got) in x.iter().zip(&got) {
        judge_f32(&mut worst, (x.into(), 0.0), got, (function.judge)(f64::from(x)));
    }
    worst
}

pub(crate) fn judge_f32(worst: &mut Worst, at: (f64, f64), got: f32, judge: f64) {
    let right = judge as f32;
    let finite = got.is_finite() && right.is_finite();
    let ulp = if finite { (f64::from(got) - judge).abs() / ulp_f32(judge) } else { 0.0 };
    worst.see(at, ulp, steps_f32(got, right).into());
}

/// Structured points for an f64 function: random bits, its interesting range, powers of
/// two, neighbours of multiples of its step and of single-precision numbers.
pub(crate) fn points(function: &One, n: usize, seed: u64) -> Array1<f64> {
    let mut rng = Rng(seed);
    let (low, high) = function.range;
    let middle = (low + high) / 2.0;
    let half = (high - low) / 2.0;
    (0..n)
        .map(|i| match i % 8 {
            0 => f64::from_bits(rng.next()),
            // Moderate exponents, any mantissa.
            1 | 2 => {
                let e = 1023 - 40 + rng.below(80) as u64;
                f64::from_bits(rng.next() & 0x800f_ffff_ffff_ffff | e << 52)
            }
            3..=5 => middle + half * rng.unit(),
            6 => {
                let k = (rng.unit() * 2f64.powi(rng.below(40) as i32)).round();
                let near = (k * function.step).to_bits();
                f64::from_bits(near.wrapping_add(rng.below(9) as u64).wrapping_sub(4))
            }
            _ => f64::from(f32::from_bits(rng.next() as u32)),
        })
        .collect()
}

/// Compares with MPFR.
pub(crate) fn f64_points(function: &One, x: &Array1<f64>) -> Worst {
    let got = (function.f64)(x);
    let mut worst = Worst::default();
    let (mut input, mut value) = (Number::new(0.0), Number::new(0.0));
    let mut rest = Number::new(0.0);
    for (&x, &got) in x.iter().zip(&got) {
        input.set(x);
        (function.mpfr)(&mut value, &input);
        judge_f64(&mut worst, (x, 0.0), got, &value, &mut rest);
    }
    worst
}

/// The same for two arguments.
pub(crate) fn f64_pairs(function: &Two, x: &Array1<f64>, y: &Array1<f64>) -> Worst {
    let got = (function.f64)(x, y);
    let mpfr = Binary::named(function.mpfr);
    let mut worst = Worst::default();
    let (mut a, mut b, mut value) = (Number::new(0.0), Number::new(0.0), Number::new(0.0));
    let mut rest = Number::new(0.0);
    for ((&x, &y), &got) in x.iter().zip(y).zip(&got) {
        a.set(x);
        b.set(y);
        mpfr.call(&mut value, &a, &b);
        judge_f64(&mut worst, (x, y), got, &value, &mut rest);
    }
    worst
}

fn judge_f64(worst: &mut Worst, at: (f64, f64), got: f64, value: &Number, rest: &mut Number) {
    let right = value.to_f64();
    let mut ulp = 0.0;
    if got.is_finite() && right.is_finite() {
        rest.subtract(value, &Number::new(got));
        ulp = rest.to_f64().abs() / ulp_f64(right);
    }
    worst.see(at, ulp, steps_f64(got, right));
}

type Draw<'a> = dyn Fn(&mut Rng) -> (f64, f64) + 'a;

/// Pairs for a function of two: any bits, moderate numbers, the range of the result.
pub(crate) fn pairs(function: &Two, n: usize, seed: u64) -> Vec<(Array1<f64>, Array1<f64>)> {
    let mut rng = Rng(seed);
    let moderate = |rng: &mut Rng, spread: usize| {
        let e = (1023 - spread / 2 + rng.below(spread)) as u64;
        f64::from_bits(rng.next() & 0x800f_ffff_ffff_ffff | e << 52)
    };
    let kinds: [&Draw<'_>; 3] = [
        &|r| (f64::from_bits(r.next()), f64::from_bits(r.next())),
        &|r| (moderate(r, 20), moderate(r, 20)),
        &|r| {
            let x = moderate(r, 60);
            if function.name == "powf" {
                // Results over the whole range of f64, most often finite.
                let y = r.unit() * 1080.0 / x.abs().log2();
                (x.abs(), y)
            } else {
                (x, x * moderate(r, 8))
            }
        },
    ];
    kinds
        .iter()
        .map(|kind| {
            let both: Vec<_> = (0..n / 3).map(|_| kind(&mut rng)).collect();
            (both.iter().map(|p| p.0).collect(), both.iter().map(|p| p.1).collect())
        })
        .collect()
}

/// f32 results for pairs; the judge is the f64 function.
pub(crate) fn f32_pairs(function: &Two, x: &Array1<f32>, y: &Array1<f32>) -> Worst {
    let got = (function.f32)(x, y);
    let mut worst = Worst::default();
    for ((&x, &y), &got) in x.iter().zip(y).zip(&got) {
        let (a, b) = (f64::from(x), f64::from(y));
        judge_f32(&mut worst, (a, b), got, (function.judge)(a, b));
    }
    worst
}
