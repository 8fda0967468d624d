//! The problem that a case poses, with its data.

use ndarray::{Array1, Array2, ArrayD, ArrayView1, IxDyn};
use swath::conv::Border;

use crate::case::{Case, Options};
use crate::real::Real;

/// One variant for each operation; a new family adds its own here, in `ours`, and in
/// the peers that have it.
pub(crate) enum Work<T> {
    Reduce { fold: Fold, axis: Option<usize>, a: ArrayD<T> },
    Dot { a: Array1<T>, b: Array1<T> },
    Matmul { a: Array2<T>, b: Array2<T> },
    Map { map: Map, x: ArrayD<T>, y: ArrayD<T>, z: ArrayD<T> },
    Correlate { src: ArrayD<T>, filter: ArrayD<T>, border: Border<T> },
    Convolve1d { src: ArrayD<T>, filter: Array1<T>, axis: usize, border: Border<T> },
    Gaussian { src: ArrayD<T>, sigma: f64, truncate: f64, border: Border<T> },
    Sobel { src: ArrayD<T>, axis: usize, border: Border<T> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Sum,
    Mean,
    Min,
    Max,
    Var,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Map {
    /// 2 x + 1.
    Axpb,
    /// x y + z.
    MulAdd3,
    /// The square root of x.
    Sqrt,
}

/// Runs `$body` with a view of `$array` that has its number of axes in its type.
macro_rules! with_dims {
    ($array:expr, |$a:ident| $body:expr) => {
        match $array.ndim() {
            1 => {
                let $a = $array.view().into_dimensionality::<::ndarray::Ix1>().expect("one axis");
                $body
            }
            2 => {
                let $a = $array.view().into_dimensionality::<::ndarray::Ix2>().expect("two axes");
                $body
            }
            _ => {
                let $a = $array.view().into_dimensionality::<::ndarray::Ix3>().expect("three axes");
                $body
            }
        }
    };
}
pub(crate) use with_dims;

/// An array in C order as the one stretch of memory it is: axes mean nothing to
/// whole reductions and maps.
pub(crate) fn flat<T>(a: &ArrayD<T>) -> ArrayView1<'_, T> {
    ArrayView1::from(a.as_slice().expect("in C order"))
}

impl<T: Real> Work<T> {
    /// Makes the data of a case; the error says what is wrong with it.
    pub(crate) fn new(case: &Case) -> Result<Self, String> {
        let (shape, options) = (&case.shape[..], &case.options);
        let fold = |fold| reduce(fold, shape, options);
        match (case.family.as_str(), case.op.as_str()) {
            ("reduce", "sum") => fold(Fold::Sum),
            ("reduce", "mean") => fold(Fold::Mean),
            ("reduce", "min") => fold(Fold::Min),
            ("reduce", "max") => fold(Fold::Max),
            ("reduce", "var") => fold(Fold::Var),
            ("reduce", "dot") => {
                let &[n] = shape else { return Err(wrong_shape(shape, "one axis")) };
                Ok(Self::Dot { a: numbers(n, 1).into(), b: numbers(n, 2).into() })
            }
            ("matmul", "matmul") => matmul(shape),
            ("map", "axpb") => map(Map::Axpb, shape),
            ("map", "mul_add3") => map(Map::MulAdd3, shape),
            ("map", "sqrt") => map(Map::Sqrt, shape),
            ("conv", op) => filter(op, shape, options),
            (family, op) => Err(format!("unknown operation {op} of family {family}")),
        }
    }

