//! Stretches of one line.

// Groups are walked by one index.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;

use super::stream::copy_past_cache;
use super::{GROUP, Op, Stretch};
use crate::kernel::reduce::fetch;
use crate::simd::{self, Kernel, Tier};
use crate::tuning::{self, SCAN_BLOCK};

/// A whole group, entered.
///
/// # Safety
/// It may be read.
#[inline(always)]
unsafe fn load<S: Op>(scan: S, from: *const S::Item) -> [S::Out; GROUP] {
    // SAFETY: the caller's promise.
    let items = unsafe { from.cast::<[S::Item; GROUP]>().read() };
    let mut s = [scan.start(); GROUP];
    for j in 0..GROUP {
        s[j] = scan.enter(items[j]);
    }
    s
}

/// The `n` elements of the last group, filled up with what changes nothing.
///
/// # Safety
/// They may be read.
#[inline(always)]
unsafe fn load_part<S: Op>(scan: S, from: *const S::Item, n: usize) -> [S::Out; GROUP] {
    let mut s = [scan.start(); GROUP];
    for (j, s) in s.iter_mut().enumerate().take(n) {
        // SAFETY: the caller's promise.
        *s = scan.enter(unsafe { *from.add(j) });
    }
    s
}

/// The doubling steps.
#[inline(always)]
fn by_doubling<S: Op>(scan: S, mut s: [S::Out; GROUP]) -> [S::Out; GROUP] {
    let mut by = 1;
    while by < GROUP {
        let before = s;
        for j in by..GROUP {
            s[j] = scan.join(before[j - by], before[j]);
        }
        by *= 2;
    }
    s
}

/// Made by [`block`] only, whose caller vouches for the places.
struct Block<S: Op> {
    scan: S,
    carry: S::Out,
    last: S::Out,
    stretch: Stretch,
}

impl<S: Op> Kernel for Block<S> {
    type Output = S::Out;

    #[inline(always)]
    fn run(self) -> S::Out {
        let Self { scan, carry, mut last, stretch: Stretch { from, to, n, .. } } = self;
        let (from, to) = (from.cast::<S::Item>(), to.cast::<S::Out>());
        let whole = n / GROUP * GROUP;
        // SAFETY: `whole` elements may be read and written.
        last = unsafe { groups(scan, carry, last, from, to, whole) };
        if whole < n {
            // SAFETY: `whole < n`.
            let s = by_doubling(scan, unsafe { load_part(scan, from.add(whole), n - whole) });
            for (j, &s) in s.iter().enumerate().take(n - whole) {
                // SAFETY: `whole + j < n`.
                unsafe { to.add(whole + j).write(scan.join(carry, scan.join(last, s))) };
            }
            last = scan.join(last, s[n - whole - 1]);
        }
        last
    }
}

/// Groups of a block.
///
/// # Safety
/// `n` elements, whole groups, may be read and written.
#[inline(always)]
unsafe fn groups<S: Op>(
    scan: S,
    carry: S::Out,
    mut last: S::Out,
    from: *const S::Item,
    to: *mut S::Out,
    n: usize,
) -> S::Out {
    for i in (0..n).step_by(GROUP) {
        // SAFETY: `i + GROUP <= n`.
        let s = by_doubling(scan, unsafe { load(scan, from.add(i)) });
        let mut results = s;
        for j in 0..GROUP {
            results[j] = scan.join(carry, scan.join(last, s[j]));
        }
        // SAFETY: the same.
        unsafe { to.add(i).cast::<[S::Out; GROUP]>().write(results) };
        last = scan.join(last, s[GROUP - 1]);
    }
    last
}

/// # Safety
/// As `Table::block`; `op` is an `S`.
pub(super) unsafe fn block<S: Op>(
    op: *const (),
    carry: *const u8,
    last: *mut u8,
    stretch: Stretch,
    past_cache: bool,
) {
    let last = last.cast::<S::Out>();
    // SAFETY: the caller's promise.
    unsafe {
        let (scan, carry) = (*op.cast::<S>(), *carry.cast());
        let (told, rest) = wide_part(scan, [carry, *last], stretch, past_cache);
        let done = stretch.n - rest.n;
        let ([mut carry, mut before], mut rest) = (told, rest);
        // Several blocks come to scans by hand alone.
        let many = S::WIDE.is_some();
        if many && rest.n > 0 && done > 0 && done.is_multiple_of(SCAN_BLOCK) {
            // What is left is a block of its own.
            (carry, before) = (scan.join(carry, before), scan.start());
        }
        while many && rest.n > SCAN_BLOCK {
            // In a lower tier, which tests may have chosen since the caller asked.
            let (part, after) = rest.split::<S>(SCAN_BLOCK);
            let total = staged(scan, carry, before, part);
            (carry, before) = (scan.join(carry, total), scan.start());
            rest = after;
        }
        last.write(if past_cache && rest.n > 2 * GROUP {
            staged(scan, carry, before, rest)
        } else {
            simd::dispatch(Block { scan, carry, last: before, stretch: rest })
        });
    }
}

/// Results of a part that is stored past the cache.
const PART: usize = tuning::SCAN_STAGED;

