//! Output tiles: a matrix cut into a grid of nearly equal rectangles.

use std::ops::Range;

/// A grid of tiles over `rows` x `cols`, numbered along the rows, so that consecutive
/// numbers share their rows, or down the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tiles {
    sides: [usize; 2],
    units: [usize; 2],
    parts: [usize; 2],
    down: bool,
}

impl Tiles {
    /// Cuts each side into a number of parts, at multiples of a unit; a side that
    /// has fewer units has fewer parts.
    #[inline]
    pub(crate) fn new(sides: [usize; 2], units: [usize; 2], parts: [usize; 2]) -> Self {
        let most = |i: usize| sides[i].div_ceil(units[i]);
        Self {
            sides,
            units,
            parts: [parts[0].clamp(1, most(0).max(1)), parts[1].clamp(1, most(1).max(1))],
            down: false,
        }
    }

    /// The same tiles, numbered down the columns if so.
    #[inline]
    pub(crate) fn down(self, down: bool) -> Self {
        Self { down, ..self }
    }

    /// How many tiles: none of an empty matrix.
    #[inline]
    pub(crate) fn n(&self) -> usize {
        if self.sides.contains(&0) { 0 } else { self.parts[0] * self.parts[1] }
    }

    /// Sides of the largest tile.
    #[inline]
    pub(crate) fn largest(&self) -> [usize; 2] {
        [0, 1].map(|i| {
            let units = self.sides[i].div_ceil(self.units[i]).div_ceil(self.parts[i]);
            (units * self.units[i]).min(self.sides[i])
        })
    }

    /// Rows and columns of tile `i`.
    #[inline]
    pub(crate) fn range(&self, i: usize) -> [Range<usize>; 2] {
        if self.down {
            return [self.part(0, i % self.parts[0]), self.part(1, i / self.parts[0])];
        }
        [self.part(0, i / self.parts[1]), self.part(1, i % self.parts[1])]
    }

    /// Part `i` of a side: units are dealt out evenly.
    #[inline]
    fn part(&self, side: usize, i: usize) -> Range<usize> {
        let (len, unit, parts) = (self.sides[side], self.units[side], self.parts[side]);
        let units = len.div_ceil(unit);
        let (each, more) = (units / parts, units % parts);
        let start = |i: usize| ((i * each + i.min(more)) * unit).min(len);
        start(i)..start(i + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_every_element_once() {
        for rows in [0, 1, 15, 16, 17, 100, 257] {
            for cols in [0, 1, 16, 33, 250, 600] {
                for parts in [[1, 1], [2, 3], [7, 1], [100, 100]] {
                    let tiles = Tiles::new([rows, cols], [8, 48], parts).down(rows % 2 == 1);
                    let mut seen = vec![0; rows * cols];
                    let largest = tiles.largest();
                    for i in 0..tiles.n() {
                        let [r, c] = tiles.range(i);
                        assert!(!r.is_empty() && !c.is_empty());
                        assert!(r.len() <= largest[0] && c.len() <= largest[1]);
                        assert!(r.start.is_multiple_of(8) && c.start.is_multiple_of(48));
                        for y in r {
                            c.clone().for_each(|x| seen[y * cols + x] += 1);
                        }
                    }
                    assert!(seen.iter().all(|&n| n == 1), "{rows} {cols} {parts:?}");
                }
            }
        }
    }

    #[test]
    fn parts_differ_by_a_unit_at_most() {
        let tiles = Tiles::new([1008, 100], [8, 48], [16, 1]);
        let lens: Vec<_> = (0..tiles.n()).map(|i| tiles.range(i)[0].len()).collect();
        assert_eq!(tiles.n(), 16);
        assert!(lens.iter().all(|&len| len == 64 || len == 56), "{lens:?}");
        assert_eq!(tiles.largest(), [64, 100]);
    }

    #[test]
    fn sides_near_the_address_space_do_not_overflow() {
        let tall = Tiles::new([1 << 40, 1], [8, 48], [1 << 20, 1]);
        assert_eq!(tall.range(tall.n() - 1)[0].end, 1 << 40);
        assert_eq!(tall.largest(), [1 << 20, 1]);
    }
}
