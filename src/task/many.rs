//! Many tasks: waiting for some of them, and maps with a bounded number in flight.

use std::collections::{BTreeMap, VecDeque};
use std::iter::Fuse;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::{Lane, Task, TaskError};
use crate::pool::{self, Patience, Run, Watcher};

/// For what [`wait`] waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Until one task has ended.
    FirstCompleted,
    /// Until a task has ended without a value (cancelled, or by a panic), or all have.
    /// A value of type `Err` is a value.
    FirstError,
    /// Until all have ended.
    All,
}

/// Waits for some of `tasks`, and gives the positions of those that have ended, in
/// order. With a `timeout` at most so long: then perhaps fewer than asked for.
///
/// A thread that waits for all without a timeout, or inside a task, runs tasks of the
/// list that nobody has begun. No task: an empty list at once.
pub fn wait<T>(tasks: &[Task<T>], until: Until, timeout: Option<Duration>) -> Vec<usize> {
    let runs: Vec<&dyn Run> = tasks.iter().filter_map(Task::run).collect();
    let failed = |task: &&dyn Run| !task.is_ours() || task.head().state.has_failed();
    let ready = || {
        let ended = runs.iter().filter(|task| task.has_ended()).count();
        match until {
            // A task whose value was taken has ended.
            _ if runs.is_empty() || ended == runs.len() => true,
            Until::FirstCompleted => ended > 0 || runs.len() < tasks.len(),
            Until::FirstError => runs.iter().any(failed),
            Until::All => false,
        }
    };
    // Elsewhere workers come; and who waits for one task is not bound to another.
    let runs_here = timeout.is_none() && (until == Until::All || inside_a_task());
    while runs_here && !ready() {
        let queued = |task: &&&dyn Run| task.head().state.is_queued();
        // One that runs may end first: only if there is none, run one here.
        let may = until != Until::FirstCompleted || runs.iter().all(|task| queued(&task));
        let Some(task) = runs.iter().find(queued).filter(|_| may) else { break };
        task.run_here();
    }
    let register = || {
        for task in &runs {
            task.watch(Watcher::Thread(std::thread::current()));
        }
    };
    let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    pool::block(ready, register, end, None, Patience::Stops);
    (0..tasks.len()).filter(|&i| tasks[i].is_done()).collect()
}

/// Whether this thread may be a worker that the tasks it waits for need.
fn inside_a_task() -> bool {
    pool::with(|context| context.in_task)
}

/// Gives each task's position and outcome as the tasks end.
///
/// Inside a task, when none has ended, asking for the next one runs one that nobody has
/// begun. Dropping the iterator cancels the tasks that are left.
///
/// # Examples
/// ```
/// use swath::task;
///
/// let tasks = (0..10u64).map(|n| task::submit(move || n * n));
/// let mut squares: Vec<_> = task::as_completed(tasks).map(|(_, n)| n.unwrap()).collect();
/// squares.sort();
/// assert_eq!(squares[9], 81);
/// ```
pub fn as_completed<T>(tasks: impl IntoIterator<Item = Task<T>>) -> AsCompleted<T> {
    let mut completed = AsCompleted::new();
    tasks.into_iter().for_each(|task| completed.push(task));
    completed
}

/// See [`as_completed`].
#[derive(Debug)]
pub struct AsCompleted<T> {
    tasks: BTreeMap<usize, Task<T>>,
    pushed: usize,
    inbox: Arc<Inbox>,
}

/// The numbers of the tasks that have ended.
#[derive(Debug, Default)]
struct Inbox(Mutex<(VecDeque<usize>, Option<Thread>)>);

impl Inbox {
    fn put(&self, number: usize) {
        let mut inbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.0.push_back(number);
        let thread = inbox.1.take();
        drop(inbox);
        thread.iter().for_each(Thread::unpark);
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.is_empty()
    }

    /// The next number; if there is none, has this thread woken when one comes.
    fn take(&self) -> Option<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.pop_front()
    }

    fn wake_me(&self) {
        let this = std::thread::current();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(this);
    }
}

