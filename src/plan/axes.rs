//! The axes of one or more strided views, walked together.
//!
//! ```text
//! drop the axes of length 1
//! (any order) turn axes whose leading stride is negative
//! (any order) sort by the leading stride, longest stride outermost
//! merge neighbours that every operand walks as one
//! ```
//! What is left is a list of runs: positions along the innermost axis, at an
//! offset from each operand's first element. Operand 0 leads: for a map it is
//! the output, for a reduction the input.

use std::ops::Range;

use super::List;

/// One axis: how long, and each operand's stride in elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axis<const K: usize> {
    pub(crate) len: usize,
    pub(crate) strides: [isize; K],
}

/// The axes of `K` operands of one shape.
#[derive(Debug, Clone)]
pub(crate) struct Axes<const K: usize> {
    /// Outermost first; never empty: a single element is an axis of length 1.
    list: List<Axis<K>>,
    /// Where the first element in walking order stands from each operand's
    /// first element, in elements: not zero where an axis was turned.
    start: [isize; K],
    len: usize,
}

/// A stretch of elements along the innermost axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run<const K: usize> {
    /// The place of its first element from each operand's first element, in elements.
    pub(crate) offsets: [isize; K],
    pub(crate) len: usize,
}

/// See [`Axes::periods`].
#[derive(Debug, Clone)]
pub(crate) struct Periods<const K: usize> {
    pub(crate) which: [bool; K],
    pub(crate) copies: usize,
    pub(crate) parts: [Axes<K>; 2],
}

impl<const K: usize> Axes<K> {
    const UNIT: Axis<K> = Axis { len: 1, strides: [0; K] };

    /// Axes in the order of the array (the last index runs fastest), neighbours merged.
    #[inline]
    pub(crate) fn in_order(shape: &[usize], strides: [&[isize]; K]) -> Self {
        Self::in_order_of(each(shape, strides))
    }

    /// The same of axes one by one.
    #[inline]
    pub(crate) fn in_order_of(axes: impl Iterator<Item = Axis<K>>) -> Self {
        Self::read(axes).merge()
    }

    /// Axes in the order of memory: by operand 0's strides, the longest
    /// outermost; axes that operand 0 walks backwards are turned.
    #[inline]
    pub(crate) fn in_memory_order(shape: &[usize], strides: [&[isize]; K]) -> Self {
        Self::in_memory_order_of(each(shape, strides))
    }

    /// The same of axes one by one.
    #[inline]
    pub(crate) fn in_memory_order_of(axes: impl Iterator<Item = Axis<K>>) -> Self {
        let mut axes = Self::read(axes);
        axes.turn();
        // Stable: among equal strides (all zero, when broadcast) the order of the
        // array stays. By every operand in turn, so that ties fall to the next.
        let key = |a: &Axis<K>| a.strides.map(isize::unsigned_abs);
        let list = axes.list.as_mut_slice();
        if !list.is_sorted_by_key(|a| std::cmp::Reverse(key(a))) {
            list.sort_by_key(|a| std::cmp::Reverse(key(a)));
        }
        axes.merge()
    }

    #[inline]
    fn read(axes: impl Iterator<Item = Axis<K>>) -> Self {
        let mut list = List::new(Self::UNIT);
        let mut len = 1;
        for axis in axes {
            len *= axis.len;
            if axis.len != 1 {
                list.push(axis);
            }
        }
        Self { list, start: [0; K], len }
    }

    fn turn(&mut self) {
        if self.len == 0 {
            return;
        }
        for axis in self.list.as_mut_slice() {
            let first = axis.strides.iter().find(|&&s| s != 0);
            if first.is_some_and(|&s| s < 0) {
                for (start, stride) in self.start.iter_mut().zip(&mut axis.strides) {
                    *start += (axis.len as isize - 1) * *stride;
                    *stride = -*stride;
                }
            }
        }
    }

    #[inline]
    fn merge(mut self) -> Self {
        if self.len == 0 {
            self.list.truncate(0);
            self.list.push(Axis { len: 0, strides: [0; K] });
            return self;
        }
        let list = self.list.as_mut_slice();
        let mut kept = 0;
        for i in 1..list.len() {
            let (outer, inner) = (list[kept], list[i]);
            let joins = (0..K).all(|k| outer.strides[k] == inner.strides[k] * inner.len as isize);
            if joins {
                list[kept] = Axis { len: outer.len * inner.len, strides: inner.strides };
            } else {
                kept += 1;
                list[kept] = inner;
            }
        }
        if list.is_empty() {
            self.list.push(Self::UNIT);
        } else {
            self.list.truncate(kept + 1);
        }
        self
    }

