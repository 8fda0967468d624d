//! Answers of SciPy.

use super::*;

/// A border, and what SciPy gives for each of the three calls.
type Golden = (Border<f64>, [f64; 15], [f64; 15], [f64; 3]);

/// Whole numbers and halves, so that every order of additions is exact. With
/// SciPy 1.17, `mode` each border and `cval=2.5`:
/// ```python
/// correlate([[3,1,4,1,5],[9,2,6,5,3],[5,8,9,7,9]], [[1,2],[0,-1],[3,1]])
/// convolve(.., origin=(1,-1)) of the same
/// correlate1d([1,2,4], [1,2,3,4,5,6,7,8,9], origin=-2)
/// ```
#[test]
#[expect(clippy::too_many_lines, reason = "a table of golden values")]
fn borders_and_origins_are_scipys() {
    let a = array![[3.0, 1.0, 4.0, 1.0, 5.0], [9.0, 2.0, 6.0, 5.0, 3.0], [5.0, 8.0, 9.0, 7.0, 9.0]];
    let f = array![[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]];
    let (short, long) = (array![1.0, 2.0, 4.0], Array1::range(1.0, 10.0, 1.0));
    let cases: [Golden; 5] = [
        (
            Border::Reflect,
            [
                42.0, 33.0, 17.0, 28.0, 24.0, 20.0, 26.0, 36.0, 35.0, 38.0, 42.0, 28.0, 38.0, 43.0,
                32.0,
            ],
            [
                18.0, 15.0, 36.0, 26.0, 34.0, 46.0, 28.0, 37.0, 37.0, 30.0, 42.0, 44.0, 37.0, 38.0,
                40.0,
            ],
            [90.0, 90.0, 108.0],
        ),
        (
            Border::Mirror,
            [
                32.0, 41.0, 22.0, 38.0, 24.0, 27.0, 26.0, 36.0, 35.0, 38.0, 30.0, 34.0, 17.0, 32.0,
                20.0,
            ],
            [
                29.0, 15.0, 36.0, 26.0, 34.0, 34.0, 30.0, 22.0, 29.0, 20.0, 26.0, 27.0, 39.0, 33.0,
                36.0,
            ],
            [110.0, 106.0, 95.0],
        ),
        (
            Border::Nearest,
            [
                42.0, 33.0, 17.0, 28.0, 24.0, 20.0, 26.0, 36.0, 35.0, 38.0, 42.0, 28.0, 38.0, 43.0,
                32.0,
            ],
            [
                18.0, 15.0, 36.0, 26.0, 34.0, 46.0, 28.0, 37.0, 37.0, 30.0, 30.0, 42.0, 52.0, 46.0,
                50.0,
            ],
            [154.0, 165.0, 173.0],
        ),
        (
            Border::Wrap,
            [
                34.0, 49.0, 34.0, 45.0, 38.0, 34.0, 26.0, 36.0, 35.0, 38.0, 34.0, 15.0, 12.0, 22.0,
                10.0,
            ],
            [
                34.0, 15.0, 36.0, 26.0, 34.0, 34.0, 17.0, 18.0, 21.0, 14.0, 34.0, 46.0, 44.0, 43.0,
                46.0,
            ],
            [102.0, 99.0, 114.0],
        ),
        (
            Border::Constant(2.5),
            [
                21.0, 35.5, 15.5, 29.5, 20.5, 12.0, 26.0, 36.0, 35.0, 38.0, 25.5, 15.0, 15.0, 19.0,
                12.0,
            ],
            [
                19.0, 15.0, 36.0, 26.0, 34.0, 34.5, 17.5, 19.5, 19.5, 14.5, 22.5, 34.0, 40.0, 35.0,
                39.0,
            ],
            [113.5, 114.0, 114.5],
        ),
    ];
    for (border, correlated, convolved, one) in cases {
        let got = conv::correlate(&a, &f, border).unwrap();
        assert_same_bits(&got, &correlated, format!("correlate {border:?}"));
        let options = Options::new().border(border).origin([1, -1]);
        let got = conv::convolve(&a, &f, options).unwrap();
        assert_same_bits(&got, &convolved, format!("convolve {border:?}"));
        let options = Options::new().border(border).origin(-2);
        let got = conv::correlate1d(&short, &long, 0, options).unwrap();
        assert_same_bits(&got, &one, format!("correlate1d {border:?}"));
    }
}
