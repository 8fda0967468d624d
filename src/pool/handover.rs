//! A carry handed from each chunk to the next.
//!
//! Safe from deadlock because claims are in index order: whoever waits for chunk
//! `i - 1` knows that a thread is in it. That thread may stop instead of handing
//! over, hence the second thing a waiter looks at.

use super::sync::{AtomicBool, Ordering, Shared, relax};

/// A place for each chunk's carry.
pub(crate) struct HandOver<C> {
    places: Vec<Place<C>>,
}

struct Place<C> {
    full: AtomicBool,
    carry: Shared<Option<C>>,
}

// SAFETY: a place is written by one chunk before `full` is released and read by
// one other after `full` is acquired.
unsafe impl<C: Send> Sync for HandOver<C> {}

impl<C> HandOver<C> {
    /// Places for `n` chunks, the first of them filled.
    pub(crate) fn new(n: usize, first: C) -> Self {
        let empty = || Place { full: AtomicBool::new(false), carry: Shared::new(None) };
        // One more than chunks: the last hands over what nobody takes.
        let this = Self { places: (0..=n).map(|_| empty()).collect() };
        this.give(0, first);
        this
    }

    /// Hands `carry` to chunk `i`. Called once for each `i`.
    pub(crate) fn give(&self, i: usize, carry: C) {
        // SAFETY: only the giver of `i` touches the place before `full` is set.
        self.places[i].carry.with_mut(|place| unsafe { *place = Some(carry) });
        self.places[i].full.store(true, Ordering::Release);
    }

    /// Waits for chunk `i`'s carry; `None` if `stopped` says that it may never
    /// come. Called once for each `i`.
    pub(crate) fn take(&self, i: usize, stopped: impl Fn() -> bool) -> Option<C> {
        let mut step = 0;
        while !self.places[i].full.load(Ordering::Acquire) {
            if stopped() {
                return None;
            }
            relax(step);
            step += 1;
        }
        // SAFETY: `full` is set, so the giver is done, and only the taker of `i`
        // touches the place after that.
        self.places[i].carry.with_mut(|place| unsafe { (*place).take() })
    }
}
