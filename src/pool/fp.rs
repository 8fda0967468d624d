//! The floating-point control word: rounding to nearest and subnormals kept,
//! whatever the caller or a host thread has set. Without it a thread that flushes
//! subnormals to zero would change bits.

/// Puts the caller's modes back when dropped.
#[derive(Debug)]
pub(crate) struct Modes {
    saved: Option<Word>,
}

/// Sets the default modes for as long as the guard lives.
#[inline]
pub(crate) fn default_modes() -> Modes {
    let word = read();
    if word & MODES == DEFAULT {
        return Modes { saved: None };
    }
    write(word & !MODES | DEFAULT);
    Modes { saved: Some(word) }
}

impl Drop for Modes {
    #[inline]
    fn drop(&mut self) {
        if let Some(word) = self.saved {
            // The caller's modes, with the exception flags raised meanwhile.
            write(word & MODES | read() & !MODES);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod word {
    use std::arch::asm;

    pub(super) type Word = u32;
    /// All but the six sticky exception flags.
    pub(super) const MODES: Word = 0xFFC0;
    /// Exceptions masked, round to nearest, no flush to zero.
    pub(super) const DEFAULT: Word = 0x1F80;

    #[inline]
    pub(super) fn read() -> Word {
        let mut word = 0;
        // SAFETY: stores MXCSR, four bytes, to a local of that size.
        unsafe {
            asm!("stmxcsr [{}]", in(reg) &raw mut word, options(nostack, preserves_flags));
        }
        word
    }

    #[inline]
    pub(super) fn write(word: Word) {
        // SAFETY: `word` was read from MXCSR, or has the default modes, so no
        // reserved bit is set. The modes are the default ones for all code but
        // the caller's own, which gets them back.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const word, options(nostack, readonly)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod word {
    use std::arch::asm;

    pub(super) type Word = u64;
    /// AHP, DN, FZ, `RMode`, Stride, FZ16, Len, trap enables, and the low three.
    pub(super) const MODES: Word = 0x07FF_9F07;
    pub(super) const DEFAULT: Word = 0;

    #[inline]
    pub(super) fn read() -> Word {
        let word;
        // SAFETY: reads FPCR.
        unsafe { asm!("mrs {}, fpcr", out(reg) word, options(nostack, preserves_flags)) };
        word
    }

    #[inline]
    pub(super) fn write(word: Word) {
        // SAFETY: `word` is the caller's own FPCR or the default.
        unsafe { asm!("msr fpcr, {}", in(reg) word, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod word {
    pub(super) type Word = u32;
    pub(super) const MODES: Word = 0;
    pub(super) const DEFAULT: Word = 0;

    pub(super) fn read() -> Word {
        0
    }

    pub(super) fn write(_word: Word) {}
}

use word::{DEFAULT, MODES, Word, read, write};

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn n4_the_callers_modes_come_back() {
        const FLUSH_AND_UP: u32 = 0x1F80 | 0x8040 | 0x4000;
        let before = read();
        write(FLUSH_AND_UP);
        {
            let _modes = default_modes();
            assert_eq!(read() & MODES, DEFAULT);
        }
        let after = read();
        write(before);
        assert_eq!(after & MODES, FLUSH_AND_UP);
    }
}
