//! The crate's reductions, chosen by operation and type.

use half::f16;
use ndarray::ArrayViewD;
use swath::reduce::{self, Norm, Reduce, ReduceFloat, ReduceNorm, ReduceReal};

use super::{Op, lexicographic};
use crate::call::{Bits, bits};
use crate::dtype::{Complex, DType, dispatch};
use crate::raw::Raw;

/// Reduces all of `a` to one number.
pub(super) fn whole(op: Op, a: &Raw, ddof: f64) -> Result<Bits, swath::Error> {
    match (op, a.dtype) {
        (Op::Norm { p }, DType::F16) => Ok(whole_norm::<f16>(p, a)),
        (Op::Norm { p }, DType::F32) => Ok(whole_norm::<f32>(p, a)),
        (Op::Norm { p }, DType::C64) => Ok(whole_norm::<Complex<f32>>(p, a)),
        (Op::Norm { p }, DType::C128) => Ok(whole_norm::<Complex<f64>>(p, a)),
        (Op::Norm { p }, _) => Ok(whole_norm::<f64>(p, a)),
        (_, DType::C64) if op.orders() => lexicographic::whole::<f32>(op, a),
        (_, DType::C128) if op.orders() => lexicographic::whole::<f64>(op, a),
        (_, DType::C64) => Ok(whole_number::<Complex<f32>>(op, a, ddof)),
        (_, DType::C128) => Ok(whole_number::<Complex<f64>>(op, a, ddof)),
        (_, DType::F16) => whole_of::<f16>(op, a, ddof),
        (_, DType::F32) if op.is_of_floats() => whole_float::<f32>(op, a, ddof),
        _ if op.is_of_floats() => whole_float::<f64>(op, a, ddof),
        _ => dispatch!(a.dtype, T => whole_of::<T>(op, a, ddof)),
    }
}

fn whole_norm<T: ReduceNorm>(p: f64, a: &Raw) -> Bits {
    // SAFETY: a checked array of this type that nobody of ours writes.
    bits(reduce::norm(&unsafe { a.view::<T>() }, Norm::P(p)))
}

fn whole_number<T: Reduce>(op: Op, a: &Raw, ddof: f64) -> Bits {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    match op {
        Op::Sum => bits(reduce::sum(a)),
        Op::Prod => bits(reduce::prod(a)),
        Op::Mean => bits(reduce::mean(a)),
        Op::Var => bits(reduce::var(a, ddof)),
        Op::Std => bits(reduce::std(a, ddof)),
        Op::Any => bits(reduce::any(a)),
        Op::All => bits(reduce::all(a)),
        Op::CountNonzero => bits(reduce::count_nonzero(a)),
        _ => unreachable!("for real numbers alone"),
    }
}

fn whole_of<T: ReduceReal + Minus>(op: Op, a: &Raw, ddof: f64) -> Result<Bits, swath::Error> {
    if op.takes_complex() {
        return Ok(whole_number::<T>(op, a, ddof));
    }
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    Ok(match op {
        Op::Min => bits(reduce::min(a)?),
        Op::Max => bits(reduce::max(a)?),
        Op::Ptp => reduce::min_max(a).map(|(least, most)| bits(most.minus(least)))?,
        Op::ArgMin => bits(reduce::argmin(a)?),
        Op::ArgMax => bits(reduce::argmax(a)?),
        Op::Skew { bias } => bits(reduce::skew(a, bias)),
        Op::Kurtosis { fisher, bias } => bits(reduce::kurtosis(a, fisher, bias)),
        _ => unreachable!("for floats alone"),
    })
}

fn whole_float<T>(op: Op, a: &Raw, ddof: f64) -> Result<Bits, swath::Error>
where
    T: ReduceFloat + Reduce<Sum = T, Mean = T, Real = T>,
{
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    Ok(match op {
        Op::NanSum => bits(reduce::nansum(a)),
        Op::NanProd => bits(reduce::nanprod(a)),
        Op::NanMean => bits(reduce::nanmean(a)),
        Op::NanVar => bits(reduce::nanvar(a, ddof)),
        Op::NanStd => bits(reduce::nanstd(a, ddof)),
        Op::NanMin => bits(reduce::nanmin(a)?),
        Op::NanMax => bits(reduce::nanmax(a)?),
        Op::NanArgMin => bits(reduce::nanargmin(a)?),
        Op::NanArgMax => bits(reduce::nanargmax(a)?),
        Op::SumExact => bits(reduce::sum_exact(a)),
        Op::LogSumExp => bits(reduce::logsumexp(a)),
        _ => unreachable!("for every type"),
    })
}

