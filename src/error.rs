//! The one error type: every variant names the function, the operand and the sizes.

use std::fmt;

/// What was wrong with a call.
///
/// Every variant carries the name of the function that refused, and of the
/// operand or option at fault, so that the message alone tells what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Two shapes that had to agree do not.
    Shape {
        /// The function that refused.
        function: &'static str,
        /// The operand at fault.
        operand: &'static str,
        /// Its shape.
        shape: Vec<usize>,
        /// What it had to agree with, in words, for example `"the columns of a"`.
        expected: &'static str,
        /// The shape it had to agree with.
        other: Vec<usize>,
    },
    /// Shapes that do not broadcast together.
    Broadcast {
        /// The function that refused.
        function: &'static str,
        /// The shapes of all operands, in order.
        shapes: Vec<Vec<usize>>,
    },
    /// An axis that the array does not have.
    Axis {
        /// The function that refused.
        function: &'static str,
        /// The axis asked for.
        axis: usize,
        /// The shape of the array.
        shape: Vec<usize>,
    },
    /// An operand without elements where at least one is needed.
    Empty {
        /// The function that refused.
        function: &'static str,
        /// The operand at fault.
        operand: &'static str,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// An option outside its range.
    Value {
        /// The function that refused.
        function: &'static str,
        /// The option at fault.
        option: &'static str,
        /// The value given.
        value: String,
        /// What is allowed, in words.
        allowed: &'static str,
    },
    /// An output whose elements share memory with each other.
    Overlap {
        /// The function that refused.
        function: &'static str,
        /// The operand at fault.
        operand: &'static str,
        /// Its shape.
        shape: Vec<usize>,
        /// Its strides, in elements.
        strides: Vec<isize>,
    },
    /// A result whose size in bytes does not fit the address space.
    TooLarge {
        /// The function that refused.
        function: &'static str,
        /// The shape of the result.
        shape: Vec<usize>,
    },
    /// Memory that the system did not give.
    Memory {
        /// The function that asked.
        function: &'static str,
        /// How many bytes it asked for.
        bytes: usize,
    },
    /// Worker threads that could not be started.
    Threads {
        /// How many were asked for.
        asked: usize,
        /// What the system said.
        reason: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Shape { function, operand, shape, expected, other } => {
                write!(f, "{function}: {operand} has shape {shape:?}, but {expected} is {other:?}")
            }
            Error::Broadcast { function, shapes } => {
                write!(f, "{function}: operands do not broadcast together: shapes")?;
                for (i, shape) in shapes.iter().enumerate() {
                    write!(f, "{} {shape:?}", if i == 0 { "" } else { "," })?;
                }
                Ok(())
            }
            Error::Axis { function, axis, shape } => {
                let ndim = shape.len();
                write!(
                    f,
                    "{function}: axis {axis} of an array with {ndim} axes and shape {shape:?}"
                )
            }
            Error::Empty { function, operand, shape } => {
                write!(f, "{function}: {operand} has no elements (shape {shape:?})")
            }
            Error::Value { function, option, value, allowed } => {
                write!(f, "{function}: {option} is {value}, must be {allowed}")
            }
            Error::Overlap { function, operand, shape, strides } => write!(
                f,
                "{function}: {operand} shares memory with itself (shape {shape:?}, strides {strides:?})"
            ),
            Error::TooLarge { function, shape } => {
                write!(f, "{function}: a result of shape {shape:?} does not fit the address space")
            }
            Error::Memory { function, bytes } => {
                write!(f, "{function}: no memory for {bytes} bytes")
            }
            Error::Threads { asked, reason } => {
                write!(f, "none of {asked} threads could be started: {reason}")
            }
        }
    }
}

impl std::error::Error for Error {}