    /// Where the innermost axis is short, and along the next one every operand either goes on
    /// or repeats (a row that is added to each of many): which operands repeat, how often the
    /// row goes into `room` elements, and the same elements by so many rows at a time, those
    /// that repeat being `copies` rows in one piece; and the rows that are left over, which
    /// come last in the order of the axes if there are but two.
    pub(crate) fn periods(&self, room: usize) -> Option<Periods<K>> {
        let [others @ .., outer, inner] = self.list.as_slice() else { return None };
        let goes_on = |k: usize| outer.strides[k] == inner.strides[k] * inner.len as isize;
        let which: [bool; K] = std::array::from_fn(|k| !goes_on(k));
        let copies = (room / inner.len.max(1)).min(outer.len);
        let moves = |k: usize| others.iter().chain([outer]).any(|axis| axis.strides[k] != 0);
        if copies < 2 || (0..K).any(|k| which[k] && (k < 2 || moves(k))) {
            return None;
        }
        let part = |first: usize, rows: usize, pieces: usize| {
            let mut axes = self.clone();
            let row: [isize; K] =
                std::array::from_fn(|k| if which[k] { 0 } else { outer.strides[k] });
            // Those that repeat begin where their copies do.
            let start = |k| if which[k] { 0 } else { self.start[k] + first as isize * row[k] };
            axes.start = std::array::from_fn(start);
            let within = std::array::from_fn(|k| if which[k] { 1 } else { inner.strides[k] });
            let at = self.list.as_slice().len() - 2;
            let list = axes.list.as_mut_slice();
            list[at] = Axis { len: pieces, strides: row.map(|s| s * rows as isize) };
            list[at + 1] = Axis { len: rows * inner.len, strides: within };
            axes.len = self.len / outer.len * rows * pieces;
            axes
        };
        let pieces = outer.len / copies;
        let rest = outer.len - pieces * copies;
        Some(Periods {
            which,
            copies,
            parts: [part(0, copies, pieces), part(pieces * copies, rest, 1)],
        })
    }

    /// Whether there are but two axes, or one.
    pub(crate) fn is_plane(&self) -> bool {
        self.list.as_slice().len() <= 2
    }

    /// Where the first element in walking order stands from each operand's first.
    pub(crate) fn start(&self) -> &[isize; K] {
        &self.start
    }

    /// The same elements by tiles, where some operand's lie closer along another axis than
    /// along the innermost: stretches of `side` elements along the innermost, for all of the
    /// other axis, then the next stretches, so that what one line fetches the next ones find
    /// in the cache; and what is left where `side` does not divide the innermost axis.
    pub(crate) fn tiled(&self, side: usize) -> Option<[Self; 2]> {
        let (inner, outer) = self.list.as_slice().split_last()?;
        let far = |k: &usize| inner.strides[*k].unsigned_abs();
        let worst = (1..K).max_by_key(far)?;
        let closer =
            |axis: &Axis<K>| (1..far(&worst)).contains(&axis.strides[worst].unsigned_abs());
        let at = (0..outer.len())
            .filter(|&i| closer(&outer[i]))
            .min_by_key(|&i| outer[i].strides[worst].unsigned_abs())?;
        if inner.len < 2 * side || outer[at].len < 2 {
            return None;
        }
        let whole = inner.len / side;
        let part = |stretches: usize, len: usize| {
            let mut list = List::new(Self::UNIT);
            outer
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .for_each(|(_, axis)| list.push(*axis));
            if stretches > 1 {
                list.push(Axis {
                    len: stretches,
                    strides: inner.strides.map(|s| s * side as isize),
                });
            }
            list.push(outer[at]);
            list.push(Axis { len, strides: inner.strides });
            let elements = self.len / inner.len * stretches * len;
            Self { list, start: self.start, len: elements }
        };
        let (main, mut rest) = (part(whole, side), part(1, inner.len - whole * side));
        for (start, stride) in rest.start.iter_mut().zip(inner.strides) {
            *start += (whole * side) as isize * stride;
        }
        Some([main, rest])
    }

    /// How many elements there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The innermost axis.
    #[inline]
    pub(crate) fn inner(&self) -> Axis<K> {
        let list = self.list.as_slice();
        list[list.len() - 1]
    }

    /// All axes, outermost first.
    #[cfg(test)]
    pub(crate) fn as_slice(&self) -> &[Axis<K>] {
        self.list.as_slice()
    }