/// Reduces `axes` of `a` into `out`, which has the rest, and is of the kernels' type.
pub(super) fn along(
    op: Op,
    a: &Raw,
    axes: &[usize],
    ddof: f64,
    out: &Raw,
) -> Result<(), swath::Error> {
    match (op, a.dtype) {
        (Op::Norm { p }, DType::F16) => along_norm::<f16>(p, a, axes, out),
        (Op::Norm { p }, DType::F32) => along_norm::<f32>(p, a, axes, out),
        (Op::Norm { p }, DType::C64) => along_norm::<Complex<f32>>(p, a, axes, out),
        (Op::Norm { p }, DType::C128) => along_norm::<Complex<f64>>(p, a, axes, out),
        (Op::Norm { p }, _) => along_norm::<f64>(p, a, axes, out),
        (_, DType::C64) if op.orders() => lexicographic::along::<f32>(op, a, axes, out),
        (_, DType::C128) if op.orders() => lexicographic::along::<f64>(op, a, axes, out),
        (_, DType::C64) => along_number::<Complex<f32>>(op, a, axes, ddof, out),
        (_, DType::C128) => along_number::<Complex<f64>>(op, a, axes, ddof, out),
        (_, DType::F16) => along_of::<f16>(op, a, axes, ddof, out),
        (_, DType::F32) if op.is_of_floats() => along_float::<f32>(op, a, axes, ddof, out),
        _ if op.is_of_floats() => along_float::<f64>(op, a, axes, ddof, out),
        _ => dispatch!(a.dtype, T => along_of::<T>(op, a, axes, ddof, out)),
    }
}

fn along_norm<T: ReduceNorm>(
    p: f64,
    a: &Raw,
    axes: &[usize],
    out: &Raw,
) -> Result<(), swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes, and a checked output
    // of the result's type, ours alone.
    let (a, out) = unsafe { (&a.view::<T>(), &mut out.view_mut()) };
    reduce::norm_axis_into(a, axes, Norm::P(p), out)
}

/// A call of the crate for each operation, into `out` seen in the type it asks for.
macro_rules! into {
    ($op:expr, $out:expr; $($name:pat => $function:ident($($argument:expr),+);)*) => {
        match $op {
            $($name => {
                // SAFETY: a checked output of the result's type, ours alone.
                reduce::$function($($argument),+, &mut unsafe { $out.view_mut() })
            })*
            _ => unreachable!("of another kind of types"),
        }
    };
}

fn along_number<T: Reduce>(
    op: Op,
    a: &Raw,
    axes: &[usize],
    ddof: f64,
    out: &Raw,
) -> Result<(), swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    into! { op, out;
        Op::Sum => sum_axis_into(a, axes);
        Op::Prod => prod_axis_into(a, axes);
        Op::Mean => mean_axis_into(a, axes);
        Op::Var => var_axis_into(a, axes, ddof);
        Op::Std => std_axis_into(a, axes, ddof);
        Op::Any => any_axis_into(a, axes);
        Op::All => all_axis_into(a, axes);
        Op::CountNonzero => count_nonzero_axis_into(a, axes);
    }
}

fn along_of<T: ReduceReal + Minus>(
    op: Op,
    a: &Raw,
    axes: &[usize],
    ddof: f64,
    out: &Raw,
) -> Result<(), swath::Error> {
    if op.takes_complex() {
        return along_number::<T>(op, a, axes, ddof, out);
    }
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    if op == Op::Ptp {
        return ranges(a, axes, out);
    }
    into! { op, out;
        Op::Min => min_axis_into(a, axes);
        Op::Max => max_axis_into(a, axes);
        Op::ArgMin => argmin_axis_into(a, axes);
        Op::ArgMax => argmax_axis_into(a, axes);
        Op::Skew { bias } => skew_axis_into(a, axes, bias);
        Op::Kurtosis { fisher, bias } => kurtosis_axis_into(a, axes, fisher, bias);
    }
}

fn along_float<T: ReduceFloat>(
    op: Op,
    a: &Raw,
    axes: &[usize],
    ddof: f64,
    out: &Raw,
) -> Result<(), swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    into! { op, out;
        Op::NanSum => nansum_axis_into(a, axes);
        Op::NanProd => nanprod_axis_into(a, axes);
        Op::NanMean => nanmean_axis_into(a, axes);
        Op::NanVar => nanvar_axis_into(a, axes, ddof);
        Op::NanStd => nanstd_axis_into(a, axes, ddof);
        Op::NanMin => nanmin_axis_into(a, axes);
        Op::NanMax => nanmax_axis_into(a, axes);
        Op::NanArgMin => nanargmin_axis_into(a, axes);
        Op::NanArgMax => nanargmax_axis_into(a, axes);
        Op::SumExact => sum_exact_axis_into(a, axes);
        Op::LogSumExp => logsumexp_axis_into(a, axes);
    }
}

/// Greatest less least, both from one pass.
fn ranges<T: ReduceReal + Minus>(
    a: &ArrayViewD<'_, T>,
    axes: &[usize],
    out: &Raw,
) -> Result<(), swath::Error> {
    let pairs = reduce::min_max_axis(a, axes)?;
    // SAFETY: a checked output of this type, ours alone.
    let out = &mut unsafe { out.view_mut::<T>() };
    swath::map_into(&pairs, out, |[least, most]: [T; 2]| most.minus(least))
}

/// Differences as NumPy takes them: integers wrap.
trait Minus {
    fn minus(self, other: Self) -> Self;
}

macro_rules! minus {
    (floats $($float:ty)*; integers $($integer:ty)*) => {
        $(impl Minus for $float {
            fn minus(self, other: Self) -> Self {
                self - other
            }
        })*
        $(impl Minus for $integer {
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        })*
    };
}
minus!(floats f16 f32 f64; integers i8 i16 i32 i64 u8 u16 u32 u64);