/// A part of a block by way of a room on the stack, from where results are stored past the
/// cache a few at a time: loads and stores of memory then go on side by side.
///
/// # Safety
/// As `Table::block_past_cache`.
#[inline(never)]
unsafe fn staged<S: Op>(scan: S, carry: S::Out, mut last: S::Out, stretch: Stretch) -> S::Out {
    let mut room = MaybeUninit::<[S::Out; PART]>::uninit();
    let room: *mut u8 = room.as_mut_ptr().cast();
    let (item, out) = (size_of::<S::Item>(), size_of::<S::Out>());
    for start in (0..stretch.n).step_by(PART) {
        let n = PART.min(stretch.n - start);
        let from = stretch.from.wrapping_add(start * item);
        let part = Stretch { from, to: room, n, next: 0 };
        last = simd::dispatch(Block { scan, carry, last, stretch: part });
        // SAFETY: the caller's promise; the part is written.
        unsafe { copy_past_cache(room, stretch.to.wrapping_add(start * out), n * out) };
    }
    last
}

impl Stretch {
    /// The first `n` elements, and those after them.
    #[inline(always)]
    fn split<S: Op>(self, n: usize) -> (Self, Self) {
        let from = self.from.wrapping_add(n * size_of::<S::Item>());
        let to = self.to.wrapping_add(n * size_of::<S::Out>());
        (Self { n, ..self }, Self { from, to, n: self.n - n, ..self })
    }
}

/// Does pairs of whole groups in AVX-512F where there is a kernel for it: the total before the
/// last block and the last of them, and what is left.
///
/// # Safety
/// As `Table::block`.
#[inline(always)]
unsafe fn wide_part<S: Op>(
    scan: S,
    [carry, last]: [S::Out; 2],
    stretch: Stretch,
    past_cache: bool,
) -> ([S::Out; 2], Stretch) {
    let n = stretch.n / (2 * GROUP) * (2 * GROUP);
    let Some(wide) = S::WIDE.filter(|_| n > 0 && simd::tier() >= Tier::Avx512) else {
        return ([carry, last], stretch);
    };
    let (_, rest) = stretch.split::<S>(n);
    // SAFETY: the caller's promise; the tier is AVX-512 only when detection saw AVX-512F.
    (unsafe { wide(scan, past_cache, Stretch { n, ..stretch }, carry, last) }, rest)
}

/// Made by [`join`] only.
struct Join<'a, S: Op> {
    scan: S,
    carry: S::Out,
    to: &'a mut [S::Out],
}

impl<S: Op> Kernel for Join<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for y in self.to {
            *y = self.scan.join(self.carry, *y);
        }
    }
}

/// # Safety
/// As `Table::join`; `op` is an `S`.
pub(super) unsafe fn join<S: Op>(op: *const (), carry: *const u8, to: *mut u8, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let to = std::slice::from_raw_parts_mut(to.cast(), n);
        simd::dispatch(Join { scan: *op.cast::<S>(), carry: *carry.cast(), to });
    }
}

/// Made by [`total`] only.
struct Total<S: Op> {
    scan: S,
    last: S::Out,
    from: *const S::Item,
    n: usize,
}

impl<S: Op> Kernel for Total<S> {
    type Output = S::Out;

    #[inline(always)]
    fn run(self) -> S::Out {
        let Self { scan, mut last, from, n } = self;
        let asks = !simd::foresees();
        let mut i = 0;
        while i + GROUP <= n {
            // SAFETY: `i + GROUP <= n`.
            let mut s = unsafe {
                if asks {
                    fetch(&*from.add(i).cast::<[S::Item; GROUP]>(), tuning::REDUCE_AHEAD);
                }
                load(scan, from.add(i))
            };
            // What doubling leaves in the last place: its right halves.
            let mut half = GROUP / 2;
            while half > 0 {
                for j in 0..half {
                    s[j] = scan.join(s[2 * j], s[2 * j + 1]);
                }
                half /= 2;
            }
            last = scan.join(last, s[0]);
            i += GROUP;
        }
        if i < n {
            // SAFETY: `i <= n`.
            let s = by_doubling(scan, unsafe { load_part(scan, from.add(i), n - i) });
            last = scan.join(last, s[n - i - 1]);
        }
        last
    }
}

/// # Safety
/// As `Table::total`; `op` is an `S`.
pub(super) unsafe fn total<S: Op>(op: *const (), from: *const u8, n: usize, last: *mut u8) {
    let last = last.cast::<S::Out>();
    // SAFETY: the caller's promise.
    unsafe {
        let scan = *op.cast::<S>();
        last.write(simd::dispatch(Total { scan, last: *last, from: from.cast(), n }));
    }
}

/// # Safety
/// As `Table::in_order`; `op` is an `S`.
pub(super) unsafe fn in_order<S: Op>(op: *const (), last: *mut u8, stretch: Stretch) {
    let last = last.cast::<S::Out>();
    let (from, to) = (stretch.from.cast::<S::Item>(), stretch.to.cast::<S::Out>());
    // SAFETY: the caller's promise.
    unsafe {
        let (scan, mut sum) = (*op.cast::<S>(), *last);
        for i in 0..stretch.n {
            sum = scan.join(sum, scan.enter(*from.add(i)));
            to.add(i).write(sum);
        }
        last.write(sum);
    }
}