impl<T> AsCompleted<T> {
    fn new() -> Self {
        Self { tasks: BTreeMap::new(), pushed: 0, inbox: Arc::default() }
    }

    fn push(&mut self, task: Task<T>) {
        let (number, inbox) = (self.pushed, Arc::clone(&self.inbox));
        task.on_done(move || inbox.put(number));
        self.tasks.insert(number, task);
        self.pushed += 1;
    }

    /// Runs a task that nobody has begun, the one that would be begun last.
    fn run_one(&self) -> bool {
        let mut runs = self.tasks.values().rev().filter_map(Task::run);
        let queued = runs.find(|task| task.head().state.is_queued());
        queued.map(<dyn Run>::run_here).is_some()
    }
}

impl<T> Iterator for AsCompleted<T> {
    type Item = (usize, Result<T, TaskError>);

    fn next(&mut self) -> Option<Self::Item> {
        let (&first, task) = self.tasks.first_key_value()?;
        if task.run().is_some_and(|task| !task.is_ours()) {
            // After a fork: the inbox may be locked by a thread that is not here.
            return self.tasks.remove(&first).map(|task| (first, task.join()));
        }
        loop {
            if let Some(number) = self.inbox.take() {
                return self.tasks.remove(&number).map(|task| (number, task.join()));
            }
            if !inside_a_task() || !self.run_one() {
                let ready = || !self.inbox.is_empty();
                let register = || self.inbox.wake_me();
                pool::block(ready, register, None, None, Patience::Stops);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.tasks.len(), Some(self.tasks.len()))
    }
}

/// What both maps are made of.
#[derive(Debug)]
struct Source<I: Iterator, F> {
    lane: Lane,
    inputs: Fuse<I>,
    f: Arc<F>,
    in_flight: usize,
}

impl<I: Iterator, F> Source<I, F> {
    fn new(lane: Lane, inputs: I, in_flight: usize, f: F) -> Self {
        Self { lane, inputs: inputs.fuse(), f: Arc::new(f), in_flight: in_flight.max(1) }
    }

    /// A task for the next input.
    fn task<T>(&mut self) -> Option<Task<T>>
    where
        I::Item: Send + 'static,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        let (input, f) = (self.inputs.next()?, Arc::clone(&self.f));
        Some(self.lane.submit(move || f(input)))
    }
}

/// See [`map_ordered`](super::map_ordered).
#[derive(Debug)]
pub struct MapOrdered<I: Iterator, F, T> {
    source: Source<I, F>,
    window: VecDeque<Task<T>>,
}

impl<I, F, T> Iterator for MapOrdered<I, F, T>
where
    I: Iterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    type Item = Result<T, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.window.len() < self.source.in_flight {
            let Some(task) = self.source.task() else { break };
            self.window.push_back(task);
        }
        self.window.pop_front().map(Task::join)
    }
}

/// See [`map_unordered`](super::map_unordered).
#[derive(Debug)]
pub struct MapUnordered<I: Iterator, F, T> {
    source: Source<I, F>,
    running: AsCompleted<T>,
}

impl<I, F, T> Iterator for MapUnordered<I, F, T>
where
    I: Iterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    type Item = Result<T, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.running.tasks.len() < self.source.in_flight {
            let Some(task) = self.source.task() else { break };
            self.running.push(task);
        }
        self.running.next().map(|(_, outcome)| outcome)
    }
}

impl Lane {
    /// [`map_ordered`](super::map_ordered) on this lane.
    pub fn map_ordered<I, F, T>(
        &self,
        inputs: I,
        in_flight: usize,
        f: F,
    ) -> MapOrdered<I::IntoIter, F, T>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        let source = Source::new(self.clone(), inputs.into_iter(), in_flight, f);
        MapOrdered { source, window: VecDeque::new() }
    }

    /// [`map_unordered`](super::map_unordered) on this lane.
    pub fn map_unordered<I, F, T>(
        &self,
        inputs: I,
        in_flight: usize,
        f: F,
    ) -> MapUnordered<I::IntoIter, F, T>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        let source = Source::new(self.clone(), inputs.into_iter(), in_flight, f);
        MapUnordered { source, running: AsCompleted::new() }
    }
}
