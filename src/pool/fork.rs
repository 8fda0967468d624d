//! Noticing that this process is a forked child.
//!
//! A fork copies the memory of a pool but none of its threads, and its locks in
//! whatever state they were. A handler in the child raises a generation number;
//! whoever meets a pool of an older generation leaves it alone, untouched,
//! unlocked and undropped, and makes a new one. Asking for the process id on
//! every call would cost 170 ns.

use std::sync::atomic::{AtomicU64, Ordering};

static GENERATION: AtomicU64 = AtomicU64::new(0);

/// How many forks lie between the first process and this one.
#[inline]
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// Sees to it that forks are counted from now on.
#[cfg(unix)]
pub(crate) fn watch() {
    use std::sync::atomic::AtomicBool;
    static WATCHED: AtomicBool = AtomicBool::new(false);

    extern "C" fn in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
    }
    // No lock: two threads here at once register two handlers, and a number that
    // rises by two serves as well.
    if !WATCHED.load(Ordering::Acquire) {
        // SAFETY: the handler does nothing but add to an atomic, which is safe
        // between fork and whatever the child does next.
        unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        WATCHED.store(true, Ordering::Release);
    }
}

#[cfg(not(unix))]
pub(crate) fn watch() {}
