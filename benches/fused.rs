//! Maps beside what the machine can do: streams of memory, layouts, small calls, closures
//! of elementary functions.
//!
//! ```text
//! cargo bench --bench fused                      all
//! cargo bench --bench fused -- stream layouts small functions reduce
//! ```
//! Figures are medians of several, taken in turns; results are checked before they are
//! timed. `cargo test --benches` runs everything once at small sizes.

// Tables of ways: closures of one expression, some of which give nothing.
#![allow(clippy::semicolon_if_nothing_returned, clippy::too_many_lines, clippy::type_complexity)]

use std::hint::black_box;
use std::time::Instant;

use ndarray::{Array1, Array2, Zip, aview0};
use swath::reduce::Sum;
use swath::{Control, map, map_into, map_reduce, map2, math};

/// What the command line asks for.
struct Asked {
    parts: Vec<String>,
    /// Sizes and repetitions of a test.
    quick: bool,
}

impl Asked {
    fn has(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|p| p == part)
    }

    fn size(&self, n: usize) -> usize {
        if self.quick { n.min(4096) } else { n }
    }
}

fn main() {
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let asked = Asked { parts, quick: !std::env::args().any(|a| a == "--bench") };
    let parts: [(&str, fn(&Asked)); 5] = [
        ("stream", stream),
        ("layouts", layouts),
        ("small", small),
        ("functions", functions),
        ("reduce", reduce),
    ];
    for (name, part) in parts {
        if asked.has(name) {
            println!("{name}");
            part(&asked);
        }
    }
}

/// One way of doing something.
type Way<'a> = (String, Box<dyn FnMut() + 'a>);

fn way<'a>(name: impl Into<String>, f: impl FnMut() + 'a) -> Way<'a> {
    (name.into(), Box::new(f))
}

/// Median seconds of each way, all taken in turns.
fn medians(asked: &Asked, mut ways: Vec<Way<'_>>, rounds: usize) -> Vec<(String, f64)> {
    let rounds = if asked.quick { 1 } else { rounds };
    let mut took = vec![Vec::new(); ways.len()];
    for round in 0..=rounds {
        for (way, took) in ways.iter_mut().zip(&mut took) {
            let start = Instant::now();
            (way.1)();
            if round > 0 {
                took.push(start.elapsed().as_secs_f64());
            }
        }
    }
    let median = |took: &mut Vec<f64>| {
        took.sort_by(f64::total_cmp);
        took[took.len() / 2]
    };
    ways.into_iter().zip(&mut took).map(|(way, took)| (way.0, median(took))).collect()
}

fn on_one_thread<T>(f: impl FnOnce() -> T) -> T {
    Control::new().threads(1).run(f).expect("nobody cancels")
}

// ---- 2 * a + b * c - d / e ---------------------------------------------------------

/// The reads and the write of it by hand: sums, stored past the cache, on two threads.
fn by_hand(operands: &[Array1<f64>; 5], out: &mut Array1<f64>, threads: usize) {
    let n = out.len().div_ceil(threads).next_multiple_of(8);
    std::thread::scope(|scope| {
        let parts = out.as_slice_mut().expect("whole").chunks_mut(n);
        for (i, out) in parts.enumerate() {
            let operands = operands.each_ref().map(|a| &a.as_slice().expect("whole")[i * n..]);
            scope.spawn(move || sum_of_five(operands, out));
        }
    });
}

#[cfg(target_arch = "x86_64")]
fn sum_of_five(operands: [&[f64]; 5], out: &mut [f64]) {
    use std::arch::x86_64::{_mm_add_pd, _mm_loadu_pd, _mm_sfence, _mm_stream_pd};
    // Sixteen bytes at a time, which every x86-64 has: memory is slower than that.
    let skip = usize::from(!out.as_ptr().addr().is_multiple_of(16));
    let operands = operands.map(|a| &a[skip..]);
    let out = &mut out[skip..];
    for i in (0..out.len() & !1).step_by(2) {
        // SAFETY: `i + 1` is below every length; the output is aligned from `skip` on.
        unsafe {
            let at = |k: usize| _mm_loadu_pd(operands[k].as_ptr().add(i));
            let low = _mm_add_pd(_mm_add_pd(at(0), at(1)), _mm_add_pd(at(2), at(3)));
            _mm_stream_pd(out.as_mut_ptr().add(i), _mm_add_pd(low, at(4)));
        }
    }
    // SAFETY: SSE is part of x86-64.
    unsafe { _mm_sfence() };
}

#[cfg(not(target_arch = "x86_64"))]
fn sum_of_five(operands: [&[f64]; 5], out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = operands.iter().map(|a| a[i]).sum();
    }
}

