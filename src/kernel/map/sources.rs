//! Where the elements of a map come from: pointers to operands, and indices.

use std::mem::MaybeUninit;

use crate::tuning::MAP_BLOCK as BLOCK;

/// Room of a stage in bytes: a block of 8-byte elements.
const STAGE_BYTES: usize = BLOCK * 8;

/// A buffer on the stack for a block of elements of one operand.
#[repr(C, align(64))]
pub struct Stage(MaybeUninit<[u8; STAGE_BYTES]>);

impl Stage {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    #[inline(always)]
    pub(super) fn ptr<T>(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }
}

/// How many elements a stage holds: none of a type too large or too aligned for it.
pub(super) const fn room<T>() -> usize {
    if align_of::<T>() > align_of::<Stage>() {
        return 0;
    }
    let room = STAGE_BYTES / if size_of::<T>() == 0 { 1 } else { size_of::<T>() };
    if room < BLOCK { room } else { BLOCK }
}

/// Strides and offsets of operands stand at these places of a list: first the two
/// outputs, then the operands, then nothing, then the indices.
pub(crate) const FIRST_OPERAND: usize = 2;
/// See [`FIRST_OPERAND`].
pub(crate) const FIRST_INDEX: usize = 10;
/// Of how many axes a closure can be told the index.
pub(crate) const INDICES: usize = 6;
/// How many places there are in all.
pub(crate) const PLACES: usize = FIRST_INDEX + INDICES;

/// Where the next elements of the operands stand.
pub trait Sources: Copy {
    /// What the closure takes: an element, a tuple of one from each operand, ...
    type Item;
    /// A stage for each operand.
    type Stages;
    /// The operands at unit stride.
    type Level: Level<Item = Self::Item>;
    /// What the smallest stage holds.
    const ROOM: usize;
    /// Whether results go where elements come from.
    const IN_PLACE: bool = false;

    /// Stages, not initialised.
    fn stages() -> Self::Stages;

    /// Whether all can be read where they are, at these strides.
    fn are_level(strides: &[isize]) -> bool;

    /// The operands from here on: `offsets` are in elements.
    fn advance(self, offsets: &[isize]) -> Self;

    /// Copies `n` elements of each operand to place `to` of its stage.
    ///
    /// # Safety
    /// The operands have `n` elements at `strides`; `to + n <= ROOM`.
    unsafe fn gather(self, stages: &mut Self::Stages, strides: &[isize], to: usize, n: usize);

    /// The operands at unit stride: in place, or copied to the stages; of what repeats
    /// along the line as many copies as `repeats` says, for all blocks of a line at once.
    ///
    /// # Safety
    /// As for `gather`, unless they are level already; `n` is at most what `repeats` was
    /// for the first block of the line.
    unsafe fn level(
        self,
        stages: &mut Self::Stages,
        strides: &[isize],
        n: usize,
        repeats: usize,
    ) -> Self::Level;

    /// The stages.
    fn staged(stages: &mut Self::Stages) -> Self::Level;

    /// The same, with the operands of which `which` says so in their stages, `copies` times
    /// their first `n` elements at `strides`.
    ///
    /// # Safety
    /// These elements are there; `copies * n <= ROOM`.
    unsafe fn repeated(
        self,
        stages: &mut Self::Stages,
        which: &[bool],
        strides: &[isize],
        n: usize,
        copies: usize,
    ) -> Self;
}

/// Operands at unit stride.
pub trait Level: Copy {
    /// See [`Sources::Item`].
    type Item;

    /// The elements at place `i`, whose first result goes to `out`.
    ///
    /// # Safety
    /// The operands have more than `i` elements.
    unsafe fn read<R>(self, i: usize, out: &MaybeUninit<R>) -> Self::Item;

    /// Where results go, if that is where elements come from.
    #[inline(always)]
    fn output<R>(self) -> Option<*mut R> {
        None
    }
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
    repeats: usize,
) -> *const T {
    if stride == 1 || n == 1 {
        return from;
    }
    // SAFETY: by the caller.
    unsafe { gather(from, stride, stage, 0, if stride == 0 { repeats } else { n }) };
    stage.ptr()
}

/// Operands whose elements the closure takes as a tuple: a tuple of pointers.
#[derive(Clone, Copy)]
pub struct Tuple<P>(pub(crate) P);

/// One operand, whose elements the closure takes as they are.
#[derive(Clone, Copy)]
pub struct Single<P>(pub(crate) P);

/// One operand that is the output too.
#[derive(Clone, Copy)]
pub(crate) struct InPlace<P>(pub(crate) P);

/// Operands of which the first is the output too.
#[derive(Clone, Copy)]
pub(crate) struct Onto<P>(pub(crate) P);

