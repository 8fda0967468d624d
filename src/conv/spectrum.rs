//! The spectrum of a filter: its taps in a tile of zeros, transformed along every axis.

use std::ops::ControlFlow;

use rustfft::num_complex::Complex;

use super::Sample;
use super::fft::{Tile, Work, zeros};
use crate::kernel::fft::{self, Along, LINES, Step, Wave};
use crate::plan::{Buffer, Chunks};
use crate::{Error, pool};

impl<T: Sample, W: Wave + Default> Work<'_, T, W> {
    /// The conjugate of the spectrum of the filter, over the number of values; each line along the
    /// outermost filtered axis in one piece.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub(super) fn spectrum(&self, order: &[usize]) -> Result<Vec<Complex<W>>, Error> {
        let n: Vec<usize> = self.filtered.iter().map(|&(i, _)| self.cut.n.as_slice()[i]).collect();
        let (points, function) = (n.iter().product(), self.filter.function);
        let columns = points / n[0];
        let mut buffer = Buffer::new(function, points)?;
        let tile = &Tile(buffer.as_mut_ptr());
        let rows = Chunks::new(n[0], columns * size_of::<Complex<W>>(), 0.0, 1);
        pool::each(rows.n(), rows.cost_ns(), |i| {
            for at in rows.range(i).start * columns..rows.range(i).end * columns {
                // SAFETY: rows of the tile, which are this chunk's own.
                unsafe { tile.0.add(at).write(Complex::default()) };
            }
        });
        self.place_taps(order, &n, tile);
        // The innermost axis first: most of its lines are zeros.
        for (d, (_, plan)) in self.filtered.iter().enumerate().rev() {
            let (outer, inner) = (n[..d].iter().product(), n[d + 1..].iter().product());
            let along = Along { outer, n: n[d], inner };
            let unit_ns = self.cut.pair_ns / (2 * n.len() * along.units()) as f64;
            let units = Chunks::new(along.units(), 0, unit_ns, 1);
            let room = || zeros(function, self.room()).ok();
            let done = pool::run(units.n(), units.cost_ns(), room, |room, i| {
                let Some(room) = room else { return ControlFlow::Break(()) };
                for unit in units.range(i) {
                    // SAFETY: the tile has that many values, and units are disjoint.
                    unsafe { fft::transform(tile.0, along, plan, unit, Step::Forward, room) };
                }
                ControlFlow::Continue(())
            });
            if done.is_break() {
                return Err(Error::Memory {
                    function,
                    bytes: self.room() * size_of::<Complex<W>>(),
                });
            }
        }
        turn(function, tile, [n[0], columns])
    }

    /// Writes the taps into a tile of zeros.
    fn place_taps(&self, order: &[usize], n: &[usize], tile: &Tile<W>) {
        // Steps in the tile along each axis of the filter, in its own order.
        let mut steps = vec![0; order.len()];
        let mut step = 1;
        for (&(i, _), &n) in self.filtered.iter().zip(n).rev() {
            steps[order[i]] = step * self.axes[i].dilation;
            step *= n;
        }
        let scale = 1.0 / step as f64;
        let shape: Vec<usize> = self.filter.axes.iter().map(|axis| axis.taps).collect();
        let run = shape.last().copied().unwrap_or(1);
        let along = steps.last().copied().unwrap_or(0);
        let mut at = vec![0; shape.len()];
        for line in self.filter.taps.chunks(run) {
            let place: usize = at.iter().zip(&steps).map(|(&at, &step)| at * step).sum();
            assert!(place + (line.len() - 1) * along < step, "a filter longer than its transform");
            for (s, &tap) in line.iter().enumerate() {
                let value = Complex { re: W::of(T::tap_to_wide(tap) * scale), im: W::of(0.0) };
                // SAFETY: `step` is the number of values of the tile.
                unsafe { tile.0.add(place + s * along).write(value) };
            }
            for axis in (0..at.len().saturating_sub(1)).rev() {
                at[axis] += 1;
                if at[axis] < shape[axis] {
                    break;
                }
                at[axis] = 0;
            }
        }
    }
}

/// The conjugates of rows and columns, turned so that the columns are contiguous.
///
/// # Errors
/// [`Error::Memory`].
fn turn<W: Wave>(
    function: &'static str,
    from: &Tile<W>,
    [rows, columns]: [usize; 2],
) -> Result<Vec<Complex<W>>, Error> {
    let mut turned = Buffer::new(function, rows * columns)?;
    let to = &Tile(turned.as_mut_ptr());
    let bytes = LINES * rows * size_of::<Complex<W>>();
    let blocks = Chunks::new(columns.div_ceil(LINES), 2 * bytes, 0.0, 1);
    pool::each(blocks.n(), blocks.cost_ns(), |i| {
        for block in blocks.range(i) {
            let some = block * LINES..columns.min((block + 1) * LINES);
            for j in 0..rows {
                for c in some.clone() {
                    // SAFETY: places of both tiles, and columns of this block alone.
                    unsafe { to.0.add(c * rows + j).write((*from.0.add(j * columns + c)).conj()) };
                }
            }
        }
    });
    // SAFETY: every column has been written.
    Ok(unsafe { turned.assume_init() })
}
