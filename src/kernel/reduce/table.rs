//! A fold as the rest of the house sees it: sizes, and functions on bytes.

use std::mem::MaybeUninit;
use std::slice;

use super::by_hand::{Lines, Pieces, by_hand, pieces_of};
#[cfg(target_arch = "x86_64")]
use super::by_hand::{wide_lines, wide_of};
use super::rows::{Tile, add_rows};
use super::{Fold, Item, Lane, Steps, With};
use crate::simd::{self, Kernel};
use crate::tuning::REDUCE_BLOCK_BYTES;

/// Room for the accumulator of any fold.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub(crate) struct Cell([u8; 64]);

impl Cell {
    pub(crate) const ZERO: Self = Self([0; 64]);

    /// Where it begins.
    #[inline]
    pub(crate) fn place(&mut self) -> *mut u8 {
        self.0.as_mut_ptr()
    }

    /// The same, to read.
    #[inline]
    pub(crate) fn get(&self) -> *const u8 {
        self.0.as_ptr()
    }
}

/// Blocks that are reduced in one call: a subtree.
pub(super) const UNIT: usize = 8;

/// The first elements of up to two operands; a second that is not there is the
/// first again.
pub(crate) type Starts = [*const u8; 2];

/// One fold: made by [`Table::of`], so that functions and sizes agree.
///
/// Every function is told how the fold was called. Pointers to items, lanes,
/// accumulators and results point at values of the sizes given here, aligned for
/// them; places that are written may hold anything before.
#[derive(Debug)]
pub(crate) struct Table {
    /// One or two.
    pub(crate) operands: usize,
    /// Bytes of an item of each operand.
    pub(crate) item: usize,
    /// Bytes of a lane.
    pub(crate) lane: usize,
    /// Bytes of an accumulator: at most a [`Cell`].
    pub(crate) acc: usize,
    /// Bytes of a result.
    pub(crate) out: usize,
    /// Elements of a block of a sequence.
    pub(crate) block_len: usize,
    /// Whether elements are taken by rising index.
    pub(crate) ordered: bool,
    /// Whether a result may be certain before the end.
    pub(crate) settles: bool,
    /// For [`With::flip`].
    pub(crate) flip: u64,
    /// A block of `n` contiguous items (1 to `block_len`), the first of them the
    /// `at`-th of all, to an accumulator.
    pub(super) block: unsafe fn(&With, Starts, n: usize, at: usize, *mut u8),
    /// The same of folds that look back, to a place that holds what was found before.
    pub(super) next_block: unsafe fn(&With, Starts, n: usize, at: usize, *mut u8),
    /// Whether blocks that follow others go by `next_block`.
    pub(super) looks_back: bool,
    /// [`UNIT`] whole blocks, one after the other, to the accumulator of their subtree.
    pub(super) unit: unsafe fn(&With, Starts, at: usize, *mut u8),
    /// The same for a whole sequence so short that it is taken in order; may be
    /// empty.
    pub(super) in_order: unsafe fn(&With, Starts, n: usize, *mut u8),
    /// A whole sequence of at most a block, contiguous items to a result.
    pub(crate) whole: unsafe fn(&With, Starts, n: usize, *mut u8),
    /// Several of them, of more elements than are taken in order.
    pub(crate) lines: unsafe fn(&With, &Lines, *mut u8),
    /// Lanes that have seen nothing.
    pub(super) begin: unsafe fn(&With, *mut u8, n: usize),
    /// Adds rows to lanes, the first of them the `at`-th of its block.
    pub(super) rows: unsafe fn(&With, &Tile, rows: usize, at: usize, *mut u8),
    /// Lanes to accumulators: of `rows` rows, the first of them the `at`-th of all.
    pub(super) close: unsafe fn(&With, *const u8, n: usize, at: usize, rows: usize, *mut u8),
    /// Accumulators of nothing.
    pub(crate) empty: unsafe fn(&With, *mut u8, n: usize),
    /// Merges the second accumulators into the first.
    pub(crate) merge: unsafe fn(&With, *mut u8, *const u8, n: usize),
    /// Accumulators to results, which are `step` results apart.
    pub(crate) finish: unsafe fn(&With, *const u8, n: usize, *mut u8, step: isize),
    /// For lines in pieces, where there is a way.
    pieces: Option<[Pieces; 2]>,
    /// Whether no further element changes the result.
    pub(crate) is_settled: unsafe fn(*const u8) -> bool,
}

