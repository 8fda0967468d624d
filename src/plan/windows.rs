//! Windows of an output that a filter moves over: strips of lines, blocks of columns.

use std::ops::Range;

use super::Chunks;
use crate::tuning;

/// What a window costs and needs, for each of its elements or lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// Lines and columns that lie under the filter besides the window's own.
    pub(crate) halo: [usize; 2],
    /// Lines on other planes under the filter, for each line.
    pub(crate) around: usize,
    /// Bytes of an element.
    pub(crate) bytes: usize,
    /// Whether a line that several windows read costs as much in each of them.
    pub(crate) repeated: bool,
    /// Whether the lines then go through a filter along them, for which they had better be long.
    pub(crate) along: bool,
    /// What an element costs, in ns.
    pub(crate) ns: f64,
}

/// Planes of lines cut into windows, and windows into chunks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Windows {
    shape: [usize; 2],
    /// Lines and columns of a window, at most.
    sides: [usize; 2],
    /// Windows of a plane, down and across.
    n: [usize; 2],
    chunks: Chunks,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    pub(crate) plane: usize,
    pub(crate) lines: Range<usize>,
    pub(crate) columns: Range<usize>,
}

impl Windows {
    /// Cuts `planes` of `shape` lines and columns, none of them 0.
    ///
    /// The lines under a filter over four lines of a window fit L2 together; its columns
    /// are multiples of `unit`, its lines of four, but at the far ends.
    pub(crate) fn new(planes: usize, shape: [usize; 2], unit: usize, reach: Reach) -> Self {
        let [lines, cols] = shape;
        let [halo_lines, halo_cols] = reach.halo;
        let most = if reach.repeated { halo_lines.saturating_mul(tuning::BOX_LINES) } else { 0 };
        let mut strip = lines.min(tuning::CONV_LINES.max(most));
        // What the next lines read again: boxes that of the whole strip.
        let again = if reach.repeated { strip } else { strip.min(4) };
        let under = again.saturating_add(halo_lines).saturating_mul(reach.around);
        let bytes = tuning::CONV_WINDOW_BYTES * if reach.along { 2 } else { 1 };
        let fit = bytes / under.saturating_mul(reach.bytes).max(1);
        let least = halo_cols.saturating_mul(4).clamp(tuning::CONV_COLS_MIN, tuning::CONV_COLS);
        let mut block = fit.saturating_sub(halo_cols).clamp(least, tuning::CONV_COLS);
        match tuning::CHUNK.get() {
            Some(bytes) => {
                block = block.min(bytes as usize / reach.bytes.max(1));
                strip = strip.min(4);
            }
            None => {
                let line_ns = cols.min(block) as f64 * reach.ns;
                let most = (2.0 * tuning::CHUNK_NS / line_ns.max(1e-3)) as usize;
                strip = strip.min(most.max(8));
            }
        }
        let even = |len: usize, most: usize, unit: usize| {
            len.div_ceil(len.div_ceil(most.max(1))).next_multiple_of(unit).min(len)
        };
        let sides = [even(lines, strip, 4), even(cols, block, unit)];
        let n = [lines.div_ceil(sides[0]), cols.div_ceil(sides[1])];
        let area = sides[0] * sides[1];
        let all = planes.saturating_mul(n[0] * n[1]);
        let line_ns = tuning::CONV_LINE_NS * sides[0] as f64;
        let chunks = Chunks::new(all, 2 * area * reach.bytes, area as f64 * reach.ns + line_ns, 1);
        Self { shape, sides, n, chunks }
    }

    /// How the windows are cut into chunks.
    pub(crate) fn chunks(&self) -> &Chunks {
        &self.chunks
    }

    /// Lines and columns of the largest window.
    pub(crate) fn sides(&self) -> [usize; 2] {
        self.sides
    }

    /// The windows of chunk `i`.
    pub(crate) fn of(&self, i: usize) -> impl Iterator<Item = Window> + use<> {
        let (shape, sides, [down, across]) = (self.shape, self.sides, self.n);
        let range = move |i: usize, d: usize| {
            let start: usize = i * sides[d];
            start..(start + sides[d]).min(shape[d])
        };
        self.chunks.range(i).map(move |at| Window {
            plane: at / across / down,
            lines: range(at / across % down, 0),
            columns: range(at % across, 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_every_element_once() {
        for [planes, lines, cols] in
            [[1, 1, 1], [1, 70, 300], [3, 5, 64], [1, 1, 100_000], [2, 1000, 3], [300, 2, 7]]
        {
            for (halo, around) in [([0, 0], 1), ([2, 2], 1), ([80, 80], 3), ([1 << 40, 1 << 50], 9)]
            {
                for ns in [0.0, 0.1, 1e4] {
                    let reach = Reach {
                        halo,
                        around,
                        bytes: 4,
                        repeated: around == 3,
                        along: around == 9,
                        ns,
                    };
                    let windows = Windows::new(planes, [lines, cols], 64, reach);
                    let mut seen = vec![0u8; planes * lines * cols];
                    for window in (0..windows.chunks().n()).flat_map(|i| windows.of(i)) {
                        assert!(window.lines.len() <= windows.sides()[0]);
                        assert!(window.columns.len() <= windows.sides()[1]);
                        for y in window.lines {
                            for x in window.columns.clone() {
                                seen[(window.plane * lines + y) * cols + x] += 1;
                            }
                        }
                    }
                    assert!(seen.iter().all(|&n| n == 1), "{planes} {lines} {cols} {halo:?}");
                }
            }
        }
    }
}
