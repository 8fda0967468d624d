//! `ndarray-conv`: convolution by loops on one thread, and by Fourier transform.

use std::hint::black_box;

use ndarray::{
    Array, ArrayView, Dim, IntoDimension, Ix, RemoveAxis, SliceArg, SliceInfo, SliceInfoElem,
};
use ndarray_conv::{ConvExt, ConvFFTExt, ConvMode, PaddingMode, ReverseKernel};
use swath::conv::Border;

use super::no_such_call;
use crate::job::{Job, Made, On, giving};
use crate::machine::Machine;
use crate::real::Real;
use crate::work::{Work, with_dims};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Direct,
    Fourier,
}

pub(super) fn job<'a, T: Real>(work: &'a Work<T>, machine: &'a Machine, way: Way) -> Made<'a> {
    match work {
        Work::Correlate { src, filter, border } => {
            if filter.shape().iter().any(|k| k % 2 == 0) {
                return Err("centres a filter of even length elsewhere".into());
            }
            let call = Call { machine, way, border: *border, convolve: false };
            with_dims!(src, |src| {
                let filter = filter.view().into_dimensionality().expect("as many axes");
                call.made(src, filter.to_owned())
            })
        }
        Work::Convolve1d { src, filter, axis, border } => {
            if filter.len() % 2 == 0 {
                return Err("centres a filter of even length elsewhere".into());
            }
            let call = Call { machine, way, border: *border, convolve: true };
            let mut shape = vec![1; src.ndim()];
            shape[*axis] = filter.len();
            let filter = filter.to_shape(shape).expect("as many taps");
            with_dims!(src, |src| {
                let filter = filter.view().into_dimensionality().expect("as many axes");
                call.made(src, filter.to_owned())
            })
        }
        _ => no_such_call(),
    }
}

struct Call<'a, T> {
    machine: &'a Machine,
    way: Way,
    border: Border<T>,
    convolve: bool,
}

impl<'a, T: Real> Call<'a, T> {
    fn made<const N: usize>(
        self,
        src: ArrayView<'a, T, Dim<[Ix; N]>>,
        filter: Array<T, Dim<[Ix; N]>>,
    ) -> Made<'a>
    where
        Dim<[Ix; N]>: RemoveAxis,
        [Ix; N]: IntoDimension<Dim = Dim<[Ix; N]>>,
        SliceInfo<[SliceInfoElem; N], Dim<[Ix; N]>, Dim<[Ix; N]>>:
            SliceArg<Dim<[Ix; N]>, OutDim = Dim<[Ix; N]>>,
    {
        let beyond = match self.border {
            Border::Constant(value) => PaddingMode::Const(value),
            Border::Mirror => PaddingMode::Reflect,
            Border::Nearest => PaddingMode::Replicate,
            Border::Wrap => PaddingMode::Circular,
            _ => return Err("has no border like reflect".into()),
        };
        let many = self.machine.threads > 1;
        let turned = self.convolve;
        macro_rules! call {
            ($on:expr, $method:ident) => {
                giving($on, move || {
                    let kernel = if turned { filter.reverse() } else { filter.no_reverse() };
                    black_box(&src).$method(kernel, ConvMode::Same, beyond).expect("sizes agree")
                })
            };
        }
        let job: Box<dyn Job + 'a> = match self.way {
            Way::Direct => call!(On::Caller, conv),
            Way::Fourier if many => call!(On::Rayon(&self.machine.rayon), conv_fft_par),
            Way::Fourier => call!(On::Caller, conv_fft),
        };
        Ok(job)
    }
}