    /// The elements `range` in walking order, if there is but one axis.
    #[inline]
    pub(crate) fn single_run(&self, range: Range<usize>) -> Option<Run<K>> {
        let [axis] = self.list.as_slice() else { return None };
        let mut offsets = self.start;
        for (k, offset) in offsets.iter_mut().enumerate() {
            *offset += range.start as isize * axis.strides[k];
        }
        Some(Run { offsets, len: range.end - range.start })
    }

    /// The runs that hold the elements `range` in walking order. The first and
    /// the last may be parts of a line along the innermost axis.
    pub(crate) fn runs(&self, range: Range<usize>) -> Runs<'_, K> {
        debug_assert!(range.start <= range.end && range.end <= self.len);
        let list = self.list.as_slice();
        let (inner, outer) = (list[list.len() - 1], &list[..list.len() - 1]);
        let mut runs = Runs {
            inner,
            outer,
            index: List::new(0),
            line: self.start,
            at: 0,
            left: range.end - range.start,
        };
        if runs.left == 0 {
            return runs;
        }
        runs.at = range.start % inner.len;
        let mut line = range.start / inner.len;
        outer.iter().for_each(|_| runs.index.push(0));
        for (axis, index) in outer.iter().zip(runs.index.as_mut_slice()).rev() {
            *index = line % axis.len;
            line /= axis.len;
            for (place, stride) in runs.line.iter_mut().zip(&axis.strides) {
                *place += *index as isize * stride;
            }
        }
        runs
    }
}

/// The axes of operands of one shape.
#[inline]
fn each<const K: usize>(shape: &[usize], strides: [&[isize]; K]) -> impl Iterator<Item = Axis<K>> {
    shape.iter().enumerate().map(move |(i, &len)| Axis { len, strides: strides.map(|s| s[i]) })
}

/// Iterator over [`Run`]s.
#[derive(Debug, Clone)]
pub(crate) struct Runs<'a, const K: usize> {
    inner: Axis<K>,
    outer: &'a [Axis<K>],
    index: List<usize>,
    /// Offsets of the current line's first element.
    line: [isize; K],
    /// Position within the line.
    at: usize,
    left: usize,
}

impl<const K: usize> Iterator for Runs<'_, K> {
    type Item = Run<K>;

    #[inline]
    fn next(&mut self) -> Option<Run<K>> {
        if self.left == 0 {
            return None;
        }
        let len = self.left.min(self.inner.len - self.at);
        let mut offsets = self.line;
        for (k, offset) in offsets.iter_mut().enumerate() {
            *offset += self.at as isize * self.inner.strides[k];
        }
        self.left -= len;
        self.at = 0;
        if self.left > 0 {
            self.next_line();
        }
        Some(Run { offsets, len })
    }
}

