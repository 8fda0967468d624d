//! Tiles of an output that are filtered by way of their Fourier transforms.
//!
//! Overlap-save: a transform of `n` places gives the `n - reach` outputs whose whole
//! filter lies inside it. Long tiles waste less of their length, short ones stay in
//! cache and have fewer steps. Two tiles go through one complex transform together, as
//! its real and its imaginary part, which a real filter does not mix.

use super::List;
use crate::tuning;

/// One axis of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Places of the output.
    pub(crate) len: usize,
    /// Places under the filter besides one; 0 for an axis that is not filtered.
    pub(crate) reach: usize,
    /// The shortest transform whose places hold all of it in one tile: all that lies under the
    /// filter, unless zeros beyond the ends may lie on each other.
    pub(crate) whole: usize,
    /// Whether elements of the input that follow each other lie side by side.
    pub(crate) contiguous: bool,
}

/// How an output is cut into tiles, axis by axis.
#[derive(Debug, Clone)]
pub(crate) struct Spectral {
    /// Places of a tile under the filter: the length of a transform.
    pub(crate) n: List<usize>,
    /// Places of the output that a tile gives.
    pub(crate) step: List<usize>,
    /// Tiles along each axis.
    tiles: List<usize>,
    total: usize,
    /// Values of one tile.
    pub(crate) points: usize,
    /// What a pair of tiles takes, and all of it, in ns.
    pub(crate) pair_ns: f64,
    pub(crate) cost_ns: f64,
}

impl Spectral {
    /// The cheapest cut for complex values of so many bytes; none where lengths
    /// overflow or nothing is filtered. The last axis is the innermost of a tile.
    pub(crate) fn new(spans: &[Span], bytes: usize) -> Option<Self> {
        let filtered = spans.iter().filter(|s| s.reach > 0).count();
        let most = *tuning::FFT_LENGTHS.get(filtered.checked_sub(1)?).unwrap_or(&2);
        let mut choices: List<(usize, usize)> = List::new((1, 1));
        for (i, span) in spans.iter().enumerate() {
            let side_by_side = i + 1 == spans.len() && span.contiguous;
            let first = match span.reach {
                0 if side_by_side => (span.len.min(tuning::FFT_COLUMNS), 1),
                0 => (1, 1),
                reach => {
                    let whole = good(span.whole)?;
                    let least = good(reach.checked_mul(2)?.max(tuning::FFT_LENGTH_MIN))?;
                    let least = least.min(whole);
                    (least, steps_between(least, whole).min(most) + 1)
                }
            };
            choices.push(first);
        }
        let choices = choices.as_slice();
        let mut best: Option<Self> = None;
        let mut at = List::new(0);
        choices.iter().for_each(|_| at.push(0));
        loop {
            let mut n = List::new(1);
            for (&(least, _), &up) in choices.iter().zip(at.as_slice()) {
                n.push((0..up).fold(least, |n, _| next_good(n)));
            }
            if let Some(cut) = Self::of(spans, n, bytes)
                && best.as_ref().is_none_or(|best| cut.cost_ns < best.cost_ns)
            {
                best = Some(cut);
            }
            // Count on, the last axis first.
            let at = at.as_mut_slice();
            let Some(axis) = (0..at.len()).rev().find(|&i| at[i] + 1 < choices[i].1) else {
                return best;
            };
            at[axis] += 1;
            at[axis + 1..].fill(0);
        }
    }

    /// The cut into tiles of `n` places; none where that overflows.
    fn of(spans: &[Span], n: List<usize>, bytes: usize) -> Option<Self> {
        let (mut step, mut tiles) = (List::new(1), List::new(1));
        let (mut total, mut points, mut point_ns) = (1usize, 1usize, tuning::FFT_POINT_NS);
        for (span, &n) in spans.iter().zip(n.as_slice()) {
            let most = if n >= span.whole { span.len } else { n - span.reach };
            let across = span.len.div_ceil(most);
            step.push(span.len.div_ceil(across));
            tiles.push(across);
            total = total.checked_mul(across)?;
            points = points.checked_mul(n)?;
            if span.reach > 0 {
                let rate = if n.is_power_of_two() { 1.0 } else { tuning::FFT_THREES };
                point_ns += 2.0 * tuning::FFT_STEP_NS * rate * f64::from(n.ilog2());
                point_ns += tuning::FFT_PASS_NS;
            }
        }
        let memory = points.checked_mul(bytes).filter(|&m| m <= isize::MAX as usize)?;
        if memory > tuning::FFT_TILE_BYTES {
            point_ns += tuning::FFT_FAR_NS;
        }
        let pair_ns = points as f64 * point_ns * (bytes as f64 / 8.0);
        // The filter is transformed as well, and plans are made: counted as a pair more (with half
        // of one 63x63 taps of 64x64 f32 were expected to take 158 us; they took 262).
        let cost_ns = (total.div_ceil(2) as f64 + 1.0) * pair_ns;
        Some(Self { n, step, tiles, total, points, pair_ns, cost_ns })
    }

