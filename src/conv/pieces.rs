//! Parts of lines.

use std::ops::Range;

use super::Border;
use super::geometry::Line;

/// Narrowest piece worth its own treatment: one block of the kernel.
pub(super) const PIECE: usize = 64;

/// Columns at an end that are read from copies, at least: one register of the kernel.
const END: usize = 16;

/// Columns read where they are, or from extended copies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) columns: Range<usize>,
    pub(super) copied: bool,
}

/// Which element of a line stands at `at`, counted in elements from its first.
#[inline]
pub(super) fn source<T>(line: &Line, border: &Border<T>, at: isize) -> Option<usize> {
    let width = line.width as isize;
    if width == 1 {
        return border.source(at, line.axis.from);
    }
    let pixel = border.source(at.div_euclid(width), line.axis.from)?;
    Some(pixel * line.width + at.rem_euclid(width) as usize)
}

/// Ends that need copies, and what lies between them.
pub(super) fn pieces(line: &Line, columns: Range<usize>) -> [Option<Piece>; 3] {
    let piece = |columns: Range<usize>, copied| Some(Piece { columns, copied });
    let (start, end) = (columns.start, columns.end);
    let (mut lo, mut hi) = (start, end);
    if start < line.before() {
        lo = line.before().max(start + END);
    }
    let last = line.from().saturating_sub(line.after());
    if end > last {
        hi = last.min(end.saturating_sub(END));
    }
    if line.axis.src == 1 && (lo, hi) == (start, end) {
        return [piece(columns, false), None, None];
    }
    if line.axis.src != 1 || hi < lo + PIECE {
        return [piece(columns, true), None, None];
    }
    [
        piece(start..lo, true).filter(|p| !p.columns.is_empty()),
        piece(lo..hi, false),
        piece(hi..end, true).filter(|p| !p.columns.is_empty()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::geometry::Axis;
    use super::*;

    /// Pieces cover the columns once; what is not copied stays within the line.
    #[test]
    fn pieces_cover_the_columns() {
        for len in [1, 5, 63, 64, 130, 200, 1000] {
            for (taps, before) in [(1, 0), (3, 1), (9, 8), (9, 0), (150, 75), (900, 3)] {
                for src in [1, 2] {
                    let axis = Axis { len, from: len, src, taps, before, ..Axis::UNIT };
                    let line = Line { axis, width: 1 };
                    for cols in [64, 256, len] {
                        for start in (0..len).step_by(cols) {
                            let columns = start..(start + cols).min(len);
                            let mut at = start;
                            for piece in pieces(&line, columns.clone()).into_iter().flatten() {
                                assert_eq!(piece.columns.start, at);
                                assert!(!piece.columns.is_empty());
                                at = piece.columns.end;
                                if !piece.copied {
                                    assert!(src == 1 && piece.columns.start >= line.before());
                                    assert!(piece.columns.end + line.after() <= len);
                                }
                            }
                            assert_eq!(at, columns.end);
                        }
                    }
                }
            }
        }
    }
}