impl<const K: usize> Runs<'_, K> {
    fn next_line(&mut self) {
        for (axis, index) in self.outer.iter().zip(self.index.as_mut_slice()).rev() {
            *index += 1;
            if *index < axis.len {
                for (k, place) in self.line.iter_mut().enumerate() {
                    *place += axis.strides[k];
                }
                return;
            }
            *index = 0;
            for (k, place) in self.line.iter_mut().enumerate() {
                *place -= (axis.len as isize - 1) * axis.strides[k];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every element's offsets, by the definition of strides.
    fn by_definition(shape: &[usize], strides: [&[isize]; 2]) -> Vec<[isize; 2]> {
        let mut all = vec![[0, 0]];
        for (i, &n) in shape.iter().enumerate() {
            all = all
                .iter()
                .flat_map(|o| {
                    (0..n as isize)
                        .map(move |j| [o[0] + j * strides[0][i], o[1] + j * strides[1][i]])
                })
                .collect();
        }
        all
    }

    fn walked(axes: &Axes<2>, range: Range<usize>) -> Vec<[isize; 2]> {
        let inner = axes.inner();
        axes.runs(range)
            .flat_map(|run| {
                (0..run.len as isize)
                    .map(move |j| [0, 1].map(|k| run.offsets[k] + j * inner.strides[k]))
            })
            .collect()
    }

    const CASES: &[(&[usize], &[isize], &[isize])] = &[
        (&[], &[], &[]),
        (&[5], &[1], &[-2]),
        (&[3, 4], &[4, 1], &[4, 1]),
        (&[3, 4], &[1, 3], &[4, 1]),
        (&[3, 4], &[-4, -1], &[0, 1]),
        (&[2, 1, 3, 4], &[12, 7, -4, 1], &[0, 0, 4, 1]),
        (&[2, 3, 2, 2, 2, 2, 2, 2, 2, 2], &[2000, 601, -300, 140, 70, 30, 15, 7, 3, 1], &[0; 10]),
        (&[2, 0, 3], &[3, 3, 1], &[3, 3, 1]),
    ];

    #[test]
    fn in_order_walks_the_array_order_in_any_range() {
        for &(shape, a, b) in CASES {
            let expected = by_definition(shape, [a, b]);
            let axes = Axes::in_order(shape, [a, b]);
            assert_eq!(axes.len(), expected.len());
            for lo in (0..=expected.len()).step_by(1 + expected.len() / 7) {
                for hi in (lo..=expected.len()).step_by(1 + expected.len() / 7) {
                    assert_eq!(walked(&axes, lo..hi), expected[lo..hi], "{shape:?} {lo}..{hi}");
                    let single = axes.single_run(lo..hi);
                    assert_eq!(single.is_some(), axes.as_slice().len() == 1);
                    if let Some(run) = single.filter(|run| run.len > 0) {
                        assert_eq!(Some(run), axes.runs(lo..hi).next());
                    }
                }
            }
        }
    }

    #[test]
    fn in_memory_order_walks_the_same_pairs_in_rising_order() {
        for &(shape, a, b) in CASES {
            let mut expected = by_definition(shape, [a, b]);
            let axes = Axes::in_memory_order(shape, [a, b]);
            let mut got = walked(&axes, 0..axes.len());
            assert!(got.is_sorted_by_key(|o| o[0]), "{shape:?}");
            expected.sort_unstable();
            got.sort_unstable();
            assert_eq!(got, expected, "{shape:?}");
        }
    }

    #[test]
    fn periods_hold_every_pair_once() {
        // Operand 3 repeats; its copies lie in one piece, so its place is known by the rest.
        for (rows, n) in [(100, 3), (41, 8), (2, 5), (7, 1)] {
            let (shape, plain, row) =
                ([2, rows, n], [(rows * n) as isize, n as isize, 1], [0, 0, 7]);
            let axes = Axes::in_memory_order(&shape, [&plain, &plain, &plain, &row]);
            let Some(Periods { which, copies, parts }) = axes.periods(40) else {
                assert_eq!(n, 1, "{rows}");
                continue;
            };
            assert_eq!((which, copies), ([false, false, false, true], (40 / n).min(2 * rows)));
            let mut got = Vec::new();
            for part in &parts {
                for run in part.runs(0..part.len()) {
                    for j in 0..run.len as isize {
                        let place = run.offsets[0] + j * part.inner().strides[0];
                        assert_eq!((run.offsets[3] + j) % n as isize, place % n as isize);
                        got.push(place);
                    }
                }
            }
            got.sort_unstable();
            assert!(got.into_iter().eq(0..(2 * rows * n) as isize), "{rows} {n}");
        }
        let column = Axes::in_memory_order(&[50, 4], [&[4, 1], &[4, 1], &[1, 0]]);
        assert!(column.periods(40).is_none());
    }

    #[test]
    fn tiles_hold_every_pair_once() {
        let plain = Axes::in_memory_order(&[30, 40], [&[40, 1], &[80, 2]]);
        assert!(plain.tiled(8).is_none());
        let turned: [(&[usize], &[isize], &[isize]); 3] = [
            (&[30, 40], &[40, 1], &[1, 30]),
            (&[5, 30, 43], &[1290, 43, 1], &[-1, 215, 5]),
            (&[30, 16], &[16, 1], &[-1, -30]),
        ];
        for (shape, a, b) in turned {
            let mut expected = by_definition(shape, [a, b]);
            let [main, rest] = Axes::in_memory_order(shape, [a, b]).tiled(8).unwrap();
            let mut got = walked(&main, 0..main.len());
            got.extend(walked(&rest, 0..rest.len()));
            assert_eq!(main.inner().len, 8);
            expected.sort_unstable();
            got.sort_unstable();
            assert_eq!(got, expected, "{shape:?}");
        }
    }

    #[test]
    fn merges_what_every_operand_walks_as_one() {
        let c = Axes::in_order(&[3, 4, 5], [&[20, 5, 1], &[20, 5, 1]]);
        assert_eq!(c.as_slice(), [Axis { len: 60, strides: [1, 1] }]);
        let f = Axes::in_memory_order(&[3, 4, 5], [&[1, 3, 12], &[1, 3, 12]]);
        assert_eq!(f.as_slice(), [Axis { len: 60, strides: [1, 1] }]);
        let row = Axes::in_memory_order(&[3, 4], [&[4, 1], &[0, 1]]);
        assert_eq!(row.as_slice().len(), 2);
        let scalar = Axes::in_memory_order(&[3, 4], [&[4, 1], &[0, 0]]);
        assert_eq!(scalar.as_slice(), [Axis { len: 12, strides: [1, 0] }]);
    }
}
