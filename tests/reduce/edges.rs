//! Nothing, one element, all NaN, infinities: what each reduction makes of them.

use super::*;

/// A result as a number; an error as `None`.
trait Number {
    fn number(self) -> Option<f64>;
}
macro_rules! numbers {
    ($($t:ty, |$x:ident| $number:expr;)*) => {$(impl Number for $t {
        fn number(self) -> Option<f64> {
            let $x = self;
            Some($number)
        }
    })*};
}
numbers! {
    f32, |x| x.into(); f64, |x| x; usize, |x| x as f64; bool, |x| f64::from(u8::from(x));
}
#[cfg(feature = "half")]
numbers! { half::f16, |x| x.into(); half::bf16, |x| x.into(); }
impl<T: Number> Number for Result<T, Error> {
    fn number(self) -> Option<f64> {
        self.ok().and_then(T::number)
    }
}

/// No result.
const ERR: Option<f64> = None;
const NAN: Option<f64> = Some(f64::NAN);
const INF: Option<f64> = Some(f64::INFINITY);
const LEAST: Option<f64> = Some(f64::NEG_INFINITY);

const fn n(x: f64) -> Option<f64> {
    Some(x)
}

fn is(got: Option<f64>, expected: Option<f64>) -> bool {
    let nan = |x: Option<f64>| x.is_some_and(f64::is_nan);
    got == expected || nan(got) && nan(expected)
}

/// For each function the results of: nothing; 3; NaN twice; both infinities; +infinity and 1.
/// Whole, and along each axis of two columns of that.
macro_rules! table {
    ($t:ident; $($call:ident / $axis:ident ($($arg:expr),*): $expected:expr;)*) => {
        $({
            let expected: [Option<f64>; 5] = $expected;
            for (i, expected) in expected.into_iter().enumerate() {
                let a = input::<$t>(i);
                let context = || format!("{} of {a} ({})", stringify!($call), stringify!($t));
                let got = reduce::$call(&a, $($arg),*).number();
                assert!(is(got, expected), "{got:?} {}", context());
                let pair = ndarray::stack![Axis(1), a, a];
                let lines = [(0, pair.view()), (1, pair.t())];
                for (axis, view) in lines {
                    match reduce::$axis(&view, axis, $($arg),*) {
                        Err(_) => assert_eq!(expected, None, "axis {axis}: {}", context()),
                        Ok(all) => for got in all {
                            let got = got.number();
                            assert!(is(got, expected), "{got:?} axis {axis}: {}", context());
                        },
                    }
                }
            }
        })*
    };
}

/// An element of the inputs.
trait Make {
    fn make(x: f64) -> Self;
}
macro_rules! makes {
    ($($t:ty, |$x:ident| $made:expr;)*) => {$(impl Make for $t {
        fn make($x: f64) -> Self {
            $made
        }
    })*};
}
makes! { f32, |x| x as f32; f64, |x| x; }
#[cfg(feature = "half")]
makes! { half::f16, |x| Self::from_f64(x); half::bf16, |x| Self::from_f64(x); }

/// The inputs of the table.
fn input<T: Make>(i: usize) -> Array1<T> {
    let inf = f64::INFINITY;
    let all: [&[f64]; 5] = [&[], &[3.0], &[f64::NAN; 2], &[inf, -inf], &[inf, 1.0]];
    all[i].iter().map(|&x| T::make(x)).collect()
}

macro_rules! check {
    ($t:ident) => {
        table! { $t;
            sum / sum_axis(): [n(0.0), n(3.0), NAN, NAN, INF];
            prod / prod_axis(): [n(1.0), n(3.0), NAN, LEAST, INF];
            mean / mean_axis(): [NAN, n(3.0), NAN, NAN, INF];
            var / var_axis(0.0): [NAN, n(0.0), NAN, NAN, NAN];
            std / std_axis(0.0): [NAN, n(0.0), NAN, NAN, NAN];
            var / var_axis(1.0): [NAN, NAN, NAN, NAN, NAN];
            skew / skew_axis(true): [NAN, NAN, NAN, NAN, NAN];
            kurtosis / kurtosis_axis(true, true): [NAN, NAN, NAN, NAN, NAN];
            min / min_axis(): [ERR, n(3.0), NAN, LEAST, n(1.0)];
            max / max_axis(): [ERR, n(3.0), NAN, INF, INF];
            argmin / argmin_axis(): [ERR, n(0.0), n(0.0), n(1.0), n(1.0)];
            argmax / argmax_axis(): [ERR, n(0.0), n(0.0), n(0.0), n(0.0)];
            any / any_axis(): [n(0.0), n(1.0), n(1.0), n(1.0), n(1.0)];
            all / all_axis(): [n(1.0), n(1.0), n(1.0), n(1.0), n(1.0)];
            count_nonzero / count_nonzero_axis(): [n(0.0), n(1.0), n(2.0), n(2.0), n(2.0)];
            norm / norm_axis(Norm::L1): [n(0.0), n(3.0), NAN, INF, INF];
            norm / norm_axis(Norm::L2): [n(0.0), n(3.0), NAN, INF, INF];
            norm / norm_axis(Norm::Inf): [n(0.0), n(3.0), NAN, INF, INF];
            norm / norm_axis(Norm::NegInf): [INF, n(3.0), NAN, INF, n(1.0)];
            norm / norm_axis(Norm::P(0.0)): [n(0.0), n(1.0), n(2.0), n(2.0), n(2.0)];
            logsumexp / logsumexp_axis(): [LEAST, n(3.0), NAN, INF, INF];
            nansum / nansum_axis(): [n(0.0), n(3.0), n(0.0), NAN, INF];
            nanprod / nanprod_axis(): [n(1.0), n(3.0), n(1.0), LEAST, INF];
            nanmean / nanmean_axis(): [NAN, n(3.0), NAN, NAN, INF];
            nanvar / nanvar_axis(0.0): [NAN, n(0.0), NAN, NAN, NAN];
            nanstd / nanstd_axis(0.0): [NAN, n(0.0), NAN, NAN, NAN];
            nanvar / nanvar_axis(1.0): [NAN, NAN, NAN, NAN, NAN];
            nanmin / nanmin_axis(): [ERR, n(3.0), NAN, LEAST, n(1.0)];
            nanmax / nanmax_axis(): [ERR, n(3.0), NAN, INF, INF];
            nanargmin / nanargmin_axis(): [ERR, n(0.0), ERR, n(1.0), n(1.0)];
            nanargmax / nanargmax_axis(): [ERR, n(0.0), ERR, n(0.0), n(0.0)];
            sum_exact / sum_exact_axis(): [n(0.0), n(3.0), NAN, NAN, INF];
        }
        for (i, expected) in [n(0.0), n(9.0), NAN, INF, INF].into_iter().enumerate() {
            let a = input::<$t>(i);
            assert!(is(reduce::dot(&a, &a).number(), expected));
            assert!(is(reduce::vdot(&a, &a).number(), expected));
            assert!(is(reduce::vecdot(&a, &a, 0).map(|x| x.into_scalar()).number(), expected));
        }
    };
}

