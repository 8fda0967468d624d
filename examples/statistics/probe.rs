//! The example's check of itself: some pixels are summed up in whole numbers besides.

use ndarray::Array3;

use crate::moments::Moments;

/// About how many levels are checked.
const PROBED: usize = 1000;

/// A level of the pictures: where it is, and its exact sums.
struct Level {
    at: (usize, usize, usize),
    sum: u64,
    squares: u64,
    least: u8,
    greatest: u8,
}

/// Levels spread over the pictures.
pub(crate) struct Probe {
    n: u64,
    levels: Vec<Level>,
}

impl Probe {
    pub(crate) fn new((height, width, channels): (usize, usize, usize)) -> Self {
        let len = height * width * channels;
        // A step without a factor in common with the sides comes by all columns and colours.
        let step = (len / PROBED).max(1) | 1;
        let level = |i: usize| Level {
            at: (i / channels / width, i / channels % width, i % channels),
            sum: 0,
            squares: 0,
            least: u8::MAX,
            greatest: 0,
        };
        Self { n: 0, levels: (0..len).step_by(step).map(level).collect() }
    }

    pub(crate) fn take(&mut self, picture: &Array3<u8>) {
        self.n += 1;
        for level in &mut self.levels {
            let x = picture[level.at];
            level.sum += u64::from(x);
            level.squares += u64::from(x) * u64::from(x);
            level.least = level.least.min(x);
            level.greatest = level.greatest.max(x);
        }
    }

    /// Whether the statistics are those of the probed levels.
    pub(crate) fn check(&self, moments: &Moments) -> Result<(), String> {
        let (n, variance) = (self.n as f64, moments.variance());
        for level in &self.levels {
            let at = level.at;
            let mean = level.sum as f64 / n;
            // n squares - sum^2 is exact in whole numbers.
            let exact = (self.n * level.squares - level.sum * level.sum) as f64 / (n * n);
            let ends = (moments.least[at], moments.greatest[at]);
            let wrong = (moments.mean[at] - mean).abs() > 1e-9
                || (variance[at] - exact).abs() > 1e-7
                || ends != (level.least, level.greatest);
            if wrong {
                return Err(format!(
                    "at {at:?}: mean {}, variance {}, extremes {ends:?}; should be {mean}, \
                     {exact}, {:?}",
                    moments.mean[at],
                    variance[at],
                    (level.least, level.greatest)
                ));
            }
        }
        Ok(())
    }
}
