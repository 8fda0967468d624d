//! The threads that both sides may use.

/// Pools of `threads` threads, and how long may be measured.
pub(crate) struct Machine {
    pub(crate) threads: usize,
    pub(crate) swath: swath::Pool,
    pub(crate) rayon: rayon::ThreadPool,
    /// Whether outputs are fresh, in the case at hand.
    pub(crate) fresh: bool,
    /// Whether it is one of many of a kind.
    pub(crate) brief: bool,
    pub(crate) quick: bool,
}

impl Machine {
    pub(crate) fn new(threads: usize, quick: bool) -> Result<Self, String> {
        let swath = swath::Pool::new(threads).map_err(|e| e.to_string())?;
        let rayon = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let rayon = rayon.map_err(|e| format!("rayon: {e}"))?;
        Ok(Self { threads, swath, rayon, fresh: false, brief: false, quick })
    }
}