macro_rules! sources {
    ($first:ident 0 $(, $t:ident $i:tt)*) => {
        sources!(
            Tuple($first 0 $(, $t $i)*) false, ($first, $($t,)*),
            |self, i, _out| (self.0.0.add(i).read(), $(self.0.$i.add(i).read(),)*), |_| None
        );
        sources!(
            Onto($first 0 $(, $t $i)*) true, ($first, $($t,)*),
            |self, i, out| (out.as_ptr().cast::<$first>().read(), $(self.0.$i.add(i).read(),)*),
            |p: (*const $first, $(*const $t,)*)| Some(p.0.cast_mut().cast())
        );
    };
    (
        $wrap:ident($($t:ident $i:tt),+) $in_place:literal,
        $item:ty, |$self:ident, $at:ident, $to:ident| $read:expr, $output:expr
    ) => {
        impl<$($t: Copy),+> Sources for $wrap<($(*const $t,)+)> {
            type Item = $item;
            type Stages = [Stage; <[()]>::len(&[$({ let _ = $i; }),+])];
            type Level = Self;
            const ROOM: usize = {
                let mut least = BLOCK;
                $(if room::<$t>() < least { least = room::<$t>(); })+
                least
            };
            const IN_PLACE: bool = $in_place;

            #[inline(always)]
            fn stages() -> Self::Stages {
                [$({ let _ = $i; Stage::new() }),+]
            }

            #[inline(always)]
            fn are_level(strides: &[isize]) -> bool {
                $(strides[FIRST_OPERAND + $i] == 1)&&+
            }

            #[inline(always)]
            fn advance(self, offsets: &[isize]) -> Self {
                Self(($(self.0.$i.wrapping_offset(offsets[FIRST_OPERAND + $i]),)+))
            }

            #[inline(always)]
            unsafe fn gather(
                self,
                stages: &mut Self::Stages,
                strides: &[isize],
                to: usize,
                n: usize,
            ) {
                // SAFETY: by the caller; ROOM is the smallest of all.
                unsafe {
                    $(gather(self.0.$i, strides[FIRST_OPERAND + $i], &mut stages[$i], to, n);)+
                }
            }

            #[inline(always)]
            unsafe fn level(
                self,
                stages: &mut Self::Stages,
                strides: &[isize],
                n: usize,
                repeats: usize,
            ) -> Self {
                // SAFETY: by the caller; ROOM is the smallest of all.
                unsafe {
                    Self(($(
                        level(self.0.$i, strides[FIRST_OPERAND + $i], &mut stages[$i], n, repeats),
                    )+))
                }
            }

            #[inline(always)]
            fn staged(stages: &mut Self::Stages) -> Self {
                Self(($(stages[$i].ptr::<$t>().cast_const(),)+))
            }

            unsafe fn repeated(
                mut self,
                stages: &mut Self::Stages,
                which: &[bool],
                strides: &[isize],
                n: usize,
                copies: usize,
            ) -> Self {
                $(if which[FIRST_OPERAND + $i] {
                    for copy in 0..copies {
                        let stride = strides[FIRST_OPERAND + $i];
                        // SAFETY: by the caller; ROOM is the smallest of all.
                        unsafe { gather(self.0.$i, stride, &mut stages[$i], copy * n, n) };
                    }
                    self.0.$i = stages[$i].ptr::<$t>().cast_const();
                })+
                self
            }
        }

        impl<$($t: Copy),+> Level for $wrap<($(*const $t,)+)> {
            type Item = $item;

            #[inline(always)]
            #[allow(unused_variables)] // the place, of one operand that is the output
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
sources!(Single(A 0) false, A, |self, i, _out| self.0.0.add(i).read(), |_| None);
// Read from the output itself: no other pointer may lead to it there.
sources!(
    InPlace(A 0) true, A,
    |self, i, out| out.as_ptr().cast::<A>().read(),
    |p: (*const A,)| Some(p.0.cast_mut().cast())
);
sources!(A 0);
sources!(A 0, B 1);
sources!(A 0, B 1, C 2);
sources!(A 0, B 1, C 2, D 3);
sources!(A 0, B 1, C 2, D 3, E 4);
sources!(A 0, B 1, C 2, D 3, E 4, F 5);
sources!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
sources!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

/// Operands, and the index of each element along `N` axes: where the next one stands.
#[derive(Clone, Copy)]
pub(crate) struct Indexed<const N: usize, S> {
    pub(crate) sources: S,
    pub(crate) index: [isize; N],
}

impl<const N: usize, S: Sources> Sources for Indexed<N, S> {
    type Item = ([usize; N], S::Item);
    type Stages = ([Stage; N], S::Stages);
    type Level = LevelIndexed<N, S::Level>;
    const ROOM: usize = if S::ROOM < room::<usize>() { S::ROOM } else { room::<usize>() };
    const IN_PLACE: bool = S::IN_PLACE;

    #[inline(always)]
    fn stages() -> Self::Stages {
        ([const { Stage(MaybeUninit::uninit()) }; N], S::stages())
    }

    #[inline(always)]
    fn are_level(_: &[isize]) -> bool {
        false
    }

    #[inline(always)]
    fn advance(self, offsets: &[isize]) -> Self {
        let mut index = self.index;
        for (at, offset) in index.iter_mut().zip(&offsets[FIRST_INDEX..]) {
            *at += offset;
        }
        Self { sources: self.sources.advance(offsets), index }
    }

    #[inline(always)]
    unsafe fn gather(self, stages: &mut Self::Stages, strides: &[isize], to: usize, n: usize) {
        for k in 0..N {
            let (stage, stride) = (stages.0[k].ptr::<isize>(), strides[FIRST_INDEX + k]);
            for i in 0..n {
                // SAFETY: the stage has room for them, by the caller.
                unsafe { stage.add(to + i).write(self.index[k] + i as isize * stride) };
            }
        }
        // SAFETY: by the caller.
        unsafe { self.sources.gather(&mut stages.1, strides, to, n) };
    }

    #[inline(always)]
    unsafe fn level(
        self,
        stages: &mut Self::Stages,
        strides: &[isize],
        n: usize,
        repeats: usize,
    ) -> Self::Level {
        let mut index = [std::ptr::null(); N];
        for k in 0..N {
            let (stage, stride) = (stages.0[k].ptr::<isize>(), strides[FIRST_INDEX + k]);
            for i in 0..if stride == 0 { repeats } else { n } {
                // SAFETY: the stage has room for a block, and for one element always.
                unsafe { stage.add(i).write(self.index[k] + i as isize * stride) };
            }
            index[k] = stage.cast_const().cast();
        }
        // SAFETY: by the caller.
        let sources = unsafe { self.sources.level(&mut stages.1, strides, n, repeats) };
        LevelIndexed { sources, index }
    }

    #[inline(always)]
    fn staged(stages: &mut Self::Stages) -> Self::Level {
        let mut index = [std::ptr::null(); N];
        for (index, stage) in index.iter_mut().zip(&mut stages.0) {
            *index = stage.ptr::<usize>().cast_const();
        }
        LevelIndexed { sources: S::staged(&mut stages.1), index }
    }

    unsafe fn repeated(
        self,
        stages: &mut Self::Stages,
        which: &[bool],
        strides: &[isize],
        n: usize,
        copies: usize,
    ) -> Self {
        // Indices lie nowhere: `Axes::periods` finds none where there are some.
        // SAFETY: by the caller.
        let sources = unsafe { self.sources.repeated(&mut stages.1, which, strides, n, copies) };
        Self { sources, ..self }
    }
}

macro_rules! patterns {
    ($($n:literal: $index:ty = $($i:ident),*;)*) => {$(
        impl super::Pattern<$n> for $index {
            #[inline(always)]
            fn of([$($i),*]: [usize; $n]) -> Self {
                patterns!(@ $($i),*)
            }
        }
    )*};
    (@ $i:ident) => { $i };
    (@ $($i:ident),*) => { ($($i),*) };
}
patterns! {
    0: () = ;
    1: usize = i;
    2: (usize, usize) = i, j;
    3: (usize, usize, usize) = i, j, k;
    4: (usize, usize, usize, usize) = i, j, k, l;
    5: (usize, usize, usize, usize, usize) = i, j, k, l, m;
    6: (usize, usize, usize, usize, usize, usize) = i, j, k, l, m, n;
}

/// [`Indexed`] at unit stride.
#[derive(Clone, Copy)]
pub(crate) struct LevelIndexed<const N: usize, L> {
    sources: L,
    index: [*const usize; N],
}

impl<const N: usize, L: Level> Level for LevelIndexed<N, L> {
    type Item = ([usize; N], L::Item);

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    unsafe fn read<R>(self, i: usize, out: &MaybeUninit<R>) -> Self::Item {
        // A counted loop: `map` of arrays is a call, which is not compiled for the tier.
        let mut index = [0; N];
        for k in 0..N {
            // SAFETY: by the caller.
            index[k] = unsafe { self.index[k].add(i).read() };
        }
        // SAFETY: by the caller.
        (index, unsafe { self.sources.read(i, out) })
    }

    #[inline(always)]
    fn output<R>(self) -> Option<*mut R> {
        self.sources.output()
    }
}
