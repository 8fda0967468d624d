//! The peers, a file each: the calls of theirs that do the same work as ours.

mod faer;
mod gemm;
mod imageproc;
mod kornia_imgproc;
mod matrixmultiply;
mod ndarray;
mod ndarray_conv;
pub(crate) mod ndarray_ndimage;
mod rayon;
#[cfg(test)]
mod wrong;

pub(crate) use self::faer::Multiply;

use crate::apart;
use crate::case::Case;
use crate::job::Made;
use crate::machine::Machine;
use crate::real::Real;
use crate::work::Work;

/// The packages behind the peers, whose versions are told.
pub(crate) const PACKAGES: [&str; 9] = [
    "faer",
    "gemm",
    "imageproc",
    "kornia-imgproc",
    "matrixmultiply",
    "ndarray",
    "ndarray-conv",
    "ndarray-ndimage",
    "rayon",
];

/// The call of `peer` that does this work; the error tells why there is none.
pub(crate) fn job<'a, T: Real>(
    peer: &str,
    case: &'a Case,
    work: &'a Work<T>,
    machine: &'a Machine,
) -> Made<'a> {
    match (peer, work) {
        // These two take their threads from the environment of the process.
        ("matrixmultiply" | "ndarray", Work::Matmul { .. }) => {
            apart::job(peer, case, machine.threads)
        }
        _ => job_here(peer, work, machine),
    }
}

/// The same, always in this process.
pub(crate) fn job_here<'a, T: Real>(
    peer: &str,
    work: &'a Work<T>,
    machine: &'a Machine,
) -> Made<'a> {
    match peer {
        "faer" => faer::job(work, machine),
        "gemm" => gemm::job(work, machine),
        "imageproc" => imageproc::job(work, machine),
        "kornia-imgproc" => kornia_imgproc::job(work, machine),
        "matrixmultiply" => matrixmultiply::job(work, machine),
        "ndarray" => ndarray::job(work, machine),
        "ndarray-conv" => ndarray_conv::job(work, machine, ndarray_conv::Way::Direct),
        "ndarray-conv-fft" => ndarray_conv::job(work, machine, ndarray_conv::Way::Fourier),
        "ndarray-ndimage" => ndarray_ndimage::job(work),
        "rayon" => rayon::job(work, machine),
        #[cfg(test)]
        "wrong" | "panics" => wrong::job(peer),
        _ => Err(format!("no peer named {peer} in this program")),
    }
}

/// What a peer says to work that it has no call for.
fn no_such_call<'a>() -> Made<'a> {
    Err("has no such operation".into())
}
