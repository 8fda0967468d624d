//! The element types, as NumPy numbers them.

pub(crate) use num_complex::Complex;
use numpy::{PyArrayDescr, PyArrayDescrMethods};
use pyo3::prelude::*;

/// An element type that kernels know, or `bool`, which is read as bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DType {
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
    /// This and those below for reductions, scans and sums of products alone: see
    /// [`DType::any`].
    F16,
    C64,
    C128,
}

impl DType {
    /// The type of a descriptor, whatever its byte order.
    pub(crate) fn of(descr: &Bound<'_, PyArrayDescr>) -> Option<Self> {
        // NumPy's numbers; a C long and a C long long are both 64 bits on most systems.
        Some(match (descr.num(), descr.itemsize()) {
            (0, _) => DType::Bool,
            (1, _) => DType::I8,
            (2, _) => DType::U8,
            (3 | 5 | 7 | 9, 2) => DType::I16,
            (4 | 6 | 8 | 10, 2) => DType::U16,
            (3 | 5 | 7 | 9, 4) => DType::I32,
            (4 | 6 | 8 | 10, 4) => DType::U32,
            (3 | 5 | 7 | 9, 8) => DType::I64,
            (4 | 6 | 8 | 10, 8) => DType::U64,
            (11, 4) => DType::F32,
            (12, 8) => DType::F64,
            _ => return None,
        })
    }

    /// The same, of complex numbers and floats of 16 bits too, which few kernels know.
    pub(crate) fn any(descr: &Bound<'_, PyArrayDescr>) -> Option<Self> {
        match (descr.num(), descr.itemsize()) {
            (23, 2) => Some(DType::F16),
            (14, 8) => Some(DType::C64),
            (15, 16) => Some(DType::C128),
            _ => Self::of(descr),
        }
    }

    pub(crate) fn is_complex(self) -> bool {
        matches!(self, DType::C64 | DType::C128)
    }

    /// NumPy's descriptor, in the machine's byte order.
    pub(crate) fn descr(self, py: Python<'_>) -> Bound<'_, PyArrayDescr> {
        match self {
            DType::F32 => numpy::dtype::<f32>(py),
            DType::F64 => numpy::dtype::<f64>(py),
            DType::I8 => numpy::dtype::<i8>(py),
            DType::I16 => numpy::dtype::<i16>(py),
            DType::I32 => numpy::dtype::<i32>(py),
            DType::I64 => numpy::dtype::<i64>(py),
            DType::U8 => numpy::dtype::<u8>(py),
            DType::U16 => numpy::dtype::<u16>(py),
            DType::U32 => numpy::dtype::<u32>(py),
            DType::U64 => numpy::dtype::<u64>(py),
            DType::Bool => numpy::dtype::<bool>(py),
            DType::F16 => numpy::dtype::<half::f16>(py),
            DType::C64 => numpy::dtype::<Complex<f32>>(py),
            DType::C128 => numpy::dtype::<Complex<f64>>(py),
        }
    }

    /// Bytes of an element.
    pub(crate) fn size(self) -> usize {
        match self {
            DType::I8 | DType::U8 | DType::Bool => 1,
            DType::I16 | DType::U16 | DType::F16 => 2,
            DType::F32 | DType::I32 | DType::U32 => 4,
            DType::F64 | DType::I64 | DType::U64 | DType::C64 => 8,
            DType::C128 => 16,
        }
    }

    /// What an element is aligned for on every system we build for.
    pub(crate) fn align(self) -> usize {
        if self.is_complex() { self.size() / 2 } else { self.size() }
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64)
    }

    /// The type of sums and products. (Those of bools are unsigned in the kernels and
    /// signed in NumPy: the same bits.)
    pub(crate) fn wide(self) -> Self {
        match self {
            DType::F32 | DType::F64 | DType::C64 | DType::C128 => self,
            DType::F16 => DType::F32,
            DType::I8 | DType::I16 | DType::I32 | DType::I64 | DType::Bool => DType::I64,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => DType::U64,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            DType::F32 => "float32",
            DType::F64 => "float64",
            DType::I8 => "int8",
            DType::I16 => "int16",
            DType::I32 => "int32",
            DType::I64 => "int64",
            DType::U8 => "uint8",
            DType::U16 => "uint16",
            DType::U32 => "uint32",
            DType::U64 => "uint64",
            DType::Bool => "bool",
            DType::F16 => "float16",
            DType::C64 => "complex64",
            DType::C128 => "complex128",
        }
    }
}

/// Compiles `$body` for every type, as `$t`, and runs the one for `$dtype`; `bool`
/// is `u8`.
macro_rules! dispatch {
    ($dtype:expr, $t:ident => $body:expr) => {{
        use $crate::dtype::DType;
        macro_rules! arm {
            ($rust:ty) => {{
                type $t = $rust;
                $body
            }};
        }
        match $dtype {
            DType::F32 => arm!(f32),
            DType::F64 => arm!(f64),
            DType::I8 => arm!(i8),
            DType::I16 => arm!(i16),
            DType::I32 => arm!(i32),
            DType::I64 => arm!(i64),
            DType::U8 | DType::Bool => arm!(u8),
            DType::U16 => arm!(u16),
            DType::U32 => arm!(u32),
            DType::U64 => arm!(u64),
            DType::F16 | DType::C64 | DType::C128 => {
                unreachable!("only calls that read them have them")
            }
        }
    }};
}
pub(crate) use dispatch;

/// The same for complex numbers too.
macro_rules! dispatch_numbers {
    ($dtype:expr, $t:ident => $body:expr) => {{
        use $crate::dtype::Complex;
        macro_rules! arm {
            ($rust:ty) => {{
                type $t = $rust;
                $body
            }};
        }
        match $dtype {
            $crate::dtype::DType::C64 => arm!(Complex<f32>),
            $crate::dtype::DType::C128 => arm!(Complex<f64>),
            dtype => $crate::dtype::dispatch!(dtype, $t => $body),
        }
    }};
}
pub(crate) use dispatch_numbers;
