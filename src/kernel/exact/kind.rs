//! The element types of exact sums.

#[cfg(feature = "half")]
use std::mem::MaybeUninit;
use std::slice;

use crate::kernel::reduce::gather;
#[cfg(feature = "half")]
use crate::kernel::reduce::{OfBf16, OfF16, Turn};
#[cfg(feature = "half")]
use crate::simd::{self, Kernel};

/// What the elements of an exact sum are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    F32,
    F64,
    #[cfg(feature = "half")]
    F16,
    #[cfg(feature = "half")]
    Bf16,
}

impl Kind {
    /// Bytes of an element.
    pub(crate) const fn size(self) -> usize {
        match self {
            Self::F64 => 8,
            Self::F32 => 4,
            #[cfg(feature = "half")]
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// The element at a place.
    ///
    /// # Safety
    /// It is of this kind and may be read.
    #[inline]
    pub(crate) unsafe fn read(self, from: *const u8) -> f64 {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::F64 => *from.cast::<f64>(),
                Self::F32 => f64::from(*from.cast::<f32>()),
                #[cfg(feature = "half")]
                Self::F16 => f64::from(OfF16::turn(*from.cast())),
                #[cfg(feature = "half")]
                Self::Bf16 => f64::from(OfBf16::turn(*from.cast())),
            }
        }
    }

    /// Elements that are no wider than `f32`, as such: where they are, or in the room.
    ///
    /// # Safety
    /// They are of this kind and may be read for `'a`; there is room for them.
    pub(super) unsafe fn narrow<'a>(
        self,
        from: *const u8,
        stride: isize,
        n: usize,
        room: *mut f32,
    ) -> &'a [f32] {
        if self == Self::F32 && stride == 1 {
            // SAFETY: the caller's promise.
            return unsafe { slice::from_raw_parts(from.cast(), n) };
        }
        // SAFETY: the caller's promise; the room is written before it is read.
        unsafe {
            match self {
                #[cfg(feature = "half")]
                Self::F16 if stride == 1 => turn::<OfF16>(from, n, room),
                #[cfg(feature = "half")]
                Self::Bf16 if stride == 1 => turn::<OfBf16>(from, n, room),
                Self::F32 => gather(4, from, stride, room.cast(), n),
                _ => {
                    for i in 0..n {
                        let step = (i as isize).wrapping_mul(stride * self.size() as isize);
                        room.add(i).write(self.read(from.wrapping_offset(step)) as f32);
                    }
                }
            }
            slice::from_raw_parts(room, n)
        }
    }
}

/// Turns contiguous elements.
///
/// # Safety
/// They may be read; there is room for them.
#[cfg(feature = "half")]
unsafe fn turn<W: Turn<To = f32>>(from: *const u8, n: usize, room: *mut f32) {
    // SAFETY: the caller's promise.
    let (items, room) = unsafe {
        (slice::from_raw_parts(from.cast(), n), slice::from_raw_parts_mut(room.cast(), n))
    };
    simd::dispatch(Turning::<W> { items, room });
}

#[cfg(feature = "half")]
struct Turning<'a, W: Turn> {
    items: &'a [W::From],
    room: &'a mut [MaybeUninit<f32>],
}

#[cfg(feature = "half")]
impl<W: Turn<To = f32>> Kernel for Turning<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (place, &x) in self.room.iter_mut().zip(self.items) {
            place.write(W::turn(x));
        }
    }
}
