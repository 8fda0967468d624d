//! What several test files share: random layouts, bits, and running a call on
//! every tier and number of threads.
#![allow(dead_code, unreachable_pub)] // each test file uses its own part
#![allow(clippy::cast_lossless, clippy::needless_pass_by_value)] // one source for all types

use ndarray::{Array, ArrayD, ArrayViewD, Axis, IxDyn, ShapeBuilder, Slice};
use proptest::prelude::*;
use swath::testing;

/// The bits of a value, every NaN equal to every other.
pub trait Bits: Copy + std::fmt::Debug {
    fn bits(self) -> u64;
}
macro_rules! bits {
    ($($t:ty)*) => {$(impl Bits for $t {
        fn bits(self) -> u64 { self as u64 }
    })*};
}
bits!(i8 i16 i32 i64 u8 u16 u32 u64 usize bool);
impl Bits for f32 {
    fn bits(self) -> u64 {
        if self.is_nan() { u64::MAX } else { u64::from(self.to_bits()) }
    }
}
impl Bits for f64 {
    fn bits(self) -> u64 {
        if self.is_nan() { u64::MAX } else { self.to_bits() }
    }
}

impl<T: Bits> Bits for num_complex::Complex<T> {
    fn bits(self) -> u64 {
        self.re.bits().rotate_left(29) ^ self.im.bits()
    }
}

/// The bits of all elements, in the order of the array.
pub fn bits_of<'a, T: Bits + 'a>(values: impl IntoIterator<Item = &'a T>) -> Vec<u64> {
    values.into_iter().map(|v| v.bits()).collect()
}

/// Asserts that two sequences have the same bits, naming the first that differ.
#[track_caller]
pub fn assert_same_bits<'a, T: Bits + 'a>(
    got: impl IntoIterator<Item = &'a T>,
    expected: impl IntoIterator<Item = &'a T>,
    context: impl std::fmt::Display,
) {
    let (got, expected): (Vec<_>, Vec<_>) =
        (got.into_iter().collect(), expected.into_iter().collect());
    assert_eq!(got.len(), expected.len(), "lengths: {context}");
    for (i, (g, e)) in got.iter().zip(&expected).enumerate() {
        assert!(g.bits() == e.bits(), "element {i}: got {g:?}, expected {e:?}: {context}");
    }
}

/// Small deterministic generator (splitmix64), so that no test depends on chance.
#[derive(Clone)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    /// Uniform in `0..n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    /// Uniform in `-1.0..1.0`, all 24 bits of an f32 used.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A recipe for a strided view: how it lies in its base array.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The shape of the view.
    pub shape: Vec<usize>,
    /// `order[i]`: the axis of the view that axis `i` of the C-ordered base becomes.
    pub order: Vec<usize>,
    /// For each axis of the view: step (negative: reversed); 0: broadcast.
    pub steps: Vec<isize>,
    /// Elements skipped before the first.
    pub skip: usize,
}

impl Layout {
    /// C order, contiguous.
    pub fn c(shape: &[usize]) -> Self {
        let n = shape.len();
        Self { shape: shape.to_vec(), order: (0..n).collect(), steps: vec![1; n], skip: 0 }
    }

    /// The same layout for a view of another shape with the same number of axes.
    pub fn with_shape(&self, shape: &[usize]) -> Self {
        assert_eq!(shape.len(), self.shape.len());
        Self { shape: shape.to_vec(), ..self.clone() }
    }

    /// Makes the base with `value(i)` at its i-th place and hands the view to `f`.
    pub fn with<T: Clone, R>(
        &self,
        mut value: impl FnMut(usize) -> T,
        f: impl FnOnce(ArrayViewD<'_, T>) -> R,
    ) -> R {
        let base = self.base(&mut value);
        f(self.view(&base))
    }

    /// The base array: C order, wide enough for the steps.
    pub fn base<T>(&self, value: &mut impl FnMut(usize) -> T) -> ArrayD<T> {
        let mut shape: Vec<usize> = self.order.iter().map(|&axis| self.base_len(axis)).collect();
        if let Some(first) = shape.first_mut() {
            *first += self.skip;
        }
        let n: usize = shape.iter().product();
        Array::from_shape_vec(IxDyn(&shape), (0..n).map(value).collect()).unwrap()
    }

    fn base_len(&self, axis: usize) -> usize {
        match self.steps[axis] {
            0 => self.shape[axis].min(1),
            step => self.shape[axis] * step.unsigned_abs(),
        }
    }

    /// The view of a base made by [`Layout::base`].
    pub fn view<'a, T>(&self, base: &'a ArrayD<T>) -> ArrayViewD<'a, T> {
        let mut view = base.view();
        if !self.order.is_empty() {
            view.slice_axis_inplace(Axis(0), Slice::from(self.skip..));
        }
        let mut inverse = vec![0; self.order.len()];
        self.order.iter().enumerate().for_each(|(i, &axis)| inverse[axis] = i);
        let mut view = view.permuted_axes(IxDyn(&inverse));
        for (axis, &step) in self.steps.iter().enumerate() {
            if step != 0 && view.len_of(Axis(axis)) > 0 {
                view.slice_axis_inplace(Axis(axis), Slice::new(0, None, step));
            }
        }
        // A broadcast view borrows from the one it is made of: rebuild it from parts.
        let mut strides: Vec<isize> = view.strides().to_vec();
        for (stride, &step) in strides.iter_mut().zip(&self.steps) {
            if step == 0 {
                *stride = 0;
            }
        }
        if strides.iter().any(|&s| s < 0) || self.steps.contains(&0) {
            return raw_view(view, &self.shape, &strides);
        }
        view
    }
}

