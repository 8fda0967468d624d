//! Elementwise maps: a closure on the elements of up to six operands.
//!
//! ```text
//! for each line (a stretch along the innermost axis, from an iterator)
//!     cut it into blocks: all of it when every operand has stride 1, else 256
//!     elements; lines shorter than 32 are packed together into one block
//!         copy what is strided or repeated to unit stride, in buffers on the stack
//!         out[i] = f(a[i], b[i], ...)        in the tier: the one place where f is called
//!         copy the results to where they belong, if they were staged
//! ```
//! One call site, because a closure is inlined for certain only where it has a
//! single caller; unit stride, because the compiler then vectorises it: with
//! stride 4 an `exp` took 2.44 ns an element read in place, 0.66 staged, and 0.44
//! at unit stride. What is repeated along a line (stride 0) is copied once per line.

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::simd;
use crate::tuning::{MAP_BLOCK as BLOCK, MAP_LINES as LINES, MAP_SHORT as SHORT};

/// Room of a stage in bytes: a block of 8-byte elements.
const STAGE_BYTES: usize = BLOCK * 8;

/// A buffer on the stack for a block of elements of one operand.
#[repr(C, align(64))]
pub(crate) struct Stage(MaybeUninit<[u8; STAGE_BYTES]>);

impl Stage {
    #[inline(always)]
    fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    #[inline(always)]
    fn ptr<T>(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }
}

/// How many elements a stage holds: none of a type too large or too aligned for it.
const fn room<T>() -> usize {
    if align_of::<T>() > align_of::<Stage>() {
        return 0;
    }
    let room = STAGE_BYTES / if size_of::<T>() == 0 { 1 } else { size_of::<T>() };
    if room < BLOCK { room } else { BLOCK }
}

/// Where the next elements of the operands stand: a pointer for each. `K` counts
/// the output too, which is operand 0.
pub(crate) trait Sources<const K: usize>: Copy {
    /// What the closure takes: an element, or a tuple of one from each operand.
    type Item;
    /// A stage for each operand.
    type Stages;
    /// What the smallest stage holds.
    const ROOM: usize;

    /// Stages, not initialised.
    fn stages() -> Self::Stages;

    /// The operands from here on: `offsets` are in elements.
    ///
    /// # Safety
    /// The offsets lead to elements of the operands.
    unsafe fn advance(self, offsets: &[isize; K]) -> Self;

    /// Copies `n` elements of each operand to place `to` of its stage.
    ///
    /// # Safety
    /// The operands have `n` elements at `strides`; `to + n <= ROOM`.
    unsafe fn gather(self, stages: &mut Self::Stages, strides: &[isize; K], to: usize, n: usize);

    /// The operands at unit stride: in place, or copied to the stages. `first`
    /// says that this is the first block of a line, when what repeats is copied.
    ///
    /// # Safety
    /// As for `gather`, unless all strides are 1 or `n` is 1; `n` is not larger
    /// than in the first block of the line.
    unsafe fn level(
        self,
        stages: &mut Self::Stages,
        strides: &[isize; K],
        n: usize,
        first: bool,
    ) -> Self;

    /// The stages.
    fn staged(stages: &mut Self::Stages) -> Self;

    /// The elements at place `i`, whose result goes to `out`.
    ///
    /// # Safety
    /// The operands have more than `i` elements at unit stride.
    unsafe fn read<R>(self, i: usize, out: &MaybeUninit<R>) -> Self::Item;

    /// Where results go, if that is where elements come from.
    fn output<R>(self) -> Option<*mut R>;
}

/// Copies `n` elements to place `to` of a stage.
///
/// # Safety
/// There are `n` elements from `from` at `stride`; `to + n <= room::<T>()`.
#[inline(always)]
unsafe fn gather<T: Copy>(from: *const T, stride: isize, stage: &mut Stage, to: usize, n: usize) {
    let stage = stage.ptr::<T>().wrapping_add(to);
    for i in 0..n {
        // SAFETY: both places are in range, by the caller.
        unsafe { stage.add(i).write(from.offset(i as isize * stride).read()) };
    }
}

