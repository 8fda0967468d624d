//! What is done to a block of an exact sum, compiled for every tier.

use std::mem::MaybeUninit;

use crate::kernel::reduce::fetch;
use crate::simd::Kernel;
use crate::tuning;

/// Elements that are taken side by side.
const LANES: usize = 16;

/// The sum of a block of `f32` in `f64`, and the bits of the greatest absolute value and of the
/// least that is not zero (if the greatest is not).
pub(super) struct Near {
    pub(super) sum: f64,
    pub(super) most: u32,
    pub(super) least: u32,
}

/// Asks for it.
pub(super) struct NearOf<'a>(pub(super) &'a [f32]);

impl Kernel for NearOf<'_> {
    type Output = Near;

    #[inline(always)]
    fn run(self) -> Near {
        let (mut sums, mut most, mut least) = ([0.0; LANES], [0i32; LANES], [u32::MAX; LANES]);
        let (groups, rest) = self.0.as_chunks::<LANES>();
        for group in groups {
            fetch(group, tuning::REDUCE_AHEAD);
            for l in 0..LANES {
                let size = group[l].abs().to_bits();
                sums[l] += f64::from(group[l]);
                most[l] = if size as i32 > most[l] { size as i32 } else { most[l] };
                // Of zero this is the greatest of all.
                let less = size.wrapping_sub(1);
                least[l] = if less < least[l] { less } else { least[l] };
            }
        }
        // If the sum is exact, so is every part of it, in any order.
        let mut all = Near { sum: sums.iter().sum(), most: 0, least: u32::MAX };
        for l in 0..LANES {
            all.most = all.most.max(most[l] as u32);
            all.least = all.least.min(least[l]);
        }
        for &x in rest {
            let size = x.abs().to_bits();
            all.sum += f64::from(x);
            all.most = all.most.max(size);
            all.least = all.least.min(size.wrapping_sub(1));
        }
        all.least = all.least.wrapping_add(1);
        all
    }
}

/// An element of a block.
pub(super) trait Item: Copy {
    /// Its absolute value as a whole number: of the same order, NaN above all.
    type Size: Copy + PartialOrd + Default;
    fn size(self) -> Self::Size;
    fn of_size(size: Self::Size) -> f64;
    fn wide(self) -> f64;
}

macro_rules! items {
    ($($t:ident $size:ident;)*) => {$(impl Item for $t {
        type Size = $size;
        #[inline(always)]
        fn size(self) -> $size {
            self.abs().to_bits() as $size
        }
        #[inline(always)]
        fn of_size(size: $size) -> f64 {
            $t::from_bits(size as _).into()
        }
        #[inline(always)]
        fn wide(self) -> f64 {
            self.into()
        }
    })*};
}
items! { f32 i32; f64 i64; }

/// The greatest absolute value of a block; NaN if there is one.
pub(super) struct Greatest<'a, T>(pub(super) &'a [T]);

impl<T: Item> Kernel for Greatest<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let greater = |most: T::Size, x: T| if x.size() > most { x.size() } else { most };
        let mut most = [T::Size::default(); LANES];
        let (groups, rest) = self.0.as_chunks::<LANES>();
        for group in groups {
            fetch(group, tuning::REDUCE_AHEAD);
            for l in 0..LANES {
                most[l] = greater(most[l], group[l]);
            }
        }
        let most = most.into_iter().fold(T::Size::default(), |a, b| if b > a { b } else { a });
        T::of_size(rest.iter().fold(most, |most, &x| greater(most, x)))
    }
}

/// Two rounds of extraction from elements that stay as they are: the sums of what is
/// extracted, and whether anything is left.
pub(super) struct ExtractTwice<'a, T> {
    pub(super) items: &'a [T],
    pub(super) scales: [f64; 2],
}

impl<T: Item> ExtractTwice<'_, T> {
    /// Takes an element into two sums; what is left of it, as bits.
    #[inline(always)]
    fn take(&self, sums: [&mut f64; 2], x: T) -> u64 {
        let mut x = x.wide();
        for (sum, scale) in sums.into_iter().zip(self.scales) {
            let q = (scale + x) - scale;
            *sum += q;
            x -= q;
        }
        // Of a zero the sign, which adds nothing.
        x.to_bits() << 1
    }
}

/// Elements taken side by side by [`ExtractTwice`], so that all stays in registers.
const SIDE_BY_SIDE: usize = 8;

impl<T: Item> Kernel for ExtractTwice<'_, T> {
    type Output = ([f64; 2], bool);

    #[inline(always)]
    fn run(self) -> ([f64; 2], bool) {
        let (groups, rest) = self.items.as_chunks::<SIDE_BY_SIDE>();
        let (mut high, mut low) = ([0.0; SIDE_BY_SIDE], [0.0; SIDE_BY_SIDE]);
        let mut left = [0u64; SIDE_BY_SIDE];
        for group in groups {
            for l in 0..SIDE_BY_SIDE {
                left[l] |= self.take([&mut high[l], &mut low[l]], group[l]);
            }
        }
        // Exact, so that no order matters.
        let mut sums = [high.iter().sum(), low.iter().sum()];
        let mut left = left.into_iter().fold(0, |all, bits| all | bits);
        for &x in rest {
            let [high, low] = &mut sums;
            left |= self.take([high, low], x);
        }
        (sums, left != 0)
    }
}

/// Elements in `f64`.
pub(super) struct Widen<'a> {
    pub(super) items: &'a [f32],
    pub(super) room: &'a mut [MaybeUninit<f64>],
}

impl Kernel for Widen<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (place, &x) in self.room.iter_mut().zip(self.items) {
            place.write(f64::from(x));
        }
    }
}

/// One round of extraction: the sum of what is extracted, and whether anything is left.
pub(super) struct Extract<'a> {
    pub(super) items: &'a mut [f64],
    pub(super) scale: f64,
}

impl Kernel for Extract<'_> {
    type Output = (f64, bool);

    #[inline(always)]
    fn run(self) -> (f64, bool) {
        let scale = self.scale;
        let (groups, rest) = self.items.as_chunks_mut::<LANES>();
        let mut sums = [0.0; LANES];
        let mut left = [0u64; LANES];
        for group in groups {
            for l in 0..LANES {
                let q = (scale + group[l]) - scale;
                sums[l] += q;
                group[l] -= q;
                left[l] |= group[l].to_bits() << 1;
            }
        }
        // Exact, so that no order matters.
        let (mut sum, mut more) = (sums.iter().sum::<f64>(), left.iter().any(|&bits| bits != 0));
        for x in rest {
            let q = (scale + *x) - scale;
            sum += q;
            *x -= q;
            more |= *x != 0.0;
        }
        (sum, more)
    }
}
