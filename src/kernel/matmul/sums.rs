//! Sums of K-blocks, each a matrix of its own, added to C in order.
//!
//! ```text
//! for each piece of 64 elements of a row
//!     acc[..] = c[..]
//!     for each block: acc[..] = acc[..] + alpha * sums[block][..]
//!     c[..] = acc[..]
//! ```

use crate::element::Element;
use crate::simd::{self, Kernel};

use super::{Out, steps};

/// Sums that are to be added to one row of C.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums<T> {
    /// The row, and how many elements it has.
    pub(crate) row: Out<T>,
    pub(crate) n: usize,
    pub(crate) alpha: T,
    /// The row of the first sum; those of the others, `count` in all, are `apart`.
    pub(crate) from: *const T,
    pub(crate) count: usize,
    pub(crate) apart: usize,
}

/// Adds them.
///
/// # Safety
/// The row may be read and written, and the sums be read.
pub(crate) unsafe fn add_sums<T: Element>(sums: &Sums<T>) {
    simd::dispatch(Add(sums));
}

struct Add<'a, T>(&'a Sums<T>);

const PIECE: usize = 64;

impl<T: Element> Kernel for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let s = self.0;
        for js in steps(s.n, PIECE) {
            let at = |j: usize| s.row.ptr.wrapping_offset(j as isize * s.row.cs);
            let mut acc = [T::ZERO; PIECE];
            // SAFETY: elements below n of the row and of each sum, the promise to `add_sums`.
            unsafe {
                js.clone().zip(&mut acc).for_each(|(j, acc)| *acc = *at(j));
                for block in 0..s.count {
                    let from = s.from.wrapping_add(block * s.apart + js.start);
                    let sum = std::slice::from_raw_parts(from, js.len());
                    for (acc, &x) in acc.iter_mut().zip(sum) {
                        *acc = T::plus(*acc, T::times(s.alpha, x));
                    }
                }
                js.clone().zip(acc).for_each(|(j, acc)| *at(j) = acc);
            }
        }
    }
}