    /// How many pairs of tiles there are.
    pub(crate) fn pairs(&self) -> usize {
        self.total.div_ceil(2)
    }

    /// Whether a tile is so large that threads had better share one.
    pub(crate) fn is_shared(&self) -> bool {
        self.points > tuning::FFT_SHARED_POINTS
    }

    /// Where tile `i` begins along each axis, if there is one.
    pub(crate) fn start(&self, i: usize) -> Option<List<usize>> {
        if i >= self.total {
            return None;
        }
        let mut start = List::new(0);
        let (mut rest, mut left) = (i, self.total);
        for (&tiles, &step) in self.tiles.as_slice().iter().zip(self.step.as_slice()) {
            left /= tiles;
            start.push(rest / left * step);
            rest %= left;
        }
        Some(start)
    }
}

/// The next length that transforms are fast for: a power of two, or three times one.
fn next_good(n: usize) -> usize {
    if n.is_power_of_two() && n > 1 { n / 2 * 3 } else { (n + 1).next_power_of_two() }
}

/// The first such length from `n` on.
fn good(n: usize) -> Option<usize> {
    let two = n.checked_next_power_of_two()?;
    let three = two / 4 * 3;
    Some(if three >= n { three } else { two })
}

fn steps_between(mut from: usize, to: usize) -> usize {
    let mut steps = 0;
    while from < to {
        (from, steps) = (next_good(from), steps + 1);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lengths() {
        let mut n = 1;
        for expected in [2, 3, 4, 6, 8, 12, 16, 24, 32] {
            n = next_good(n);
            assert_eq!(n, expected);
            assert_eq!(good(n), Some(n));
        }
        assert_eq!((good(1), good(5), good(7), good(13)), (Some(1), Some(6), Some(8), Some(16)));
        assert_eq!(good(usize::MAX), None);
    }

    #[test]
    fn tiles_cover_every_place_once() {
        let span = |len: usize, reach: usize| Span {
            len,
            reach,
            whole: len.saturating_add(reach),
            contiguous: true,
        };
        for spans in [
            vec![span(1, 1)],
            vec![span(100_000, 30)],
            vec![span(7, 1000)],
            vec![span(300, 20), span(1, 3)],
            vec![span(50, 0), span(200, 14)],
            vec![span(90, 14), span(33, 0)],
            vec![span(20, 4), span(3, 0), span(40, 9), span(5, 2)],
            vec![Span { whole: 1535, ..span(1535, 511) }, Span { whole: 34, ..span(20, 30) }],
        ] {
            let cut = Spectral::new(&spans, 8).unwrap();
            let total: usize = spans.iter().map(|s| s.len).product();
            let mut seen = vec![0u8; total];
            for tile in 0..2 * cut.pairs() {
                let Some(start) = cut.start(tile) else { continue };
                let mut at = start.as_slice().to_vec();
                'places: loop {
                    let i = at.iter().zip(&spans).fold(0, |i, (&at, span)| i * span.len + at);
                    seen[i] += 1;
                    for axis in (0..spans.len()).rev() {
                        let (first, step) = (start.as_slice()[axis], cut.step.as_slice()[axis]);
                        at[axis] += 1;
                        if at[axis] < (first + step).min(spans[axis].len) {
                            continue 'places;
                        }
                        at[axis] = first;
                    }
                    break;
                }
            }
            assert!(seen.iter().all(|&n| n == 1), "{spans:?}");
            for (i, span) in spans.iter().enumerate() {
                let (step, n) = (cut.step.as_slice()[i], cut.n.as_slice()[i]);
                assert!(step + span.reach <= n || step == span.len && span.whole <= n);
            }
        }
        assert!(Spectral::new(&[span(5, 0)], 8).is_none());
        assert!(Spectral::new(&[span(usize::MAX, 2)], 8).is_none());
        assert!(Spectral::new(&[span(1 << 40, 1 << 40), span(1 << 40, 1 << 40)], 8).is_none());
    }
}