/// `view` with broadcast axes stretched to `shape`.
fn raw_view<'a, T>(
    view: ArrayViewD<'a, T>,
    shape: &[usize],
    strides: &[isize],
) -> ArrayViewD<'a, T> {
    // ndarray's raw constructor takes unsigned strides only: turn axes after.
    let turned: Vec<usize> = strides.iter().map(|s| s.unsigned_abs()).collect();
    let mut ptr = view.as_ptr();
    if !view.is_empty() {
        for (axis, &stride) in strides.iter().enumerate().filter(|(_, s)| **s < 0) {
            // SAFETY: the last element along a reversed axis is an element of the view.
            ptr = unsafe { ptr.offset(stride * (view.len_of(Axis(axis)) as isize - 1)) };
        }
    }
    // SAFETY: every index reaches an element of `view`, which lives for 'a; axes
    // with stride 0 repeat the one element that is there.
    let mut out = unsafe { ArrayViewD::from_shape_ptr(IxDyn(shape).strides(IxDyn(&turned)), ptr) };
    for (axis, _) in strides.iter().enumerate().filter(|(_, s)| **s < 0) {
        out.invert_axis(Axis(axis));
    }
    out
}

/// Layouts of `ndim` axes with sides in `sides`: permuted, stepped, reversed,
/// broadcast, shifted.
pub fn layout(
    ndim: impl Strategy<Value = usize>,
    sides: std::ops::Range<usize>,
) -> impl Strategy<Value = Layout> {
    ndim.prop_flat_map(move |n| {
        (
            prop::collection::vec(sides.clone(), n),
            Just((0..n).collect::<Vec<_>>()).prop_shuffle(),
            prop::collection::vec(
                prop_oneof![6 => Just(1isize), 2 => Just(-1), 1 => Just(2), 1 => Just(-3), 1 => Just(0)],
                n,
            ),
            0..3usize,
        )
            .prop_map(|(shape, order, steps, skip)| Layout { shape, order, steps, skip })
    })
}

/// Every tier this CPU has; prints the ones it lacks as skipped.
pub fn tiers() -> Vec<&'static str> {
    let (have, lack): (Vec<_>, Vec<_>) =
        testing::TIERS.into_iter().partition(|tier| testing::set_tier(tier) == *tier);
    testing::set_tier(testing::TIERS[2]);
    for tier in lack {
        println!("skipped: tier {tier}: this CPU does not have it");
    }
    have
}

/// Runs `call` on every tier with pools of 1, 2, 3, 7, 8 and 16 threads, the pool
/// forced and chunks cut small, and asserts that the bits are always those of the
/// first. Gives how many chunks were done by other threads than the caller's.
#[track_caller]
pub fn same_bits_everywhere(context: impl std::fmt::Display, call: impl Fn() -> Vec<u64>) -> u64 {
    let before = testing::helped();
    // The switches are process-wide: one test at a time turns them.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let expected = call();
    for tier in tiers() {
        for pool in pools() {
            testing::set_tier(tier);
            testing::set_par_min(Some(0));
            testing::set_chunk(Some(256));
            let got = pool.install(&call);
            testing::set_chunk(None);
            testing::set_par_min(None);
            testing::set_tier(testing::TIERS[2]);
            assert_eq!(got.len(), expected.len(), "lengths: {tier} {pool:?}: {context}");
            for (i, (g, e)) in got.iter().zip(&expected).enumerate() {
                assert!(g == e, "element {i}: {g:#x}, expected {e:#x}: {tier} {pool:?}: {context}");
            }
        }
    }
    testing::helped() - before
}

/// Pools of 1, 2, 3, 7, 8 and 16 threads, made once for each test process.
pub fn pools() -> &'static [swath::Pool] {
    static POOLS: std::sync::OnceLock<Vec<swath::Pool>> = std::sync::OnceLock::new();
    POOLS.get_or_init(|| [1, 2, 3, 7, 8, 16].map(|n| swath::Pool::new(n).unwrap()).into())
}
