//! Errors in units in the last place, and the worst of many.

use super::common::Rng;
use super::extended::{self, Extended};
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

/// A function of f64, of one argument or two, as its judges see it.
pub(crate) struct Judged<'a> {
    pub(crate) name: &'static str,
    /// Sets the first number to the value.
    pub(crate) mpfr: &'a (dyn Fn(&mut Number, (&Number, &Number)) + Sync),
}

impl Judged<'_> {
    /// Judges every result by MPFR.
    pub(crate) fn by_mpfr(&self, worst: &mut Worst, (x, y, got): &Block) {
        let mut numbers = Numbers::new();
        for ((&x, &y), &got) in x.iter().zip(y).zip(got) {
            let (ulp, steps) = self.error((x, y), got, &mut numbers);
            worst.see((x, y), ulp, steps);
        }
    }

    /// Judges results by the sieve, and by MPFR those that may be as bad as `worst`, or
    /// further than that from the correctly rounded value. What is told is MPFR's.
    pub(crate) fn by_sieve(&self, worst: &mut Worst, (x, y, got): &Block) {
        let mut numbers = Numbers::new();
        let value = extended::value(self.name);
        for ((&x, &y), &got) in x.iter().zip(y).zip(got) {
            if passes(worst, value(x, y), got) {
                worst.points += 1;
            } else {
                let (ulp, steps) = self.error((x, y), got, &mut numbers);
                worst.see((x, y), ulp, steps);
            }
        }
    }

    /// Judges by both: what MPFR finds, what is found with the sieve before it, and the
    /// most in ULP that the two differ by.
    pub(crate) fn by_both(&self, (x, y, got): &Block) -> (Worst, Worst, f64) {
        let mut numbers = Numbers::new();
        let value = extended::value(self.name);
        let (mut all, mut sieved, mut most) = (Worst::default(), Worst::default(), 0f64);
        for ((&x, &y), &got) in x.iter().zip(y).zip(got) {
            let (ulp, steps) = self.error((x, y), got, &mut numbers);
            all.see((x, y), ulp, steps);
            let value = value(x, y);
            if passes(&sieved, value, got) {
                sieved.points += 1;
            } else {
                sieved.see((x, y), ulp, steps);
            }
            if let Some(distance) = distance(value, got).filter(|_| got.is_finite()) {
                let unit = unit(numbers.value.to_f64());
                most = most.max((distance / unit - ulp).abs());
            }
        }
        (all, sieved, most)
    }

    /// The error of a result in ULP, and in steps from the correctly rounded value.
    fn error(&self, at: (f64, f64), got: f64, numbers: &mut Numbers) -> (f64, u64) {
        let Numbers { x, y, value, got: result, rest, times } = numbers;
        x.set(at.0);
        y.set(at.1);
        (self.mpfr)(value, (x, y));
        let right = value.to_f64();
        let mut ulp = 0.0;
        if got.is_finite() && right.is_finite() {
            result.set(got);
            rest.subtract(value, result);
            result.set(up(right));
            times.call(x, rest, result);
            ulp = x.to_f64().abs() / unit(right);
        }
        (ulp, steps_f64(got, right))
    }
}

/// Points and results.
pub(crate) type Block = (Array1<f64>, Array1<f64>, Array1<f64>);

/// What the sieve may be wrong by, in ULP: a test compares it with MPFR.
pub(crate) const MARGIN: f64 = 0.01;

/// Whether by the sieve's value a result is neither as bad as the worst nor more than one
/// step, or than the worst's, from the correctly rounded value.
fn passes(worst: &Worst, value: Extended, got: f64) -> bool {
    let most = worst.ulp.min(worst.steps.max(1) as f64) - MARGIN;
    // In units of the next smaller number: below a power of 2 they are half as large.
    let right = value.to_f64();
    let below = f64::from_bits(right.abs().to_bits().saturating_sub(1));
    let unit = ulp_f64(below) * up(right);
    distance(value, got).is_some_and(|distance| distance <= most * unit)
}

/// Errors of tiny numbers are told this many times as large, for an f64 cannot hold them.
fn up(right: f64) -> f64 {
    const UP: f64 = f64::from_bits((1023 + 200) << 52);
    if right.abs() < 1e-250 { UP } else { 1.0 }
}

/// An ULP of a number in that measure.
fn unit(right: f64) -> f64 {
    ulp_f64(right) * up(right)
}

/// How far a result is from the sieve's value, in the same: 0 between equal infinities and
/// between NaNs, none between what is finite and what is not.
fn distance(value: Extended, got: f64) -> Option<f64> {
    let right = value.to_f64();
    if got.is_finite() && right.is_finite() {
        let distance = (value - Extended::new(got)) * Extended::new(up(right));
        return Some(distance.to_f64().abs());
    }
    (steps_f64(got, right) == 0).then_some(0.0)
}

/// Numbers of MPFR, made once.
struct Numbers {
    x: Number,
    y: Number,
    value: Number,
    got: Number,
    rest: Number,
    times: Binary,
}

impl Numbers {
    fn new() -> Self {
        let zero = || Number::new(0.0);
        let times = Binary::named("mul");
        Self { x: zero(), y: zero(), value: zero(), got: zero(), rest: zero(), times }
    }
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
