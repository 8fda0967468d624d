//! How the sums of a filter are computed, and who chooses.

use super::call::Sized1d;
use super::geometry::Axis;
use super::{Border, Sample, fft};
use crate::kernel::conv::Bits;
use crate::plan::{Axes, Chunks};
use crate::{Error, pool, tuning};

/// How the sums of a filter are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Method {
    /// What is expected to be fastest, by a cost model with measured constants.
    ///
    /// Small filters and small arrays are summed directly. A filter of several axes
    /// that is exactly an outer product is taken apart. Transforms are taken where they
    /// promise half as much again, and only if no value of the array, the filter or
    /// the border is NaN or infinite, so that what is not finite spreads as far as
    /// the filter reaches and no further.
    #[default]
    Auto,
    /// Every product, in the order of the taps: the same bits in every tier.
    Direct,
    /// One axis after the other, for a filter that is exactly an outer product: the same
    /// bits in every tier.
    Separable,
    /// Fast Fourier transforms of overlapping tiles. The same bits on any number of
    /// threads, but not in every tier. A NaN or an infinity makes every result of its
    /// pair of tiles NaN. Errors are relative to the largest value of those tiles.
    Fft,
}

/// The way that was chosen.
pub(super) enum Chosen<V> {
    Direct,
    /// Axes and the taps along them.
    Separable(Vec<(usize, Vec<V>)>),
    Fft,
}

/// What is to be summed.
pub(super) struct Sums<'a, T: Sample> {
    pub(super) function: &'static str,
    /// In the order of the filter's axes.
    pub(super) axes: &'a [Axis],
    pub(super) taps: &'a [T::Tap],
    pub(super) bits: Bits,
    pub(super) border: Border<T>,
}

/// Most values of a tile in which transforms of integers are exact.
const EXACT_POINTS: usize = 1 << 20;

impl<T: Sample> Sums<'_, T> {
    /// Chooses how to filter the array at `src`, which has elements.
    ///
    /// # Errors
    /// [`Error::Value`]: a method that the filter does not allow.
    pub(super) fn choose(&self, method: Method, src: *const T) -> Result<Chosen<T::Tap>, Error> {
        let filtered = self.axes.iter().filter(|axis| axis.taps > 1).count();
        let refuse = |value: &str, allowed| {
            let (function, option) = (self.function, "method");
            Err(Error::Value { function, option, value: value.into(), allowed })
        };
        match method {
            Method::Auto => Ok(self.cheapest(filtered, src)),
            Method::Separable if filtered > 1 => match self.factors() {
                Some(factors) => Ok(Chosen::Separable(factors)),
                None => refuse(
                    "Separable",
                    "another one unless a filter of floats is exactly an outer product and \
                     nothing but zeros lies beyond a constant border",
                ),
            },
            Method::Fft if filtered > 0 => match self.is_transformable() {
                true => Ok(Chosen::Fft),
                false => refuse("Fft", "another one for integers whose sums may not fit 31 bits"),
            },
            _ => Ok(Chosen::Direct),
        }
    }

    /// What a multiplication costs, in ns.
    fn tap_ns(&self) -> f64 {
        let bytes = if self.bits > Bits::B31 { 8 } else { size_of::<T>().max(4) };
        bytes as f64 * tuning::TAP_BYTE_NS
    }

    fn cheapest(&self, filtered: usize, src: *const T) -> Chosen<T::Tap> {
        let elements: f64 = self.axes.iter().map(|axis| axis.len as f64).product();
        let mut best_ns = direct_ns(self.axes, self.tap_ns());
        if filtered == 0 || best_ns < tuning::METHOD_MIN_NS {
            return Chosen::Direct;
        }
        let mut chosen = Chosen::Direct;
        if filtered > 1 {
            let taps: usize = self.axes.iter().filter(|a| a.taps > 1).map(|a| a.taps).sum();
            let traffic = tuning::traffic_ns(2.0 * elements * size_of::<T>() as f64);
            let ns = elements * taps as f64 * self.tap_ns() + filtered as f64 * traffic;
            if ns < best_ns
                && let Some(factors) = self.factors()
            {
                (chosen, best_ns) = (Chosen::Separable(factors), ns);
            }
        }
        if is_beaten::<T>(self.axes, self.border, best_ns)
            && self.is_transformable()
            && self.is_finite()
            // SAFETY: the caller filters the array at `src` by the same axes.
            && unsafe { all_finite(src, self.axes) }
        {
            chosen = Chosen::Fft;
        }
        chosen
    }

    /// Whether transforms give every sum: rounded for floats, exactly for integers.
    fn is_transformable(&self) -> bool {
        T::ROUNDED
            || self.bits <= Bits::B31
                && fft::cut::<T>(self.axes, self.border)
                    .is_some_and(|(_, cut)| cut.points <= EXACT_POINTS)
    }

    /// Whether no tap is NaN or infinite, nor what lies beyond the border.
    fn is_finite(&self) -> bool {
        let beyond = match self.border {
            Border::Constant(value) => T::to_wide(value).is_finite(),
            _ => true,
        };
        beyond && self.taps.iter().all(|&tap| T::tap_to_wide(tap).is_finite())
    }

    /// The filters along each axis whose outer product this one is, exactly.
    fn factors(&self) -> Option<Vec<(usize, Vec<T::Tap>)>> {
        let beyond = match self.border {
            Border::Constant(value) => T::to_wide(value) == 0.0,
            _ => true,
        };
        if !(T::ROUNDED && beyond) {
            return None;
        }
        // By Gauss's lemma: along each axis through some tap, the taps over their greatest
        // common odd divisor are a factor, if there are factors at all.
        let tap = |i: usize| T::tap_to_wide(self.taps[i]);
        let pivot = (0..self.taps.len()).find(|&i| tap(i) != 0.0)?;
        let (mut rest, mut factors) = (tap(pivot), Vec::new());
        let mut step = self.taps.len();
        for (i, axis) in self.axes.iter().enumerate() {
            step /= axis.taps;
            if axis.taps == 1 {
                continue;
            }
            let at = pivot / step % axis.taps;
            let along = (0..axis.taps).map(|t| tap(pivot - at * step + t * step));
            let divisor = along.clone().map(odd_part).fold(0, gcd) as f64;
            let along: Vec<f64> = along.map(|tap| tap / divisor).collect();
            rest /= along[at];
            factors.push((i, step, along));
        }
        if let Some((_, _, along)) = factors.first_mut() {
            along.iter_mut().for_each(|tap| *tap *= rest);
        }
        let factors: Vec<_> = factors
            .into_iter()
            .map(|(i, step, along)| {
                (i, step, along.into_iter().map(T::tap_of_wide).collect::<Vec<_>>())
            })
            .collect();
        let is_product = |(i, &value): (usize, &T::Tap)| {
            let mut product = 1.0;
            let mut exact = true;
            for (_, step, along) in &factors {
                let factor = T::tap_to_wide(along[i / step % along.len()]);
                let next = product * factor;
                exact &= f64::mul_add(product, factor, -next) == 0.0;
                product = next;
            }
            exact && product == T::tap_to_wide(value)
        };
        if !self.taps.iter().enumerate().all(is_product) {
            return None;
        }
        Some(factors.into_iter().map(|(i, _, along)| (i, along)).collect())
    }
}