/// `n` elements at unit stride; see [`Sources::level`].
///
/// # Safety
/// As there.
#[inline(always)]
unsafe fn level<T: Copy>(
    from: *const T,
    stride: isize,
    stage: &mut Stage,
    n: usize,
    first: bool,
) -> *const T {
    if stride == 1 || n == 1 {
        return from;
    }
    if stride != 0 || first {
        // SAFETY: by the caller.
        unsafe { gather(from, stride, stage, 0, n) };
    }
    stage.ptr()
}

/// Operands whose elements the closure takes as a tuple: a tuple of pointers.
#[derive(Clone, Copy)]
pub(crate) struct Tuple<P>(pub(crate) P);

/// One operand, whose elements the closure takes as they are.
#[derive(Clone, Copy)]
pub(crate) struct Single<P>(pub(crate) P);

/// One operand that is the output too.
#[derive(Clone, Copy)]
pub(crate) struct InPlace<P>(pub(crate) P);

macro_rules! sources {
    ($k:literal, $($t:ident $i:tt $slot:literal),+) => {
        sources!(
            $k, Tuple($($t $i $slot),+), ($($t,)+),
            |self, i, _out| ($(self.0.$i.add(i).read(),)+), |_| None
        );
    };
    (
        $k:literal, $wrap:ident($($t:ident $i:tt $slot:literal),+),
        $item:ty, |$self:ident, $at:ident, $to:ident| $read:expr, $output:expr
    ) => {
        impl<$($t: Copy),+> Sources<$k> for $wrap<($(*const $t,)+)> {
            type Item = $item;
            type Stages = [Stage; $k - 1];
            const ROOM: usize = {
                let mut least = BLOCK;
                $(if room::<$t>() < least { least = room::<$t>(); })+
                least
            };

            #[inline(always)]
            fn stages() -> Self::Stages {
                [$({ let _ = $slot; Stage::new() }),+]
            }

            #[inline(always)]
            unsafe fn advance(self, offsets: &[isize; $k]) -> Self {
                // SAFETY: by the caller.
                unsafe { Self(($(self.0.$i.offset(offsets[$slot]),)+)) }
            }

            #[inline(always)]
            unsafe fn gather(
                self,
                stages: &mut Self::Stages,
                strides: &[isize; $k],
                to: usize,
                n: usize,
            ) {
                // SAFETY: by the caller; ROOM is the smallest of all.
                unsafe { $(gather(self.0.$i, strides[$slot], &mut stages[$i], to, n);)+ }
            }

            #[inline(always)]
            unsafe fn level(
                self,
                stages: &mut Self::Stages,
                strides: &[isize; $k],
                n: usize,
                first: bool,
            ) -> Self {
                // SAFETY: by the caller; ROOM is the smallest of all.
                unsafe {
                    Self(($(level(self.0.$i, strides[$slot], &mut stages[$i], n, first),)+))
                }
            }

            #[inline(always)]
            fn staged(stages: &mut Self::Stages) -> Self {
                Self(($(stages[$i].ptr::<$t>().cast_const(),)+))
            }

            #[inline(always)]
            unsafe fn read<R>($self, $at: usize, $to: &MaybeUninit<R>) -> $item {
                // SAFETY: by the caller.
                unsafe { $read }
            }

            #[inline(always)]
            fn output<R>(self) -> Option<*mut R> {
                ($output)(self.0)
            }
        }
    };
}
sources!(2, Single(A 0 1), A, |self, i, _out| self.0.0.add(i).read(), |_| None);
// Read from the output itself: no other pointer may lead to it there.
sources!(
    2, InPlace(A 0 1), A,
    |self, _i, out| out.as_ptr().cast::<A>().read(),
    |p: (*const A,)| Some(p.0.cast_mut().cast())
);
sources!(2, A 0 1);
sources!(3, A 0 1, B 1 2);
sources!(4, A 0 1, B 1 2, C 2 3);
sources!(5, A 0 1, B 1 2, C 2 3, D 3 4);
sources!(6, A 0 1, B 1 2, C 2 3, D 3 4, E 4 5);
sources!(7, A 0 1, B 1 2, C 2 3, D 3 4, E 4 5, F 5 6);

/// The loop of a block: the one place where the closure is called.
#[derive(Clone, Copy)]
struct Each<const K: usize, S>(S);

