//! The macro that makes loops of closures.

/// A [`Loop`](crate::ufunc::Loop) of a closure without captures, written out once for each
/// tier: `plain` for AVX2 and below, `wide` for AVX-512 too. `test; short; long` gives one
/// with a short way.
#[doc(hidden)]
#[macro_export]
macro_rules! loop_of {
    (1 plain $f:expr) => {
        $crate::ufunc::Loop::of_one(&$f, &$f)
    };
    (2 plain $f:expr) => {
        $crate::ufunc::Loop::of_two(&$f, &$f)
    };
    (3 plain $f:expr) => {
        $crate::ufunc::Loop::of_three(&$f, &$f)
    };
    (1 wide $f:expr) => {
        $crate::ufunc::Loop::of_one_wide(&$f, &$f, &$f)
    };
    (2 wide $f:expr) => {
        $crate::ufunc::Loop::of_two_wide(&$f, &$f, &$f)
    };
    (1 $test:expr; $short:expr; $long:expr) => {
        $crate::ufunc::Loop::of_one_checked(
            &$test,
            (&$short, &$long),
            (&$short, &$long),
            (&$short, &$long),
        )
    };
    (2 $test:expr; $short:expr; $long:expr) => {
        $crate::ufunc::Loop::of_two_checked(
            &$test,
            (&$short, &$long),
            (&$short, &$long),
            (&$short, &$long),
        )
    };
}
