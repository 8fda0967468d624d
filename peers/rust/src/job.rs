//! Something that can be called again and again and timed: ours or a peer's.

use std::hint::black_box;
use std::time::Instant;

use ndarray::{ArrayBase, Data, Dimension};

use crate::real::Real;

/// Calls of one side of a comparison.
pub(crate) trait Job {
    /// Seconds that `calls` calls take together, after `warm` untimed ones.
    fn time(&mut self, warm: usize, calls: usize) -> Result<f64, String>;
    /// The result of a call, in the order of indices.
    fn values(&mut self) -> Result<Vec<f64>, String>;
    /// Whether the timed call takes memory for its result.
    fn is_fresh(&self) -> bool;
}

/// A job, or why there is none.
pub(crate) type Made<'a> = Result<Box<dyn Job + 'a>, String>;

/// Where calls are made: on this thread, or on one of a pool that helps.
#[derive(Clone, Copy)]
pub(crate) enum On<'a> {
    Caller,
    Rayon(&'a rayon::ThreadPool),
    Swath(&'a swath::Pool),
}

impl On<'_> {
    /// All calls of a sample at once: a call from outside of a rayon pool would pay
    /// for the way in and out each time.
    fn run<R: Send>(self, f: impl FnOnce() -> R + Send) -> R {
        match self {
            On::Caller => f(),
            On::Rayon(pool) => pool.install(f),
            On::Swath(pool) => pool.install(|| {
                let control = swath::Control::new().threads(pool.threads());
                control.run(f).expect("no condition is set")
            }),
        }
    }

    fn time(self, warm: usize, calls: usize, mut call: impl FnMut() + Send) -> f64 {
        self.run(|| {
            (0..warm).for_each(|_| call());
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_secs_f64()
        })
    }
}

/// What a call gives, as numbers to compare.
pub(crate) trait Output: Send {
    fn values(&self) -> Vec<f64>;
    /// Whether memory is taken for it.
    const IN_MEMORY: bool = true;
}
impl Output for f32 {
    fn values(&self) -> Vec<f64> {
        vec![f64::from(*self)]
    }
    const IN_MEMORY: bool = false;
}
impl Output for f64 {
    fn values(&self) -> Vec<f64> {
        vec![*self]
    }
    const IN_MEMORY: bool = false;
}
impl<T: Real> Output for Vec<T> {
    fn values(&self) -> Vec<f64> {
        self.iter().map(|x| x.wide()).collect()
    }
}
impl<T: Real, S: Data<Elem = T> + Send, D: Dimension> Output for ArrayBase<S, D> {
    fn values(&self) -> Vec<f64> {
        self.iter().map(|x| x.wide()).collect()
    }
}

/// A call that gives its result back.
struct Giving<'a, F> {
    on: On<'a>,
    call: F,
    in_memory: bool,
}

impl<O: Output, F: FnMut() -> O + Send> Job for Giving<'_, F> {
    fn time(&mut self, warm: usize, calls: usize) -> Result<f64, String> {
        Ok(self.on.time(warm, calls, || drop(black_box((self.call)()))))
    }
    fn values(&mut self) -> Result<Vec<f64>, String> {
        let call = &mut self.call;
        Ok(self.on.run(|| call().values()))
    }
    fn is_fresh(&self) -> bool {
        self.in_memory
    }
}

/// A call that writes into memory it is given.
struct Writing<'a, O, F> {
    on: On<'a>,
    out: O,
    call: F,
}

impl<O: Output, F: FnMut(&mut O) + Send> Job for Writing<'_, O, F> {
    fn time(&mut self, warm: usize, calls: usize) -> Result<f64, String> {
        let (out, call) = (&mut self.out, &mut self.call);
        Ok(self.on.time(warm, calls, || call(black_box(&mut *out))))
    }
    fn values(&mut self) -> Result<Vec<f64>, String> {
        let (out, call) = (&mut self.out, &mut self.call);
        self.on.run(|| call(out));
        Ok(self.out.values())
    }
    fn is_fresh(&self) -> bool {
        false
    }
}

/// A call that gives its result back.
pub(crate) fn giving<'a, O: Output>(
    on: On<'a>,
    call: impl FnMut() -> O + Send + 'a,
) -> Box<dyn Job + 'a> {
    Box::new(Giving { on, call, in_memory: O::IN_MEMORY })
}

/// A call that writes into `out`, which is made and written once before.
pub(crate) fn writing<'a, O: Output + 'a>(
    on: On<'a>,
    out: O,
    call: impl FnMut(&mut O) + Send + 'a,
) -> Box<dyn Job + 'a> {
    Box::new(Writing { on, out, call })
}