impl<const K: usize, S, R, F> simd::Fill<R, F> for Each<K, S>
where
    S: Sources<K>,
    F: Fn(S::Item) -> R,
{
    #[inline(always)]
    fn fill(self, out: &mut [MaybeUninit<R>], f: &F) {
        for (i, to) in out.iter_mut().enumerate() {
            // SAFETY: `Map::run` makes this for as many elements as there are in `out`.
            let item = unsafe { self.0.read(i, to) };
            to.write(f(item));
        }
    }
}

/// Maps the elements `range` of operands that all have unit stride.
///
/// # Safety
/// They are there to be read, and in `out` to be written; no place of the output is
/// a place of an operand, unless `sources` is [`InPlace`] and points to it.
#[inline]
pub(crate) unsafe fn plain<const K: usize, S, R, B, V>(
    sources: S,
    out: *mut R,
    range: Range<usize>,
    baseline: &B,
    avx2: &V,
) where
    S: Sources<K>,
    B: Fn(S::Item) -> R,
    V: Fn(S::Item) -> R,
{
    // SAFETY: by the caller.
    let (from, to) = unsafe {
        let to = out.add(range.start).cast();
        let from = sources.advance(&[range.start as isize; K]);
        (from, std::slice::from_raw_parts_mut(to, range.len()))
    };
    simd::fill(Each::<K, S>(from), to, baseline, avx2);
}

/// A stretch of elements along the innermost axis: the offset of each operand's
/// first, in elements, and how many.
pub(crate) type Line<const K: usize> = ([isize; K], usize);

/// One chunk of a map.
pub(crate) struct Map<'f, const K: usize, S, R, I: Iterator, B, V> {
    sources: S,
    out: *mut R,
    /// Along the innermost axis, the output's first.
    strides: [isize; K],
    lines: std::iter::Peekable<I>,
    baseline: &'f B,
    avx2: &'f V,
}

impl<'f, const K: usize, S, R, I, B, V> Map<'f, K, S, R, I, B, V>
where
    S: Sources<K>,
    I: Iterator<Item = Line<K>>,
{
    /// A chunk of `lines`, which have `strides` within; `baseline` and `avx2` are the
    /// same closure, one for each tier.
    ///
    /// # Safety
    /// Every element of every line, at its offset from the pointers in `sources`
    /// and `out`, can be read, respectively written, until the chunk has run; no
    /// place of the output is a place of an operand (but for [`InPlace`], whose
    /// places are those of the output, in the same order).
    #[inline]
    pub(crate) unsafe fn new(
        sources: S,
        out: *mut R,
        strides: [isize; K],
        lines: I,
        (baseline, avx2): (&'f B, &'f V),
    ) -> Self {
        Self { sources, out, strides, lines: lines.peekable(), baseline, avx2 }
    }
}

/// A block of elements at unit stride.
struct Block<S, R> {
    from: S,
    to: *mut R,
    n: usize,
    /// Where results go from `to`.
    back: Back<R>,
}

/// The way of results from a block to the output.
enum Back<R> {
    /// They are there.
    None,
    /// To one place, at the output's stride.
    Line(*mut R),
    /// To the lines that were packed.
    Lines,
}

/// What a chunk keeps on the stack.
struct Scratch<const K: usize, S: Sources<K>> {
    stages: S::Stages,
    results: Stage,
    /// The lines of a packed block: offset in the output, length.
    packed: [MaybeUninit<(isize, usize)>; LINES],
    lines: usize,
}