impl Table {
    /// The table of a fold whose elements are turned by the bits `flip`.
    pub(crate) const fn of<F: Fold<K>, const K: usize>(flip: u64) -> Self {
        assert!(K == 1 || K == 2);
        assert!(size_of::<F::Acc>() <= size_of::<Cell>());
        assert!(align_of::<F::Acc>() <= align_of::<Cell>());
        assert!(
            F::Steps::BLOCK * size_of::<Item<F, K>>() <= REDUCE_BLOCK_BYTES,
            "the room of stage.rs holds a block"
        );
        Self {
            operands: K,
            item: size_of::<Item<F, K>>(),
            lane: size_of::<Lane<F, K>>(),
            acc: size_of::<F::Acc>(),
            out: size_of::<F::Out>(),
            block_len: F::Steps::BLOCK,
            ordered: F::ORDERED,
            settles: F::SETTLES,
            flip,
            block: block::<F, K>,
            next_block: next_block::<F, K>,
            looks_back: F::LOOKS_BACK,
            unit: unit::<F, K>,
            in_order: in_order::<F, K>,
            whole: whole::<F, K>,
            lines: lines::<F, K>,
            begin: begin::<F, K>,
            rows: rows::<F, K>,
            close: close::<F, K>,
            empty: empty::<F, K>,
            merge: merge::<F, K>,
            finish: finish::<F, K>,
            pieces: F::Steps::PIECES,
            is_settled: is_settled::<F, K>,
        }
    }

    /// The kernels for lines in pieces, for this tier.
    pub(crate) fn pieces(&self) -> Option<Pieces> {
        pieces_of(self.pieces)
    }

    /// The most columns of a tile.
    pub(crate) fn tile_len(&self) -> usize {
        super::rows::tile_len(self)
    }

    /// The item at `i * stride` items from `start`.
    #[inline]
    pub(crate) fn element(&self, start: *const u8, i: usize, stride: isize) -> *const u8 {
        let items = (i as isize).wrapping_mul(stride);
        start.wrapping_offset(items.wrapping_mul(self.item as isize))
    }

    /// Bytes of one item of all operands.
    pub(crate) fn item_bytes(&self) -> usize {
        self.operands * self.item
    }
}

/// One block, in the best tier.
pub(super) struct Block<'a, S: Steps<K>, const K: usize> {
    pub(super) steps: S,
    pub(super) items: [&'a [S::Item]; K],
}

impl<S: Steps<K>, const K: usize> Kernel for Block<'_, S, K> {
    type Output = S::Total;

    #[inline(always)]
    fn run(self) -> S::Total {
        self.steps.block(self.items)
    }
}

/// Contiguous items as slices.
///
/// # Safety
/// Each start has `n` items that may be read for `'a`.
#[inline(always)]
unsafe fn slices<'a, T, const K: usize>(starts: Starts, n: usize) -> [&'a [T]; K] {
    // SAFETY: the caller's promise.
    let mut items = [unsafe { slice::from_raw_parts(starts[0].cast::<T>(), n) }; K];
    for k in 1..K {
        // SAFETY: the caller's promise.
        items[k] = unsafe { slice::from_raw_parts(starts[k].cast::<T>(), n) };
    }
    items
}

/// The last step, or the one before if there is an initial value.
///
/// # Safety
/// The initial value, if there is one, is a result of the fold.
#[inline(always)]
pub(super) unsafe fn result<F: Fold<K>, const K: usize>(
    fold: F,
    with: &With,
    acc: F::Acc,
) -> F::Out {
    let Some(initial) = &with.initial else { return fold.finish(acc) };
    // SAFETY: the caller's promise; a result that folds go on from has 16 bytes at most.
    let out = unsafe { initial.as_ptr().cast::<F::Out>().read_unaligned() };
    let first = fold.resume(out);
    fold.finish(if with.count == 0 { first } else { fold.merge(first, acc) })
}

/// One block of items, of which there are more if `ahead` is true.
#[inline(always)]
fn of_block<F: Fold<K>, const K: usize>(
    fold: F,
    items: [&[Item<F, K>]; K],
    at: usize,
    ahead: bool,
) -> F::Acc {
    let steps = fold.steps();
    let total =
        by_hand(items, ahead, steps).unwrap_or_else(|steps| simd::dispatch(Block { steps, items }));
    fold.widen(total, at, items[0].len())
}

/// Items in order, one after the other.
#[inline(always)]
fn one_by_one<F: Fold<K>, const K: usize>(fold: F, items: [&[Item<F, K>]; K]) -> F::Acc {
    let (steps, n) = (fold.steps(), items[0].len());
    let mut lane = steps.start();
    for i in 0..n {
        lane = steps.step(lane, pick(items, i), i);
    }
    if n == 0 { fold.empty() } else { fold.widen(steps.total(lane), 0, n) }
}

