//! One block of floats: lanes, folded by halves.
//!
//! The lanes stay in registers: every index into them is a constant, because the
//! last, partial group is filled up with elements that change nothing.

use super::Steps;
use super::table::pick;
use crate::kernel::ahead::fetch_line;
use crate::tuning::CACHE_LINE;

/// One block: `L` lanes, folded by halves. `neutral` changes no lane, nor does a
/// lane that has seen nothing.
#[inline(always)]
pub(super) fn lanes<S: Steps<K>, const K: usize, const L: usize>(
    steps: S,
    items: [&[S::Item]; K],
    neutral: [S::Item; K],
    merge: impl Fn(S::Lane, S::Lane) -> S::Lane,
) -> S::Total {
    let n = items[0].len();
    let mut lanes = [steps.start(); L];
    let whole: [&[[S::Item; L]]; K] = items.map(|slice| slice[..n].as_chunks::<L>().0);
    for i in 0..n / L {
        if S::AHEAD > 0 {
            for groups in &whole {
                fetch::<_, L>(&groups[i], S::AHEAD);
            }
        }
        group(steps, i * L, &mut lanes, whole.map(|groups| &groups[i]));
    }
    let rest = n % L;
    if rest > 0 {
        let mut last: [[S::Item; L]; K] = neutral.map(|item| [item; L]);
        for k in 0..K {
            last[k][..rest].copy_from_slice(&items[k][n - rest..]);
        }
        group(steps, n - rest, &mut lanes, last.each_ref());
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = merge(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    steps.total(lanes[0])
}

/// The same where no element changes nothing: those after the last whole group are taken
/// by lanes in memory.
#[inline(always)]
pub(super) fn lanes_and_rest<S: Steps<K>, const K: usize, const L: usize>(
    steps: S,
    items: [&[S::Item]; K],
    merge: impl Fn(S::Lane, S::Lane) -> S::Lane,
) -> S::Total {
    let n = items[0].len();
    let mut lanes = [steps.start(); L];
    let whole: [&[[S::Item; L]]; K] = items.map(|slice| slice[..n].as_chunks::<L>().0);
    for i in 0..n / L {
        group(steps, i * L, &mut lanes, whole.map(|groups| &groups[i]));
    }
    // A copy, indexed by variables, so that the lanes of the loop stay in registers.
    let mut lanes = lanes.map(|lane| lane);
    for at in n / L * L..n {
        lanes[at % L] = steps.step(lanes[at % L], pick(items, at), at);
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = merge(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    steps.total(lanes[0])
}

/// Asks for the lines of memory that lie so many bytes after a group.
#[inline(always)]
pub(crate) fn fetch<T, const L: usize>(group: &[T; L], ahead: usize) {
    let after = group.as_ptr().cast::<u8>().wrapping_add(ahead);
    for at in (0..size_of::<[T; L]>()).step_by(CACHE_LINE) {
        fetch_line(after.wrapping_add(at));
    }
}

#[inline(always)]
fn group<S: Steps<K>, const K: usize, const L: usize>(
    steps: S,
    at: usize,
    lanes: &mut [S::Lane; L],
    items: [&[S::Item; L]; K],
) {
    for l in 0..L {
        let mut item = [items[0][l]; K];
        for k in 1..K {
            item[k] = items[k][l];
        }
        lanes[l] = steps.step(lanes[l], item, at + l);
    }
}
