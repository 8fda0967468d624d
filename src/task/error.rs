//! Why a task gave no value.

use std::any::Any;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::control::Cancelled;
use crate::pool::{Failure, Payload};

/// Why a task gave no value.
#[derive(Debug)]
#[non_exhaustive]
pub enum TaskError {
    /// It was cancelled, or stopped by a condition that it was submitted under.
    Cancelled(Cancelled),
    /// Its closure panicked.
    Panicked(Panic),
    /// Its pool took no more tasks: it was submitted after a shutdown.
    Shutdown,
    /// It belongs to another process: this one was forked after it was submitted.
    Broken,
}

impl TaskError {
    pub(super) fn new(failure: Failure) -> Self {
        match failure {
            Failure::Cancelled(by) => Self::Cancelled(Cancelled { by }),
            Failure::Panicked(payload) => Self::Panicked(Panic(Mutex::new(payload))),
            Failure::Refused => Self::Shutdown,
        }
    }

    /// Whether the task was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled(cancelled) => write!(f, "task {cancelled}"),
            Self::Panicked(panic) => match panic.message() {
                Some(message) => write!(f, "task panicked: {message}"),
                None => f.write_str("task panicked"),
            },
            Self::Shutdown => f.write_str("task submitted to a pool that was shut down"),
            Self::Broken => f.write_str("task of another process: its pool was left by a fork"),
        }
    }
}

impl std::error::Error for TaskError {}

/// What a task's closure panicked with.
pub struct Panic(Mutex<Payload>);

impl Panic {
    /// The message, if the payload is a text, as that of `panic!` is.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let payload = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }

    /// The payload, for [`std::panic::resume_unwind`].
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Panic").field(&self.message()).finish()
    }
}