/// # Safety
/// As [`Table::block`] says.
unsafe fn block<F: Fold<K>, const K: usize>(
    with: &With,
    starts: Starts,
    n: usize,
    at: usize,
    acc: *mut u8,
) {
    // SAFETY: the caller's promise.
    let items = unsafe { slices(starts, n) };
    let value = of_block(F::new(with), items, at, true);
    // SAFETY: the caller's promise.
    unsafe { acc.cast::<F::Acc>().write(value) };
}

/// # Safety
/// As [`Table::unit`] says.
unsafe fn unit<F: Fold<K>, const K: usize>(with: &With, starts: Starts, at: usize, acc: *mut u8) {
    let (fold, len) = (F::new(with), F::Steps::BLOCK);
    let strides = [len as isize; 2];
    let lines = Lines { starts, n: len, count: UNIT, strides, step: 0 };
    let mut accs = [fold.empty(); UNIT];
    // SAFETY: the caller's promise.
    unsafe { accs_of_lines(fold, &lines, at, &mut accs) };
    let mut width = 1;
    while width < UNIT {
        for i in (0..UNIT).step_by(2 * width) {
            accs[i] = fold.merge(accs[i], accs[i + width]);
        }
        width *= 2;
    }
    // SAFETY: the caller's promise.
    unsafe { acc.cast::<F::Acc>().write(accs[0]) };
}

/// The accumulators of lines that follow each other, the first of which is at the `at`-th element.
///
/// # Safety
/// The lines may be read; each has a block of elements at most, and one at least.
#[inline(always)]
unsafe fn accs_of_lines<F: Fold<K>, const K: usize>(
    fold: F,
    lines: &Lines,
    at: usize,
    accs: &mut [F::Acc; UNIT],
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide_of(fold.steps()) {
        let mut totals = [const { MaybeUninit::uninit() }; UNIT];
        // SAFETY: the tier is there, the lines are, and the totals are written before they are read.
        unsafe {
            wide(lines, true, totals[0].as_mut_ptr());
            for i in 0..UNIT {
                accs[i] = fold.widen(totals[i].assume_init(), at + i * lines.n, lines.n);
            }
        }
        return;
    }
    for i in 0..UNIT {
        // SAFETY: the caller's promise.
        let items = unsafe { slices(lines.starts_of::<Item<F, K>>(i), lines.n) };
        accs[i] = of_block(fold, items, at + i * lines.n, true);
    }
}

/// # Safety
/// As [`Table::next_block`] says.
unsafe fn next_block<F: Fold<K>, const K: usize>(
    with: &With,
    starts: Starts,
    n: usize,
    at: usize,
    acc: *mut u8,
) {
    // SAFETY: the caller's promise.
    let (items, before) = unsafe { (slices(starts, n), *acc.cast::<F::Acc>()) };
    let value = F::new(with).after(items, at, before);
    // SAFETY: the caller's promise.
    unsafe { acc.cast::<F::Acc>().write(value) };
}

/// # Safety
/// As [`Table::in_order`] says.
unsafe fn in_order<F: Fold<K>, const K: usize>(
    with: &With,
    starts: Starts,
    n: usize,
    acc: *mut u8,
) {
    // SAFETY: the caller's promise.
    let items = unsafe { slices(starts, n) };
    let value = one_by_one(F::new(with), items);
    // SAFETY: the caller's promise.
    unsafe { acc.cast::<F::Acc>().write(value) };
}

/// # Safety
/// As [`Table::whole`] says.
unsafe fn whole<F: Fold<K>, const K: usize>(with: &With, starts: Starts, n: usize, out: *mut u8) {
    let fold = F::new(with);
    // SAFETY: the caller's promise.
    let items = unsafe { slices(starts, n) };
    let acc =
        if super::in_order(n) { one_by_one(fold, items) } else { of_block(fold, items, 0, false) };
    // SAFETY: the caller's promise.
    unsafe { out.cast::<F::Out>().write(result(fold, with, acc)) };
}