    /// How far a result may be from ours, as a part of the greatest element: two
    /// orders of adding n numbers differ by about the root of n roundings, and
    /// longer chains in between are allowed for.
    pub(crate) fn tolerance(&self) -> f64 {
        let terms = match self {
            Self::Reduce { fold: Fold::Min | Fold::Max, .. } => return 0.0,
            Self::Reduce { axis, a, .. } => axis.map_or(a.len(), |axis| a.shape()[axis]),
            Self::Dot { a, .. } => a.len(),
            Self::Matmul { a, .. } => a.ncols(),
            Self::Map { .. } => 0,
            Self::Correlate { filter, .. } => filter.len(),
            Self::Convolve1d { filter, .. } => filter.len(),
            Self::Gaussian { src, sigma, truncate, .. } => {
                src.ndim() * (2 * radius(*sigma, *truncate) + 1)
            }
            Self::Sobel { src, .. } => 3 * src.ndim(),
        };
        T::EPS * (16.0 + 4.0 * (terms as f64).sqrt())
    }
}

/// How many taps lie on either side of the middle one, by SciPy's rule.
pub(crate) fn radius(sigma: f64, truncate: f64) -> usize {
    (truncate * sigma + 0.5) as usize
}

/// The taps of a Gaussian, as SciPy and swath have them.
pub(crate) fn gaussian_taps<T: Real>(sigma: f64, truncate: f64) -> Vec<T> {
    let r = radius(sigma, truncate) as isize;
    let phi: Vec<f64> = (-r..=r).map(|x| (-0.5 / (sigma * sigma) * (x * x) as f64).exp()).collect();
    let sum: f64 = phi.iter().sum();
    phi.iter().map(|p| T::of(p / sum)).collect()
}

/// Numbers from 0.25 to 1.25 without a pattern, the same in every run: positive, so
/// that sums do not cancel and a relative tolerance means something.
pub(crate) fn numbers<T: Real>(n: usize, seed: u64) -> Vec<T> {
    let number = |i: usize| {
        let x = (i as u64 ^ (seed << 40)).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let x = (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        T::of(0.25 + (x >> 40) as f64 / (1u64 << 24) as f64)
    };
    (0..n).map(number).collect()
}

fn array<T: Real>(shape: &[usize], seed: u64) -> ArrayD<T> {
    let n = shape.iter().product();
    ArrayD::from_shape_vec(IxDyn(shape), numbers(n, seed)).expect("as many as the shape says")
}

fn wrong_shape(shape: &[usize], wanted: &str) -> String {
    format!("shape {shape:?}: must have {wanted}, none of length 0")
}

fn check_shape(shape: &[usize]) -> Result<(), String> {
    let good = (1..=3).contains(&shape.len()) && !shape.contains(&0);
    if good { Ok(()) } else { Err(wrong_shape(shape, "one to three axes")) }
}

fn axis_of(axis: isize, shape: &[usize]) -> Result<usize, String> {
    let n = shape.len() as isize;
    if !(-n..n).contains(&axis) {
        return Err(format!("axis {axis}: shape {shape:?} has no such axis"));
    }
    Ok(axis.rem_euclid(n) as usize)
}

fn reduce<T: Real>(fold: Fold, shape: &[usize], options: &Options) -> Result<Work<T>, String> {
    check_shape(shape)?;
    let axis = options.axis.map(|axis| axis_of(axis, shape)).transpose()?;
    Ok(Work::Reduce { fold, axis, a: array(shape, 1) })
}

fn matmul<T: Real>(shape: &[usize]) -> Result<Work<T>, String> {
    match *shape {
        [m, k, n] if m * k * n > 0 => {
            let matrix = |rows, columns, seed| {
                let elements = numbers(rows * columns, seed);
                Array2::from_shape_vec((rows, columns), elements).expect("rows x columns")
            };
            Ok(Work::Matmul { a: matrix(m, k, 1), b: matrix(k, n, 2) })
        }
        _ => Err(wrong_shape(shape, "three numbers m, k and n")),
    }
}

fn map<T: Real>(map: Map, shape: &[usize]) -> Result<Work<T>, String> {
    check_shape(shape)?;
    // Operands that the map does not read are not made.
    let other = |seed| if map == Map::MulAdd3 { array(shape, seed) } else { array(&[1], seed) };
    Ok(Work::Map { map, x: array(shape, 1), y: other(2), z: other(3) })
}

fn filter<T: Real>(op: &str, shape: &[usize], options: &Options) -> Result<Work<T>, String> {
    check_shape(shape)?;
    let (src, border) = (array(shape, 1), border(options)?);
    let axis = axis_of(options.axis.unwrap_or(-1), shape)?;
    match op {
        "correlate" => {
            let filter = filter_shape(shape.len(), options)?;
            Ok(Work::Correlate { src, filter: array(&filter, 2), border })
        }
        "convolve1d" => {
            let k = options.k.filter(|&k| k > 0).ok_or("convolve1d needs a k above 0")?;
            Ok(Work::Convolve1d { src, filter: numbers(k, 2).into(), axis, border })
        }
        "gaussian" => {
            let sigma = options.sigma.filter(|s| *s > 0.0 && s.is_finite());
            let sigma = sigma.ok_or("gaussian needs a sigma above 0")?;
            let truncate = options.truncate.unwrap_or(4.0);
            Ok(Work::Gaussian { src, sigma, truncate, border })
        }
        "sobel" => Ok(Work::Sobel { src, axis, border }),
        _ => Err(format!("unknown operation {op} of family conv")),
    }
}

fn filter_shape(axes: usize, options: &Options) -> Result<Vec<usize>, String> {
    let shape = match (&options.filter_shape, options.k) {
        (Some(shape), None) => shape.clone(),
        (None, Some(k)) => vec![k; axes],
        _ => return Err("correlate needs either k or filter_shape".into()),
    };
    if shape.len() != axes || shape.contains(&0) {
        return Err(format!("filter_shape {shape:?}: must have {axes} axes, none of length 0"));
    }
    Ok(shape)
}

fn border<T: Real>(options: &Options) -> Result<Border<T>, String> {
    Ok(match options.border.as_deref().unwrap_or("reflect") {
        "reflect" => Border::Reflect,
        "mirror" => Border::Mirror,
        "nearest" => Border::Nearest,
        "wrap" => Border::Wrap,
        "constant" => Border::Constant(T::of(options.cval.unwrap_or(0.0))),
        other => {
            let known = "reflect, mirror, nearest, wrap, constant";
            return Err(format!("unknown border {other}: must be one of {known}"));
        }
    })
}