impl<const K: usize, S, R, I, B, V> Map<'_, K, S, R, I, B, V>
where
    S: Sources<K>,
    R: Copy,
    I: Iterator<Item = Line<K>>,
    B: Fn(S::Item) -> R,
    V: Fn(S::Item) -> R,
{
    /// What the smallest stage holds, the output's among them.
    const ROOM: usize = if S::ROOM < room::<R>() { S::ROOM } else { room::<R>() };

    /// Maps the chunk.
    pub(crate) fn run(mut self) {
        let mut scratch = Scratch::<K, S> {
            stages: S::stages(),
            results: Stage::new(),
            packed: [MaybeUninit::uninit(); LINES],
            lines: 0,
        };
        // The line that is being cut, and how much of it is done.
        let (mut line, mut done) = (([0; K], 0), 0);
        loop {
            if done == line.1 {
                match self.lines.next() {
                    Some(next) => (line, done) = (next, 0),
                    None => break,
                }
            }
            let packs = done == 0 && line.1 < SHORT && Self::ROOM >= 2 * SHORT;
            let block = if packs && self.lines.peek().is_some() {
                done = line.1;
                self.pack(&mut scratch, line)
            } else {
                let block = self.cut(&mut scratch, line, done);
                done += block.n;
                block
            };
            // SAFETY: `n` places are there, in a stage or in the output, which is
            // this chunk's alone.
            let to = unsafe { std::slice::from_raw_parts_mut(block.to.cast(), block.n) };
            simd::fill(Each::<K, S>(block.from), to, self.baseline, self.avx2);
            self.put_back(&scratch, &block);
        }
    }

    /// The next block of a line of which `done` elements are done.
    #[inline(always)]
    fn cut(&self, scratch: &mut Scratch<K, S>, line: Line<K>, done: usize) -> Block<S, R> {
        let strides = &self.strides;
        let unit = strides.iter().all(|&s| s == 1);
        let left = line.1 - done;
        let n = if unit { left } else { left.min(Self::ROOM.max(1)) };
        let mut offsets = line.0;
        for k in 0..K {
            offsets[k] += done as isize * strides[k];
        }
        // SAFETY: the line's elements are the operands', as whoever made the
        // iterator and the pointers promises; a block that is staged fits, being
        // of ROOM elements or of one; it shrinks only at the end of the line.
        let (from, to) = unsafe {
            let from = self.sources.advance(&offsets);
            (from.level(&mut scratch.stages, strides, n, done == 0), self.out.offset(offsets[0]))
        };
        let direct = strides[0] == 1 || n == 1;
        let back = if direct { Back::None } else { Back::Line(to) };
        let stage = if direct { to } else { scratch.results.ptr() };
        Block { from, to: from.output().unwrap_or(stage), n, back }
    }

    /// A block of whole short lines, the first of them `line`.
    #[inline(always)]
    fn pack(&mut self, scratch: &mut Scratch<K, S>, line: Line<K>) -> Block<S, R> {
        let (mut n, mut lines, mut next) = (0, 0, Some(line));
        let mut direct = self.strides[0] == 1;
        while let Some((offsets, len)) = next {
            // SAFETY: as in `cut`; `n + len` is at most ROOM by the check below.
            unsafe {
                let from = self.sources.advance(&offsets);
                from.gather(&mut scratch.stages, &self.strides, n, len);
            }
            direct &= offsets[0] == line.0[0] + n as isize;
            scratch.packed[lines].write((offsets[0], len));
            (n, lines) = (n + len, lines + 1);
            let fits = |l: &Line<K>| lines < LINES && l.1 < SHORT && n + l.1 <= Self::ROOM;
            next = self.lines.next_if(fits);
        }
        scratch.lines = lines;
        let from = S::staged(&mut scratch.stages);
        let (to, back) = match from.output() {
            Some(to) => (to, Back::Lines),
            // SAFETY: the first line's place in the output.
            None if direct => (unsafe { self.out.offset(line.0[0]) }, Back::None),
            None => (scratch.results.ptr(), Back::Lines),
        };
        Block { from, to, n, back }
    }

    /// Copies a block's results to where they belong.
    #[inline(always)]
    fn put_back(&self, scratch: &Scratch<K, S>, block: &Block<S, R>) {
        let stride = self.strides[0];
        match block.back {
            Back::None => {}
            // SAFETY: the block's places in the output, and its `n` results.
            Back::Line(out) => unsafe { scatter(block.to, out, stride, block.n) },
            Back::Lines => {
                let mut from = block.to.cast_const();
                for line in &scratch.packed[..scratch.lines] {
                    // SAFETY: `pack` has written `lines` of them, each of
                    // `len` places in the output and `len` results in the stage.
                    unsafe {
                        let (offset, len) = line.assume_init();
                        scatter(from, self.out.offset(offset), stride, len);
                        from = from.add(len);
                    }
                }
            }
        }
    }
}

/// Copies `n` elements at unit stride to places at `stride`.
///
/// # Safety
/// They are there on both sides.
#[inline(always)]
unsafe fn scatter<R: Copy>(from: *const R, out: *mut R, stride: isize, n: usize) {
    for i in 0..n {
        // SAFETY: both places are in range, by the caller.
        unsafe { out.offset(i as isize * stride).write(from.add(i).read()) };
    }
}