/// # Safety
/// As [`Table::lines`] says.
unsafe fn lines<F: Fold<K>, const K: usize>(with: &With, lines: &Lines, out: *mut u8) {
    let (fold, out) = (F::new(with), out.cast::<F::Out>());
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide_of(fold.steps()) {
        // SAFETY: the tier is there; the rest is the caller's promise.
        return unsafe { wide_lines(fold, with, wide, lines, out) };
    }
    // By the code of `block`: a user's closures are compiled but once.
    for i in 0..lines.count {
        // SAFETY: the caller's promise.
        unsafe {
            let items = slices(lines.starts_of::<Item<F, K>>(i), lines.n);
            let acc = of_block(fold, items, 0, true);
            out.offset(i as isize * lines.step).write(result(fold, with, acc));
        }
    }
}

/// # Safety
/// As [`Table::begin`] says.
unsafe fn begin<F: Fold<K>, const K: usize>(with: &With, lanes: *mut u8, n: usize) {
    let start = F::new(with).steps().start();
    for c in 0..n {
        // SAFETY: the caller's promise.
        unsafe { lanes.cast::<Lane<F, K>>().add(c).write(start) };
    }
}

/// Rows in the best tier. Made by [`rows`] only, whose caller has promised that the
/// rows may be read and that there is a lane for each column.
struct Rows<'a, S: Steps<K>, const K: usize> {
    steps: S,
    tile: &'a Tile,
    rows: usize,
    at: usize,
    lanes: &'a mut [S::Lane],
}

impl<S: Steps<K>, const K: usize> Kernel for Rows<'_, S, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // SAFETY: says who made it.
        unsafe { add_rows(self.steps, self.tile, self.rows, self.at, self.lanes) };
    }
}

/// # Safety
/// As [`Table::rows`] says.
unsafe fn rows<F: Fold<K>, const K: usize>(
    with: &With,
    tile: &Tile,
    rows: usize,
    at: usize,
    lanes: *mut u8,
) {
    let steps = F::new(with).steps();
    // SAFETY: the caller's promise.
    let lanes = unsafe { slice::from_raw_parts_mut(lanes.cast(), tile.columns) };
    simd::dispatch(Rows { steps, tile, rows, at, lanes });
}

/// # Safety
/// As [`Table::close`] says.
unsafe fn close<F: Fold<K>, const K: usize>(
    with: &With,
    lanes: *const u8,
    n: usize,
    at: usize,
    rows: usize,
    accs: *mut u8,
) {
    let fold = F::new(with);
    for c in 0..n {
        // SAFETY: the caller's promise.
        unsafe {
            let total = fold.steps().total(*lanes.cast::<Lane<F, K>>().add(c));
            accs.cast::<F::Acc>().add(c).write(fold.widen(total, at, rows));
        }
    }
}

/// # Safety
/// As [`Table::empty`] says.
unsafe fn empty<F: Fold<K>, const K: usize>(with: &With, accs: *mut u8, n: usize) {
    let empty = F::new(with).empty();
    for c in 0..n {
        // SAFETY: the caller's promise.
        unsafe { accs.cast::<F::Acc>().add(c).write(empty) };
    }
}

/// # Safety
/// As [`Table::merge`] says.
unsafe fn merge<F: Fold<K>, const K: usize>(with: &With, a: *mut u8, b: *const u8, n: usize) {
    let fold = F::new(with);
    // SAFETY: the caller's promise.
    let (a, b) = unsafe {
        (
            slice::from_raw_parts_mut(a.cast::<F::Acc>(), n),
            slice::from_raw_parts(b.cast::<F::Acc>(), n),
        )
    };
    for (a, b) in a.iter_mut().zip(b) {
        *a = fold.merge(*a, *b);
    }
}

/// # Safety
/// As [`Table::finish`] says.
unsafe fn finish<F: Fold<K>, const K: usize>(
    with: &With,
    accs: *const u8,
    n: usize,
    out: *mut u8,
    step: isize,
) {
    let fold = F::new(with);
    for c in 0..n {
        // SAFETY: the caller's promise.
        unsafe {
            let acc = *accs.cast::<F::Acc>().add(c);
            out.cast::<F::Out>().offset(c as isize * step).write(result(fold, with, acc));
        }
    }
}

/// # Safety
/// As [`Table::is_settled`] says.
unsafe fn is_settled<F: Fold<K>, const K: usize>(acc: *const u8) -> bool {
    // SAFETY: the caller's promise.
    F::is_settled(unsafe { *acc.cast::<F::Acc>() })
}

/// Element `i` of each slice.
#[inline(always)]
pub(super) fn pick<T: Copy, const K: usize>(slices: [&[T]; K], i: usize) -> [T; K] {
    let mut items = [slices[0][i]; K];
    for k in 1..K {
        items[k] = slices[k][i];
    }
    items
}
