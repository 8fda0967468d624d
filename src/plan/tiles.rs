//! Output tiles: a matrix cut into a grid of nearly equal rectangles.

use std::ops::Range;

use crate::tuning;

/// A grid of tiles over `rows` x `cols`, numbered along the rows: consecutive
/// numbers share their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tiles {
    rows: usize,
    cols: usize,
    tile_rows: usize,
    tile_cols: usize,
    /// Tiles side by side.
    across: usize,
    n: usize,
}

impl Tiles {
    /// Cuts into tiles of at most `largest`, sides in multiples of `unit` (except
    /// at the far ends), of `element_bytes` an element.
    ///
    /// Aims at `wanted` tiles when all of it costs `cost_ns` and each tile still
    /// is worth a chunk, and at an even number of them: two threads end together.
    pub(crate) fn new(
        [rows, cols]: [usize; 2],
        largest: [usize; 2],
        unit: usize,
        element_bytes: usize,
        cost_ns: f64,
        wanted: usize,
    ) -> Self {
        let mut largest = largest;
        if let Some(bytes) = tuning::CHUNK.get() {
            let side = (bytes as usize / element_bytes.max(1)).isqrt() / unit * unit;
            largest = largest.map(|most| most.min(side.max(unit)));
        }
        let side = |len: usize, parts: usize| len.div_ceil(parts.max(1)).next_multiple_of(unit);
        let mut parts = [rows.div_ceil(largest[0]), cols.div_ceil(largest[1])];
        let wanted = wanted.min((cost_ns / tuning::CHUNK_NS) as usize);
        while parts[0] * parts[1] < wanted {
            let sides = [side(rows, parts[0]), side(cols, parts[1])];
            let longer = usize::from(sides[1] > sides[0]);
            if sides[longer] <= unit {
                break;
            }
            parts[longer] *= 2;
        }
        // Odd times odd: one more row of tiles makes the number even.
        if parts[0] > 1 && parts[0] % 2 == 1 && parts[1] % 2 == 1 {
            parts[0] += 1;
        }
        let (tile_rows, tile_cols) = (side(rows, parts[0]), side(cols, parts[1]));
        let (down, across) = (rows.div_ceil(tile_rows.max(1)), cols.div_ceil(tile_cols.max(1)));
        Self { rows, cols, tile_rows, tile_cols, across, n: down * across }
    }

    /// How many tiles: none of an empty matrix.
    #[inline]
    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// Elements of a full tile.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.tile_rows.min(self.rows) * self.tile_cols.min(self.cols)
    }

    /// Rows and columns of tile `i`.
    #[inline]
    pub(crate) fn range(&self, i: usize) -> [Range<usize>; 2] {
        let top = i / self.across * self.tile_rows;
        let left = i % self.across * self.tile_cols;
        [top..(top + self.tile_rows).min(self.rows), left..(left + self.tile_cols).min(self.cols)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_every_element_once() {
        for rows in [0, 1, 15, 16, 17, 100, 257] {
            for cols in [0, 1, 16, 33, 250, 600] {
                for cost in [0.0, 1e6, 1e9] {
                    let tiles = Tiles::new([rows, cols], [64, 128], 16, 4, cost, 8);
                    let mut seen = vec![0; rows * cols];
                    for i in 0..tiles.n() {
                        let [r, c] = tiles.range(i);
                        assert!(!r.is_empty() && !c.is_empty());
                        assert!(r.len() <= 64 && c.len() <= 128);
                        assert!(r.start.is_multiple_of(16) && c.start.is_multiple_of(16));
                        for y in r {
                            c.clone().for_each(|x| seen[y * cols + x] += 1);
                        }
                    }
                    assert!(seen.iter().all(|&n| n == 1), "{rows} {cols} {cost}");
                }
            }
        }
    }

    #[test]
    fn large_squares_make_an_even_number() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        for n in [256, 512, 1000, 1024, 2048, 3000, 4096] {
            let tiles = Tiles::new([n, n], [256, 512], 16, 4, 1e9, 8);
            assert!(tiles.n() >= 8 && tiles.n().is_multiple_of(2), "{n}: {tiles:?}");
        }
        let one = Tiles::new([64, 64], [256, 512], 16, 4, 8e3, 8);
        assert_eq!(one.n(), 1);
    }

    #[test]
    fn sides_near_the_address_space_do_not_overflow() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        let tall = Tiles::new([1 << 40, 1], [256, 512], 16, 4, 1e12, 8);
        assert_eq!(tall.range(tall.n() - 1)[0].end, 1 << 40);
        assert_eq!(tall.len(), 256);
    }
}
