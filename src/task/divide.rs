//! Divide and conquer.

use std::ops::Range;

use crate::pool;

/// Runs `a` and `b`, at once if another thread has time for one of them, and gives
/// what both give.
///
/// A pair costs about half a microsecond when it is shown to others, and some nanoseconds
/// when everybody has enough to do: then `a` and `b` run in turn.
/// This is a place where a [`Control`](crate::Control) around it stops.
///
/// # Panics
/// With what `a` panics with, or else `b`.
///
/// # Examples
/// ```
/// let a = ndarray::Array2::<f64>::ones((50, 60));
/// let (sum, max) = swath::task::join(|| swath::sum(&a), || swath::max(&a));
/// assert_eq!((sum, max?), (3000.0, 1.0));
/// # Ok::<(), swath::Error>(())
/// ```
pub fn join<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    pool::pair(a, b)
}

/// A problem that falls into two smaller ones.
pub trait Divide: Sized {
    /// How large it is, in the unit of the grain.
    fn size(&self) -> usize;

    /// The two parts, each smaller than the whole. Called for sizes from 2 on.
    fn halves(self) -> (Self, Self);
}

impl Divide for Range<usize> {
    fn size(&self) -> usize {
        self.len()
    }

    fn halves(self) -> (Self, Self) {
        let middle = self.start + self.len() / 2;
        (self.start..middle, middle..self.end)
    }
}

impl<T> Divide for &[T] {
    fn size(&self) -> usize {
        self.len()
    }

    fn halves(self) -> (Self, Self) {
        self.split_at(self.len() / 2)
    }
}

impl<T> Divide for &mut [T] {
    fn size(&self) -> usize {
        self.len()
    }

    fn halves(self) -> (Self, Self) {
        let middle = self.len() / 2;
        self.split_at_mut(middle)
    }
}

/// Divides a problem until its parts are no larger than `grain`, solves these, and
/// merges the solutions of two halves, left and right.
///
/// How it is divided depends on sizes and grain alone, so the solution does not
/// depend on threads. A grain of 20-50 us of work costs nothing that shows; 0 counts
/// as 1. This is a place where a [`Control`](crate::Control) around it stops, before
/// each part.
///
/// # Panics
/// With what `solve` or `merge` panics with; of several the one furthest left.
///
/// # Examples
/// ```
/// let text = b"divide and conquer";
/// let spaces = swath::task::divide(
///     &text[..],
///     4,
///     |part| part.iter().filter(|c| **c == b' ').count(),
///     |left, right| left + right,
/// );
/// assert_eq!(spaces, 2);
/// ```
pub fn divide<P, R>(
    problem: P,
    grain: usize,
    solve: impl Fn(P) -> R + Sync,
    merge: impl Fn(R, R) -> R + Sync,
) -> R
where
    P: Divide + Send,
    R: Send,
{
    fn part<P: Divide + Send, R: Send>(
        problem: P,
        grain: usize,
        solve: &(impl Fn(P) -> R + Sync),
        merge: &(impl Fn(R, R) -> R + Sync),
    ) -> R {
        if problem.size() <= grain {
            pool::check();
            return solve(problem);
        }
        let (left, right) = problem.halves();
        let (left, right) =
            join(|| part(left, grain, solve, merge), || part(right, grain, solve, merge));
        merge(left, right)
    }
    part(problem, grain.max(1), &solve, &merge)
}