/// What sums cost directly, in ns, where a tap does so much.
fn direct_ns(axes: &[Axis], tap_ns: f64) -> f64 {
    axes.iter().map(|axis| axis.len as f64 * axis.taps as f64).product::<f64>() * tap_ns
}

/// Whether transforms are expected to be so much faster that they are worth it.
fn is_beaten<T: Sample>(axes: &[Axis], border: Border<T>, ns: f64) -> bool {
    let fft_ns = fft::cut::<T>(axes, border).map_or(f64::INFINITY, |(_, cut)| cut.cost_ns);
    fft_ns * tuning::FFT_GAIN < ns
}

/// Whether [`Method::Auto`] would take transforms for finite floats and a filter that is no
/// outer product, along axes of contiguous arrays.
pub(crate) fn prefers_fft<T: Sample>(each: &[Sized1d], taps: &[usize]) -> bool {
    let mut axes = Vec::new();
    let (mut src, mut out) = (1isize, 1isize);
    for (place, (sized, &taps)) in each.iter().zip(taps).enumerate().rev() {
        let Sized1d { from, len, before, stride, dilation } = *sized;
        axes.push(Axis {
            len,
            from,
            src,
            out,
            taps,
            before,
            stride,
            dilation,
            place,
            ..Axis::UNIT
        });
        src = src.saturating_mul(from as isize);
        out = out.saturating_mul(len as isize);
    }
    axes.reverse();
    if axes.iter().any(|axis| axis.len == 0) || axes.iter().all(|axis| axis.taps == 1) {
        return false;
    }
    let ns = direct_ns(&axes, size_of::<T>() as f64 * tuning::TAP_BYTE_NS);
    ns >= tuning::METHOD_MIN_NS && is_beaten(&axes, Border::Constant(T::of_wide(0.0)), ns)
}

/// The mantissa of a finite number without its factors of two; 0 for others.
fn odd_part(x: f64) -> u64 {
    if x == 0.0 || !x.is_finite() {
        return 0;
    }
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1);
    let whole = if bits << 1 >> 53 == 0 { mantissa } else { mantissa | 1 << 52 };
    whole >> whole.trailing_zeros()
}

/// The greatest common divisor; of 0 and a number that number.
fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Whether no element of the array at `src` is NaN or infinite.
///
/// # Safety
/// The axes lead to elements that can be read.
unsafe fn all_finite<T: Sample>(src: *const T, axes: &[Axis]) -> bool {
    if !T::ROUNDED {
        return true;
    }
    let shape: Vec<usize> = axes.iter().map(|axis| axis.from).collect();
    let strides: Vec<isize> = axes.iter().map(|axis| axis.src).collect();
    let axes = Axes::in_memory_order(&shape, [&strides]);
    let [step] = axes.inner().strides;
    let chunks = Chunks::new(axes.len(), size_of::<T>(), 0.0, 1);
    let src = super::filter::Arrays { src, out: std::ptr::null_mut::<T>() };
    let done = pool::run(
        chunks.n(),
        chunks.cost_ns(),
        || (),
        |(), i| {
            let src = &src;
            for run in axes.runs(chunks.range(i)) {
                let first = src.src.wrapping_offset(run.offsets[0]);
                let mut finite = true;
                for j in 0..run.len as isize {
                    // SAFETY: the axes lead to elements of the array.
                    let x = unsafe { *first.wrapping_offset(j * step) };
                    finite &= T::times(x, T::ZERO) == T::ZERO;
                }
                if !finite {
                    return std::ops::ControlFlow::Break(());
                }
            }
            std::ops::ControlFlow::Continue(())
        },
    );
    done.is_continue()
}
