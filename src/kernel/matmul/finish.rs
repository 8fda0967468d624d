//! A user's function on a part of C that has just been computed.
//!
//! ```text
//! for i in rows
//!     for j in columns: c[i][j] = f(c[i][j], operand[i][j])
//! ```

use std::ops::Range;

use crate::element::Element;
use crate::simd::{self, Kernel};

use super::{In, Out};

/// C, and what goes with each of its elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finish<T> {
    pub(crate) c: Out<T>,
    pub(crate) operand: In<T>,
}

/// Applies `f` to a part of C.
///
/// # Safety
/// The part may be read and written, and the operand be read there.
pub(crate) unsafe fn finish<T: Element>(
    last: &Finish<T>,
    rows: Range<usize>,
    cols: Range<usize>,
    f: &impl Fn(T, T) -> T,
) {
    simd::dispatch(Part { last, rows, cols, f });
}

struct Part<'a, T, F> {
    last: &'a Finish<T>,
    rows: Range<usize>,
    cols: Range<usize>,
    f: &'a F,
}

impl<T: Element, F: Fn(T, T) -> T> Kernel for Part<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (c, y, n) = (self.last.c, self.last.operand, self.cols.len());
        for i in self.rows {
            let (c_row, y_row) = (c.at(i, self.cols.start), y.at(i, self.cols.start));
            // SAFETY: elements of the part, the promise to `finish`.
            unsafe {
                if c.cs == 1 && y.cs == 1 {
                    for j in 0..n {
                        *c_row.add(j) = (self.f)(*c_row.add(j), *y_row.add(j));
                    }
                } else {
                    for j in 0..n {
                        let (x, y) = (c.at(i, self.cols.start + j), y.at(i, self.cols.start + j));
                        *x = (self.f)(*x, *y);
                    }
                }
            }
        }
    }
}