fn stream(asked: &Asked) {
    let n = asked.size(10_000_000);
    let operands: [Array1<f64>; 5] =
        std::array::from_fn(|k| (0..n).map(|i| ((i + k) % 1000) as f64 + 1.0).collect());
    let [a, b, c, d, e] = &operands;
    let mut out = Array1::zeros(n);
    let mut by = Array1::zeros(n);
    map_into!((a, b, c, d, e), &mut out, |(a, b, c, d, e)| 2.0 * a + b * c - d / e).unwrap();
    let right = |i: usize| 2.0 * a[i] + b[i] * c[i] - d[i] / e[i];
    assert!((0..n).all(|i| out[i] == right(i)));
    for threads in [1, 2] {
        let run =
            |f: &mut dyn FnMut()| Control::new().threads(threads).run(f).expect("not stopped");
        let took = medians(
            asked,
            vec![
                way("by hand", || by_hand(&operands, &mut by, threads)),
                way("map_into!", || {
                    run(&mut || {
                        map_into!((a, b, c, d, e), &mut out, |(a, b, c, d, e)| 2.0 * a + b * c
                            - d / e)
                        .unwrap();
                    });
                }),
                way("map!", || {
                    run(&mut || {
                        black_box(
                            map!((a, b, c, d, e), |(a, b, c, d, e)| 2.0 * a + b * c - d / e)
                                .unwrap(),
                        );
                    });
                }),
            ],
            21,
        );
        for (name, seconds) in &took {
            let (ms, gbs) = (seconds * 1e3, 48.0 * n as f64 / seconds / 1e9);
            println!(
                "  {threads} threads {name:10} {ms:8.2} ms {gbs:6.1} GB/s {:5.2} of by hand",
                took[0].1 / seconds
            );
        }
    }
}

// ---- layouts -----------------------------------------------------------------------

fn layouts(asked: &Asked) {
    for side in [asked.size(512), asked.size(4096)] {
        let side = if asked.quick { 64 } else { side };
        let make =
            |k: usize| Array2::from_shape_fn((side, side), |(i, j)| ((i * k + j) % 1000) as f32);
        let (a, b) = (make(7), make(3));
        let (row, column) =
            (b.row(3).to_owned(), b.column(3).to_owned().insert_axis(ndarray::Axis(1)));
        let sum = map!((&a, &b.t()), |(x, y)| x + y).unwrap();
        assert_eq!(sum, &a + &b.t());
        assert_eq!(map!((&a, &row), |(x, y)| x + y).unwrap(), &a + &row);
        let every = make(5);
        let every = every.slice(ndarray::s![.., ..;2]);
        let half = a.slice(ndarray::s![.., ..side / 2]).to_owned();
        let narrow = |width: usize| Array2::from_elem((side * side / width, width), 1.0f32);
        let (eights, threes) = (narrow(8), narrow(3));
        let (mut eight_out, mut three_out) = (eights.clone(), threes.clone());
        let (eight, three) = (Array1::from_elem(8, 2.0), Array1::from_elem(3, 2.0));
        let outs =
            std::cell::RefCell::new((Array2::zeros((side, side)), Array2::zeros((side, side / 2))));
        macro_rules! into {
            ($name:literal, $operands:expr) => {
                way($name, || {
                    on_one_thread(|| {
                        map_into!($operands, &mut outs.borrow_mut().0, |(x, y)| x + y).unwrap()
                    })
                })
            };
        }
        let took = medians(
            asked,
            vec![
                into!("contiguous", (&a, &b)),
                into!("transposed", (&a, &b.t())),
                into!("a row", (&a, &row)),
                into!("a column", (&a, &column)),
                into!("a number", (&a, &aview0(&2.0))),
                way("every second", || {
                    on_one_thread(|| {
                        map_into!((&half, &every), &mut outs.borrow_mut().1, |(x, y)| x + y)
                            .unwrap()
                    });
                }),
                way("rows of 8", || {
                    on_one_thread(|| {
                        map_into!((&eights, &eight), &mut eight_out, |(x, y)| x + y).unwrap();
                    });
                }),
                way("rows of 3", || {
                    on_one_thread(|| {
                        map_into!((&threes, &three), &mut three_out, |(x, y)| x + y).unwrap();
                    });
                }),
                way("ndarray, contiguous", || {
                    Zip::from(&mut outs.borrow_mut().0)
                        .and(&a)
                        .and(&b)
                        .for_each(|o, &x, &y| *o = x + y);
                }),
            ],
            if side > 1000 { 11 } else { 201 },
        );
        for (name, seconds) in took {
            let n = if name == "every second" { side * side / 2 } else { side * side };
            println!(
                "  f32 {side}x{side} {name:20} {:6.3} ns an element",
                seconds * 1e9 / n as f64
            );
        }
    }
}

