//! Least and greatest complex numbers, in NumPy's order: by the real parts, and where those
//! are equal by the imaginary ones. A number with a NaN in it comes first, or is skipped.

use ndarray::{ArrayD, ArrayViewD, Axis};
use num_complex::Complex;
use swath::{Error, Float, reduce};

use super::Op;
use crate::call::{Bits, bits};
use crate::raw::Raw;

/// What was found so far: nothing yet, a number, or one with NaN in it.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Nothing,
    Number,
    Nan,
}

#[derive(Clone, Copy)]
struct Best<T> {
    value: Complex<T>,
    kind: Kind,
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Search {
    greatest: bool,
    skips_nan: bool,
}

fn is_nan<T: Float>(x: Complex<T>) -> bool {
    x.re.is_nan() || x.im.is_nan()
}

impl Search {
    fn of(op: Op) -> Self {
        let greatest = matches!(op, Op::Max | Op::ArgMax | Op::NanMax | Op::NanArgMax);
        let skips_nan = matches!(op, Op::NanMin | Op::NanMax | Op::NanArgMin | Op::NanArgMax);
        Self { greatest, skips_nan }
    }

    fn nothing<T: Float>() -> Best<T> {
        Best { value: Complex::new(T::nan(), T::nan()), kind: Kind::Nothing }
    }

    /// Equal ones by the signs of their zeros, so that no order of looking matters.
    fn is_better<T: Float>(self, x: Complex<T>, best: Complex<T>) -> bool {
        let (x, best) = if self.greatest { (best, x) } else { (x, best) };
        let signs = |x: Complex<T>| (x.re.is_sign_positive(), x.im.is_sign_positive());
        x.re < best.re
            || x.re == best.re && (x.im < best.im || x.im == best.im && signs(x) < signs(best))
    }

    fn step<T: Float>(self, best: Best<T>, x: Complex<T>) -> Best<T> {
        match is_nan(x) {
            true if self.skips_nan => best,
            true => self.combine(best, Best { value: x, kind: Kind::Nan }),
            false => self.combine(best, Best { value: x, kind: Kind::Number }),
        }
    }

    fn combine<T: Float>(self, a: Best<T>, b: Best<T>) -> Best<T> {
        match (a.kind, b.kind) {
            (Kind::Nan, _) | (_, Kind::Nothing) => a,
            (Kind::Nothing, _) | (_, Kind::Nan) => b,
            _ if self.is_better(b.value, a.value) => b,
            _ => a,
        }
    }

    fn along<T: Float>(
        self,
        a: &ArrayViewD<'_, Complex<T>>,
        axes: &[usize],
    ) -> Result<ArrayD<Best<T>>, Error> {
        let step = |best, x| self.step(best, x);
        reduce::fold_axis(a, axes, Self::nothing(), step, |a, b| self.combine(a, b))
    }
}

/// Joins an initial value.
pub(super) fn join<T: Float>(op: Op, x: Complex<T>, initial: Complex<T>) -> Complex<T> {
    let search = Search::of(op);
    search.step(search.step(Search::nothing(), x), initial).value
}

/// Reduces all of `a`, which has elements.
pub(super) fn whole<T: Float>(op: Op, a: &Raw) -> Result<Bits, Error> {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<Complex<T>>() };
    let found = |search: Search| {
        let step = |best, x| search.step(best, x);
        reduce::fold(a, Search::nothing(), step, |a, b| search.combine(a, b))
    };
    Ok(match op {
        Op::Ptp => bits(found(Search::of(Op::Max)).value - found(Search::of(Op::Min)).value),
        op if op.is_place() => {
            let best = found(Search::of(op));
            check(op, [best.kind])?;
            bits(reduce::argmax(&swath::map(a, |x: Complex<T>| is_it(x, best))?)?)
        }
        op => bits(found(Search::of(op)).value),
    })
}

/// Reduces `axes` of `a` into `out`.
pub(super) fn along<T: Float>(op: Op, a: &Raw, axes: &[usize], out: &Raw) -> Result<(), Error> {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<Complex<T>>() };
    let found = Search::of(op).along(a, axes)?;
    if op.is_place() {
        check(op, found.iter().map(|best| best.kind))?;
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        let wide = sorted.into_iter().fold(found, |found, axis| found.insert_axis(Axis(axis)));
        let there = swath::map((a, &wide), |(x, best): (Complex<T>, Best<T>)| is_it(x, best))?;
        // SAFETY: a checked output of indices, ours alone.
        return reduce::argmax_axis_into(&there, axes, &mut unsafe { out.view_mut::<usize>() });
    }
    // SAFETY: a checked output of this type, ours alone.
    let out = &mut unsafe { out.view_mut::<Complex<T>>() };
    if op == Op::Ptp {
        let most = Search::of(Op::Max).along(a, axes)?;
        let range = |(most, least): (Best<T>, Best<T>)| most.value - least.value;
        return swath::map_into((&most, &found), out, range);
    }
    swath::map_into(&found, out, |best: Best<T>| best.value)
}

/// Whether an element is what was found, as a byte.
fn is_it<T: Float>(x: Complex<T>, best: Best<T>) -> u8 {
    u8::from(if best.kind == Kind::Nan { is_nan(x) } else { x == best.value })
}

/// Nothing has no place.
fn check(op: Op, kinds: impl IntoIterator<Item = Kind>) -> Result<(), Error> {
    if kinds.into_iter().any(|kind| kind == Kind::Nothing) {
        let function = if op == Op::NanArgMin { "nanargmin" } else { "nanargmax" };
        let (value, allowed) = ("NaN throughout".to_owned(), "a number somewhere along the axes");
        return Err(Error::Value { function, option: "a", value, allowed });
    }
    Ok(())
}
