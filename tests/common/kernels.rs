//! Every kernel there is, as calls by length: for the tests and benches that must
//! hold for all of them (forks, same time as serial). A new family adds its lines.

use ndarray::{Array1, Array2};
use num_complex::Complex;
use swath::conv::{self, Border};
use swath::image;

/// A kernel, ready to be called on arrays of a given number of elements.
pub struct Kernel {
    pub name: &'static str,
    /// Makes the arrays for about `len` elements; the call gives some of its bits.
    pub prepare: fn(len: usize) -> Box<dyn FnMut() -> u64>,
}

fn vector(len: usize) -> Array1<f32> {
    (0..len).map(|i| ((i * 37 + 11) % 101) as f32 / 64.0 - 0.75).collect()
}

fn vector64(len: usize) -> Array1<f64> {
    vector(len).mapv(f64::from)
}

fn complex(len: usize) -> Array1<Complex<f32>> {
    vector(len).mapv(|x| Complex::new(x, 1.0 - x * x))
}

/// About `len` elements, about as wide as high.
fn image(len: usize) -> Array2<f32> {
    let width = (len as f64).sqrt().ceil().max(1.0) as usize;
    let height = len.div_ceil(width).max(1);
    vector(height * width).into_shape_with_order((height, width)).expect("the product")
}

fn filter(side: usize) -> Array2<f32> {
    let n = (side * side) as f32;
    Array2::from_shape_fn((side, side), |(i, j)| (1 + i + 2 * j) as f32 / n)
}

fn bits(values: &[f32]) -> u64 {
    values.iter().fold(0, |all, v| all.rotate_left(5) ^ u64::from(v.to_bits()))
}

/// A line of the table: a name, arrays made from `len`, and a call that gives bits.
macro_rules! kernel {
    ($name:literal, |$len:ident| { $($make:stmt;)* } $call:expr) => {
        Kernel {
            name: $name,
            prepare: |$len| {
                $($make)*
                Box::new(move || $call)
            },
        }
    };
}

/// Side of a square matrix whose product takes about as long as `len` elements.
fn side(len: usize) -> usize {
    (len as f64).cbrt().ceil() as usize
}

