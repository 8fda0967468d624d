//! Operands that come from memory: outputs that are reduced together, and long rows.

use super::*;

/// Shapes of four megabytes and more, and the axes that are reduced.
const CASES: [(&[usize], &[usize]); 7] = [
    // Stretches of whole groups of lanes, far from each other, beside those of the next output.
    (&[2, 40, 110, 128], &[1, 3]),
    (&[3, 9, 330, 128], &[1, 3]),
    // Of others.
    (&[2, 41, 150, 90], &[1, 3]),
    // Blocks that end within a stretch.
    (&[33, 400, 96], &[0, 2]),
    // Long rows, in several blocks and in one.
    (&[300, 5000], &[0]),
    (&[70, 17_001], &[0]),
    // Short rows.
    (&[4, 3000, 100], &[1]),
];

#[test]
fn operands_from_memory_are_reduced_in_the_same_order() {
    fn check<T: Any>()
    where
        <T as Reduce>::Sum: Bits,
        <T as Reduce>::Mean: Bits,
    {
        for (shape, axes) in CASES {
            let n = shape.iter().product();
            let [a, b] = [1, 2]
                .map(|seed| Array::from_shape_vec(IxDyn(shape), random::<T>(n, seed)).unwrap());
            let expected = naive_axes_bits(&a.view(), &b.view(), axes);
            for tier in tiers() {
                testing::set_tier(tier);
                assert!(axes_bits(&a.view(), &b.view(), axes) == expected, "{shape:?} {tier}");
            }
            testing::set_tier(testing::TIERS[2]);
        }
    }
    check::<f32>();
    check::<f64>();
    check::<i32>();
}

#[test]
fn n6_same_bits_of_operands_from_memory() {
    for (shape, axes) in CASES {
        let n = shape.iter().product();
        let a = Array::from_shape_vec(IxDyn(shape), random::<f32>(n, 3)).unwrap();
        let helped = same_bits_everywhere(format!("{shape:?}"), || {
            let mut bits = bits_of(&reduce::sum_axis(&a, axes).unwrap());
            bits.extend(bits_of(&reduce::max_axis(&a, axes).unwrap()));
            bits.extend(bits_of(&reduce::var_axis(&a, axes, 0.0).unwrap()));
            bits
        });
        assert!(helped > 0, "no second thread took a chunk");
    }
}
