//! A register of sums: what a tile is made of, once for every tier.

/// A register of sums of elements `Elem`, and what can be done with it.
///
/// Every step rounds the same in every implementation: a product and a sum are one
/// fused operation for floats, and integers are exact.
pub(super) trait Lanes: Copy {
    /// What arrays hold.
    type Elem: Copy;
    /// What filters hold.
    type Tap: Copy;
    /// How many sums.
    const N: usize;
    /// Whether [`Lanes::between`] is there, and takes no longer than a load.
    const BETWEEN: bool = false;

    /// Sums of nothing.
    ///
    /// # Safety
    /// The CPU has the features of this implementation, here and below.
    unsafe fn zero() -> Self;

    /// A tap, in every lane.
    ///
    /// # Safety
    /// See [`Lanes::zero`].
    unsafe fn splat(tap: Self::Tap) -> Self;

    /// `N` elements.
    ///
    /// # Safety
    /// They can be read.
    unsafe fn load(from: *const Self::Elem) -> Self;

    /// The first `n` of them, `n <= N`, and anything in the other lanes.
    ///
    /// # Safety
    /// So many can be read.
    unsafe fn load_part(from: *const Self::Elem, n: usize) -> Self;

    /// The last lanes from `by < N` on, then the first of `next`: what a load `by` elements
    /// further on gives.
    ///
    /// # Safety
    /// See [`Lanes::zero`].
    #[inline(always)]
    unsafe fn between(self, _next: Self, _by: usize) -> Self {
        unreachable!("see `BETWEEN`")
    }

    /// `self * tap + acc`.
    ///
    /// # Safety
    /// See [`Lanes::zero`].
    unsafe fn add_to(self, tap: Self, acc: Self) -> Self;

    /// Writes `N` elements, rounded to their type.
    ///
    /// # Safety
    /// They can be written.
    unsafe fn store(self, to: *mut Self::Elem);

    /// Writes `N` elements past the cache where it can, at a place that is a multiple of a
    /// cache line.
    ///
    /// # Safety
    /// They can be written; [`Lanes::fence`] follows before anybody is told of them.
    #[inline(always)]
    unsafe fn store_past(self, to: *mut Self::Elem) {
        // SAFETY: the caller's promise.
        unsafe { self.store(to) }
    }

    /// Makes what was stored past the cache visible to others.
    ///
    /// # Safety
    /// See [`Lanes::zero`].
    #[inline(always)]
    unsafe fn fence() {}

    /// Writes the first `n`, `n <= N`.
    ///
    /// # Safety
    /// So many can be written.
    unsafe fn store_part(self, to: *mut Self::Elem, n: usize);
}

/// Lanes in an array: what the compiler makes of it.
#[derive(Clone, Copy)]
pub(super) struct Plain<T, A> {
    sums: [A; 16],
    elem: std::marker::PhantomData<T>,
}

/// An accumulator for elements `T`.
pub(super) trait Acc<T>: Copy {
    type Tap: Copy;
    const ZERO: Self;
    fn element(x: T) -> Self;
    fn tap(tap: Self::Tap) -> Self;
    /// `self * tap + acc`.
    fn add_to(self, tap: Self, acc: Self) -> Self;
    fn done(self) -> T;
}

impl<T: Copy, A: Acc<T>> Lanes for Plain<T, A> {
    type Elem = T;
    type Tap = A::Tap;
    const N: usize = 16;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self { sums: [A::ZERO; 16], elem: std::marker::PhantomData }
    }

    #[inline(always)]
    unsafe fn splat(tap: A::Tap) -> Self {
        Self { sums: [A::tap(tap); 16], elem: std::marker::PhantomData }
    }

    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller's promise.
        let x: [T; 16] = unsafe { from.cast::<[T; 16]>().read_unaligned() };
        let mut sums = [A::ZERO; 16];
        for (sum, x) in sums.iter_mut().zip(x) {
            *sum = A::element(x);
        }
        Self { sums, elem: std::marker::PhantomData }
    }

    #[inline(always)]
    unsafe fn load_part(from: *const T, n: usize) -> Self {
        let mut sums = [A::ZERO; 16];
        for (j, sum) in sums.iter_mut().enumerate().take(n) {
            // SAFETY: `j < n`, which can be read.
            *sum = A::element(unsafe { *from.add(j) });
        }
        Self { sums, elem: std::marker::PhantomData }
    }

    #[inline(always)]
    unsafe fn add_to(self, tap: Self, acc: Self) -> Self {
        let mut sums = acc.sums;
        for ((sum, x), tap) in sums.iter_mut().zip(self.sums).zip(tap.sums) {
            *sum = x.add_to(tap, *sum);
        }
        Self { sums, elem: std::marker::PhantomData }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        for (j, sum) in self.sums.iter().enumerate() {
            // SAFETY: sixteen elements can be written.
            unsafe { to.add(j).write(sum.done()) };
        }
    }

    #[inline(always)]
    unsafe fn store_part(self, to: *mut T, n: usize) {
        for (j, sum) in self.sums.iter().enumerate().take(n) {
            // SAFETY: `j < n`, which can be written.
            unsafe { to.add(j).write(sum.done()) };
        }
    }
}

macro_rules! float {
    ($($t:ty)*) => {$(impl Acc<$t> for $t {
        type Tap = $t;
        const ZERO: Self = 0.0;
        #[inline(always)]
        fn element(x: $t) -> Self {
            x
        }
        #[inline(always)]
        fn tap(tap: $t) -> Self {
            tap
        }
        #[inline(always)]
        fn add_to(self, tap: Self, acc: Self) -> Self {
            self.mul_add(tap, acc)
        }
        #[inline(always)]
        fn done(self) -> $t {
            self
        }
    })*};
}
float!(f32 f64);

macro_rules! integer {
    ($($t:ty)*) => {$(integer!($t, i32); integer!($t, i64);)*};
    ($t:ty, $acc:ty) => {impl Acc<$t> for $acc {
        type Tap = i32;
        const ZERO: Self = 0;
        #[inline(always)]
        fn element(x: $t) -> Self {
            <$acc>::from(x)
        }
        #[inline(always)]
        fn tap(tap: i32) -> Self {
            <$acc>::from(tap)
        }
        #[inline(always)]
        fn add_to(self, tap: Self, acc: Self) -> Self {
            // Never wraps: the caller has bounded the sum.
            acc.wrapping_add(self.wrapping_mul(tap))
        }
        #[inline(always)]
        fn done(self) -> $t {
            self.clamp(<$acc>::from(<$t>::MIN), <$acc>::from(<$t>::MAX)) as $t
        }
    }};
}
integer!(u8 i8 u16 i16 i32);
