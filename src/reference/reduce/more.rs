//! Folds by closures, higher moments, norms of any power.

use super::by_pairs;

/// A fold of a sequence: blocks of `block` elements, each by `count` lanes.
pub fn fold<T: Copy, A: Copy>(
    items: &[T],
    block: usize,
    count: usize,
    identity: A,
    step: impl Fn(A, T) -> A,
    combine: impl Fn(A, A) -> A,
) -> A {
    let of_block = |block: &[T]| {
        let mut lanes: Vec<A> = (0..count)
            .map(|l| block.iter().skip(l).step_by(count).fold(identity, |a, &x| step(a, x)))
            .collect();
        while lanes.len() > 1 {
            let half = lanes.len() / 2;
            lanes = (0..half).map(|l| combine(lanes[l], lanes[l + half])).collect();
        }
        lanes[0]
    };
    match items.len() {
        0..=16 => items.iter().fold(identity, |a, &x| step(a, x)),
        _ => by_pairs(items.chunks(block).map(of_block).collect(), combine),
    }
}
