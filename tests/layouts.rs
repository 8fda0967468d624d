//! The random layouts themselves: what other tests build on must be right.

mod common;

use common::{Layout, layout};
use ndarray::IxDyn;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_layout_gives_the_shape_and_strides_it_says(layout in layout(0..6usize, 0..5)) {
        layout.with(|i| i, |view| {
            prop_assert_eq!(view.shape(), &layout.shape[..]);
            for (i, &step) in layout.steps.iter().enumerate() {
                if layout.shape[i] > 1 && !view.is_empty() {
                    prop_assert_eq!(view.strides()[i].signum(), step.signum());
                }
            }
            // Every element is one of the base's: the read below would be garbage if not.
            let n: usize = layout.base(&mut |i| i).len();
            prop_assert!(view.iter().all(|&x| x < n.max(1)));
            Ok(())
        })?;
    }
}

#[test]
fn the_plain_layout_is_c_order() {
    Layout::c(&[2, 3]).with(
        |i| i,
        |view| {
            assert!(view.is_standard_layout());
            assert_eq!(view[IxDyn(&[1, 2])], 5);
        },
    );
}