#[test]
fn n5_nothing_one_nan_and_infinities() {
    check!(f32);
    check!(f64);
    #[cfg(feature = "half")]
    {
        use half::{bf16, f16};
        check!(f16);
        check!(bf16);
    }
}

/// As many degrees of freedom taken off as there are elements, and more.
#[test]
fn n5_more_degrees_of_freedom_than_elements() {
    for count in [2usize, 17, 3000] {
        let a = Array1::from_shape_fn(count, |i| i as f64);
        let even = Array1::from_elem(count, 2.5f32);
        let two = ndarray::stack![Axis(1), a, a];
        for more in [0.0, 1.0, 7.5] {
            let ddof = count as f64 + more;
            assert!(reduce::var(&a, ddof).is_infinite() && reduce::std(&a, ddof).is_infinite());
            assert!(reduce::var(&even, ddof).is_nan() && reduce::std(&even, ddof).is_nan());
            assert!(reduce::nanvar(&a, ddof).is_nan() && reduce::nanstd(&a, ddof).is_nan());
            for axis in 0..2 {
                let view = if axis == 0 { two.view() } else { two.t() };
                assert!(
                    reduce::var_axis(&view, axis, ddof).unwrap().iter().all(|x| x.is_infinite())
                );
                assert!(reduce::nanstd_axis(&view, axis, ddof).unwrap().iter().all(|x| x.is_nan()));
            }
        }
    }
}

/// An axis that is not there, or twice, is refused by every function along axes.
#[test]
fn axes_out_of_range_or_twice() {
    let a = Array2::<f32>::ones((3, 4));
    macro_rules! refused {
        ($($name:ident($($arg:expr),*);)*) => {$(
            let name = stringify!($name);
            let error = reduce::$name(&a, 2, $($arg),*).unwrap_err();
            assert!(matches!(error, Error::Axis { .. }), "{name}: {error}");
            assert!(error.to_string().starts_with(&format!("{name}: axis 2 ")), "{error}");
            let error = reduce::$name(&a, [1, 1], $($arg),*).unwrap_err();
            assert!(matches!(error, Error::Value { .. }), "{name}: {error}");
            assert!(error.to_string().contains("twice"), "{error}");
        )*};
    }
    let plus = |a: f32, b: f32| a + b;
    refused! {
        sum_axis(); prod_axis(); mean_axis(); var_axis(0.0); std_axis(0.0); skew_axis(true);
        kurtosis_axis(true, true); min_axis(); max_axis(); min_max_axis(); argmin_axis();
        argmax_axis(); any_axis(); all_axis(); count_nonzero_axis(); norm_axis(Norm::L2);
        logsumexp_axis(); nansum_axis(); nanprod_axis(); nanmean_axis(); nanvar_axis(0.0);
        nanstd_axis(0.0); nanmin_axis(); nanmax_axis(); nanargmin_axis(); nanargmax_axis();
        sum_exact_axis(); fold_axis(0.0, plus, plus); sum_axis_from(0.0); prod_axis_from(1.0);
        min_axis_from(0.0); max_axis_from(0.0);
    }
    let error = reduce::dot_axis(&a, &a, [0, 0]).unwrap_err();
    assert!(matches!(error, Error::Value { function: "dot_axis", .. }), "{error}");
    let error = reduce::vecdot(&a, &a, 2).unwrap_err();
    assert!(matches!(error, Error::Axis { function: "vecdot", .. }), "{error}");
}