// ---- small calls -------------------------------------------------------------------

fn small(asked: &Asked) {
    let a = Array1::from_elem(16, 1.5f32);
    let b = Array1::from_elem(16, 2.5f32);
    let mut out = a.clone();
    let calls = if asked.quick { 10 } else { 20_000 };
    let square = Array2::from_elem((4, 4), 1.0f32);
    let ways = vec![
        way("map_into!", || {
            (0..calls).for_each(|_| {
                map_into!(black_box((&a, &b)), &mut out, |(x, y)| x * y + 1.0).unwrap()
            })
        }),
        way("map!", || {
            (0..calls).for_each(|_| {
                black_box(map!(black_box((&a, &b)), |(x, y)| x * y + 1.0).unwrap());
            })
        }),
        way("map2!", || {
            (0..calls).for_each(|_| {
                black_box(map2!(black_box(&a), |x| (x + 1.0, x * x)).unwrap());
            })
        }),
        way("map!, transposed", || {
            (0..calls).for_each(|_| {
                black_box(map!(black_box((&square, &square.t())), |(x, y)| x * y + 1.0).unwrap());
            })
        }),
        way("map_reduce!", || {
            (0..calls).for_each(|_| {
                black_box(map_reduce!(black_box((&a, &b)), |(x, y)| x * y, Sum).unwrap());
            })
        }),
        way("exp", || {
            (0..calls).for_each(|_| {
                black_box(swath::exp(black_box(&a)).unwrap());
            })
        }),
        way("ndarray Zip", || {
            (0..calls).for_each(|_| {
                black_box(Zip::from(black_box(&a)).and(&b).map_collect(|x, y| x * y + 1.0));
            })
        }),
    ];
    for (name, seconds) in medians(asked, ways, 21) {
        println!("  16 elements {name:20} {:6.1} ns", seconds * 1e9 / f64::from(calls));
    }
}

// ---- functions ---------------------------------------------------------------------

fn functions(asked: &Asked) {
    let n = asked.size(1 << 20);
    let a: Array1<f32> = (0..n).map(|i| (i % 4001) as f32 * 0.002 - 4.0).collect();
    let (mut out, mut other) = (a.clone(), a.clone());
    map_into!(&a, &mut out, |x| math::tanh(math::sin(x) * math::exp(x))).unwrap();
    let std = |x: f32| (x.sin() * x.exp()).tanh();
    assert!(out.iter().zip(&a).all(|(&y, &x)| (y - std(x)).abs() < 1e-5));
    let one_out = &mut a.clone();
    let ways = vec![
        way("std under Zip", || Zip::from(&a).and(&mut other).for_each(|&x, y| *y = std(x))),
        way("one thread", || {
            on_one_thread(|| {
                map_into!(&a, one_out, |x| math::tanh(math::sin(x) * math::exp(x))).unwrap()
            });
        }),
        way("two threads", || {
            map_into!(&a, &mut out, |x| math::tanh(math::sin(x) * math::exp(x))).unwrap()
        }),
    ];
    let took = medians(asked, ways, 15);
    for (name, seconds) in &took {
        println!(
            "  tanh(sin(x) exp(x)) f32 {name:15} {:8.3} ms {:5.2} times std",
            seconds * 1e3,
            took[0].1 / seconds
        );
    }
}

// ---- map and reduce ----------------------------------------------------------------

fn reduce(asked: &Asked) {
    for n in [1 << 10, 1 << 16, 1 << 20, 1 << 24] {
        let n = asked.size(n);
        let a: Array1<f32> = (0..n).map(|i| (i % 1000) as f32 * 0.01).collect();
        let b: Array1<f32> = (0..n).map(|i| (i % 777) as f32 * 0.01).collect();
        let both = || swath::sum(&map!((&a, &b), |(x, y)| (x - y) * (x - y)).unwrap());
        let fused = || map_reduce!((&a, &b), |(x, y)| (x - y) * (x - y), Sum).unwrap();
        assert_eq!(both().to_bits(), fused().to_bits());
        let times = if asked.quick { 1 } else { ((1 << 22) / n).max(1) };
        let ways = vec![
            way("map, then sum", || {
                (0..times).for_each(|_| {
                    black_box(both());
                })
            }),
            way("map_reduce!", || {
                (0..times).for_each(|_| {
                    black_box(fused());
                })
            }),
            way("dot", || {
                (0..times).for_each(|_| {
                    black_box(swath::dot(&a, &b).unwrap());
                })
            }),
        ];
        for (name, seconds) in medians(asked, ways, 11) {
            println!(
                "  {n:9} f32 {name:15} {:6.3} ns an element",
                seconds * 1e9 / (n * times) as f64
            );
        }
    }
}