pub const KERNELS: &[Kernel] = &[
    kernel!("map! x+1", |n| { let a = vector(n); let mut out = vector(n); } {
        swath::map_into!(&a, &mut out, |x| x + 1.0).expect("shapes");
        u64::from(out.last().map_or(0, |x| x.to_bits()))
    }),
    kernel!("map! 3 operands", |n| { let a = vector(n); let b = vector(n); let mut out = vector(n); } {
        swath::map_into!((&a, &b, &a), &mut out, |(x, y, z)| x * y + z).expect("shapes");
        u64::from(out.last().map_or(0, |x| x.to_bits()))
    }),
    kernel!("map strided", |n| { let a = vector(2 * n); let mut out = vector(n); } {
        let every_other = a.slice(ndarray::s![..;2]);
        swath::map_into(&every_other, &mut out, |x| x * x).expect("shapes");
        u64::from(out.last().map_or(0, |x| x.to_bits()))
    }),
    kernel!("map_inplace!", |n| { let mut a = vector(n); } {
        swath::map_inplace!(&mut a, |x| 0.5 - x).expect("no overlap");
        u64::from(a.last().map_or(0, |x| x.to_bits()))
    }),
    kernel!("map_inplace! 2 operands", |n| { let mut a = vector(n); let b = vector(n); } {
        swath::map_inplace!((&mut a, &b), |(x, y)| 0.5 * x - y).expect("no overlap");
        u64::from(a.last().map_or(0, |x| x.to_bits()))
    }),
    kernel!("sum f32", |n| { let a = vector(n); } u64::from(swath::sum(&a).to_bits())),
    kernel!("sum f64", |n| { let a = vector64(n); } swath::sum(&a).to_bits()),
    kernel!("mean f32", |n| { let a = vector(n); } u64::from(swath::mean(&a).to_bits())),
    kernel!("min f32", |n| { let a = vector(n); } u64::from(swath::min(&a).expect("some").to_bits())),
    kernel!("max f64", |n| { let a = vector64(n); } swath::max(&a).expect("some").to_bits()),
    kernel!("dot f32", |n| { let a = vector(n); } u64::from(swath::dot(&a, &a).expect("same").to_bits())),
    kernel!("prod f64", |n| { let a = vector64(n); } swath::prod(&a).to_bits()),
    kernel!("var f32", |n| { let a = vector(n); } u64::from(swath::var(&a, 0.0).to_bits())),
    kernel!("argmax f32", |n| { let a = vector(n); } swath::argmax(&a).expect("some") as u64),
    kernel!("all f32", |n| { let a = vector(n); } u64::from(swath::reduce::all(&a))),
    kernel!("min_max f32", |n| { let a = vector(n); } {
        let (least, most) = swath::reduce::min_max(&a).expect("some");
        bits(&[least, most])
    }),
    kernel!("nanmax f32", |n| { let a = vector(n); } {
        u64::from(swath::reduce::nanmax(&a).expect("some").to_bits())
    }),
    kernel!("norm f64", |n| { let a = vector64(n); } {
        swath::reduce::norm(&a, swath::reduce::Norm::L2).to_bits()
    }),
    kernel!("logsumexp f64", |n| { let a = vector64(n); } swath::reduce::logsumexp(&a).to_bits()),
    kernel!("skew f32", |n| { let a = vector(n); } {
        u64::from(swath::reduce::skew(&a, true).to_bits())
    }),
    kernel!("sum_exact f32", |n| { let a = vector(n); } {
        u64::from(swath::reduce::sum_exact(&a).to_bits())
    }),
    kernel!("sum_exact_axis 0", |n| { let a = image(n); } {
        bits(swath::reduce::sum_exact_axis(&a, 0).expect("axis").as_slice().expect("fresh"))
    }),
    kernel!("fold f32", |n| { let a = vector(n); } {
        u64::from(swath::reduce::fold(&a, 0.0, |s, x| s + x * x, |a, b| a + b).to_bits())
    }),
    kernel!("sum complex", |n| { let a = complex(n); } {
        let sum = swath::sum(&a);
        bits(&[sum.re, sum.im])
    }),
    kernel!("vdot complex", |n| { let a = complex(n); } {
        let sum = swath::reduce::vdot(&a, &a).expect("same");
        bits(&[sum.re, sum.im])
    }),
    kernel!("sum f16", |n| { let a = vector(n).mapv(half::f16::from_f32); } {
        u64::from(swath::sum(&a).to_bits())
    }),
    kernel!("argmin_axis 0", |n| { let a = image(n); } {
        swath::argmin_axis(&a, 0).expect("axis").iter().map(|&i| i as u64).sum()
    }),
    kernel!("var_axis 0", |n| { let a = image(n); } {
        bits(swath::var_axis(&a, 0, 1.0).expect("axis").as_slice().expect("fresh"))
    }),
    kernel!("sum_axis 0",  |n| { let a = image(n); } {
        bits(swath::sum_axis(&a, 0).expect("axis").as_slice().expect("fresh"))
    }),
    kernel!("sum_axis 1", |n| { let a = image(n); } {
        bits(swath::sum_axis(&a, 1).expect("axis").as_slice().expect("fresh"))
    }),
    kernel!("max_axis 0", |n| { let a = image(n); } {
        bits(swath::max_axis(&a, 0).expect("axis").as_slice().expect("fresh"))
    }),
    kernel!("mean_axis 1", |n| { let a = image(n); } {
        bits(swath::mean_axis(&a, 1).expect("axis").as_slice().expect("fresh"))
    }),
    kernel!("dot_axis 1", |n| { let a = image(n); } {
        bits(swath::dot_axis(&a, &a, 1).expect("same").as_slice().expect("fresh"))
    }),
    kernel!("cumsum f32", |n| { let a = vector(n); let mut out = vector(n); } {
        swath::scan::cumsum_into(&a, 0, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[n - 1..])
    }),
    kernel!("cummax_axis 0", |n| { let a = image(n); let mut out = a.clone(); } {
        swath::scan::cummax_into(&a, 0, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("cumprod complex", |n| { let a = complex(n); let mut out = a.clone(); } {
        swath::scan::cumprod_into(&a, 0, &mut out).expect("shapes");
        bits(&[out[n - 1].re, out[n - 1].im])
    }),
    kernel!("diff 1", |n| { let a = image(n); } {
        bits(&swath::scan::diff(&a, 1, 1).expect("axis").into_raw_vec_and_offset().0)
    }),
    kernel!("compress", |n| { let a = vector(n); let b = a.mapv(|x| x > 0.0); } {
        bits(&swath::scan::compress(&b, &a).expect("fits").into_raw_vec_and_offset().0)
    }),
    kernel!("flatnonzero", |n| { let a = vector(n); } {
        swath::scan::flatnonzero(&a).expect("memory").len() as u64
    }),
    kernel!("is_sorted", |n| { let a = Array1::from_iter(0..n as u32); } {
        u64::from(swath::scan::is_sorted(&a))
    }),
    kernel!("matmul f32", |n| { let a = vector(side(n) * side(n)).into_shape_with_order((side(n), side(n))).expect("square"); } {
        bits(swath::matmul(&a, &a).expect("square").as_slice().expect("fresh"))
    }),
    kernel!("matmul i32", |n| { let a = Array2::from_elem((side(n), side(n)), 3); } {
        swath::matmul(&a, &a).expect("square").iter().map(|&x: &i32| x as u64).sum()
    }),
    kernel!("correlate 3x3", |n| { let a = image(n); let w = filter(3); let mut out = a.clone(); } {
        conv::correlate_into(&a, &w, Border::Reflect, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("convolve1d 7", |n| { let a = vector(n.max(1)); let w = vector(7); let mut out = a.clone(); } {
        conv::convolve1d_into(&a, &w, 0, Border::Wrap, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("separable", |n| { let a = image(n); let w = vector(5); let mut out = a.clone(); } {
        conv::separable_into(&a, &[&w, &w], Border::Mirror, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("gaussian_filter 2", |n| { let a = image(n); let mut out = a.clone(); } {
        image::gaussian_filter_into(&a, 2.0, Border::Nearest, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("uniform_filter 5", |n| { let a = image(n); let mut out = a.clone(); } {
        image::uniform_filter_into(&a, 5, Border::Reflect, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("laplace", |n| { let a = image(n); let mut out = a.clone(); } {
        image::laplace_into(&a, Border::Reflect, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("gaussian_gradient_magnitude", |n| { let a = image(n); let mut out = a.clone(); } {
        image::gaussian_gradient_magnitude_into(&a, 1.0, Border::Reflect, &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
    kernel!("sobel", |n| { let a = image(n); let mut out = a.clone(); } {
        image::sobel_into(&a, 0, Border::Constant(0.0), &mut out).expect("shapes");
        bits(&out.as_slice().expect("whole")[..1])
    }),
];
