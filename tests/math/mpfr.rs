//! MPFR as the judge of f64 functions, loaded if the system has it (`libmpfr.so.6`, of
//! which GCC is a user): no build of it, and no dependency.

use std::ffi::{CStr, CString, c_int, c_long, c_void};
use std::sync::OnceLock;

const BITS: c_long = 180;
const NEAREST: c_int = 0;

#[repr(C)]
struct Raw {
    precision: c_long,
    sign: c_int,
    exponent: c_long,
    limbs: *mut c_void,
}

/// A number of 180 bits.
pub(crate) struct Number(Raw);

struct Library(*mut c_void);
// SAFETY: a handle to a library that is never closed.
unsafe impl Send for Library {}
// SAFETY: the same.
unsafe impl Sync for Library {}

fn library() -> Option<&'static Library> {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| {
            // SAFETY: a library without initialisers of its own.
            let handle = unsafe { libc::dlopen(c"libmpfr.so.6".as_ptr(), libc::RTLD_NOW) };
            (!handle.is_null()).then_some(Library(handle))
        })
        .as_ref()
}

/// Whether the library is there.
pub(crate) fn is_here() -> bool {
    library().is_some()
}

fn symbol(name: &CStr) -> *mut c_void {
    // SAFETY: the handle is open, the name ends in zero.
    let found = unsafe { libc::dlsym(library().expect("MPFR").0, name.as_ptr()) };
    assert!(!found.is_null(), "no {name:?} in MPFR");
    found
}

type Init = unsafe extern "C" fn(*mut Raw, c_long);
type SetD = unsafe extern "C" fn(*mut Raw, f64, c_int) -> c_int;
type GetD = unsafe extern "C" fn(*const Raw, c_int) -> f64;
type One = unsafe extern "C" fn(*mut Raw, *const Raw, c_int) -> c_int;
type Two = unsafe extern "C" fn(*mut Raw, *const Raw, *const Raw, c_int) -> c_int;
type Clear = unsafe extern "C" fn(*mut Raw);

struct Basic {
    init: Init,
    set: SetD,
    get: GetD,
    clear: Clear,
    sub: Two,
}

fn basic() -> &'static Basic {
    static BASIC: OnceLock<Basic> = OnceLock::new();
    // SAFETY: the types are those of mpfr.h.
    BASIC.get_or_init(|| unsafe {
        Basic {
            init: std::mem::transmute::<*mut c_void, Init>(symbol(c"mpfr_init2")),
            set: std::mem::transmute::<*mut c_void, SetD>(symbol(c"mpfr_set_d")),
            get: std::mem::transmute::<*mut c_void, GetD>(symbol(c"mpfr_get_d")),
            clear: std::mem::transmute::<*mut c_void, Clear>(symbol(c"mpfr_clear")),
            sub: std::mem::transmute::<*mut c_void, Two>(symbol(c"mpfr_sub")),
        }
    })
}

impl Number {
    pub(crate) fn new(x: f64) -> Self {
        let mut raw = Raw { precision: 0, sign: 0, exponent: 0, limbs: std::ptr::null_mut() };
        // SAFETY: MPFR fills in the struct, which has the layout of mpfr.h on 64-bit Unix.
        unsafe {
            (basic().init)(&raw mut raw, BITS);
            (basic().set)(&raw mut raw, x, NEAREST);
        }
        Self(raw)
    }

    pub(crate) fn set(&mut self, x: f64) {
        // SAFETY: an initialised number.
        unsafe { (basic().set)(&raw mut self.0, x, NEAREST) };
    }

    pub(crate) fn to_f64(&self) -> f64 {
        // SAFETY: an initialised number.
        unsafe { (basic().get)(&raw const self.0, NEAREST) }
    }

    /// Sets this to a - b.
    pub(crate) fn subtract(&mut self, a: &Self, b: &Self) {
        // SAFETY: initialised numbers.
        unsafe { (basic().sub)(&raw mut self.0, &raw const a.0, &raw const b.0, NEAREST) };
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: an initialised number, used no more.
        unsafe { (basic().clear)(&raw mut self.0) };
    }
}

/// A function of one argument by its name in MPFR.
#[derive(Clone, Copy)]
pub(crate) struct Unary(One);

impl Unary {
    pub(crate) fn named(name: &str) -> Self {
        let name = CString::new(format!("mpfr_{name}")).unwrap();
        // SAFETY: functions asked for here have this type.
        Self(unsafe { std::mem::transmute::<*mut c_void, One>(symbol(&name)) })
    }

    pub(crate) fn call(self, to: &mut Number, x: &Number) {
        // SAFETY: initialised numbers.
        unsafe { (self.0)(&raw mut to.0, &raw const x.0, NEAREST) };
    }
}

/// A function of two arguments.
#[derive(Clone, Copy)]
pub(crate) struct Binary(Two);

impl Binary {
    pub(crate) fn named(name: &str) -> Self {
        let name = CString::new(format!("mpfr_{name}")).unwrap();
        // SAFETY: functions asked for here have this type.
        Self(unsafe { std::mem::transmute::<*mut c_void, Two>(symbol(&name)) })
    }

    pub(crate) fn call(self, to: &mut Number, x: &Number, y: &Number) {
        // SAFETY: initialised numbers.
        unsafe { (self.0)(&raw mut to.0, &raw const x.0, &raw const y.0, NEAREST) };
    }
}
