//! The Python package's compiled part: checks arguments, finds the memory of
//! arrays, and lets swath's kernels run on it.
//!
//! `array` makes checked descriptions of NumPy arrays (`raw`), a family's file
//! joins keywords and kernels to a `call`, and every call runs through `control`.
//! Python objects are touched only while attached; kernels see `raw` alone.

mod array;
mod axes;
mod call;
mod control;
mod dtype;
mod error;
mod filter;
mod matmul;
mod options;
mod plain;
mod products;
mod raw;
mod reduce;
mod scan;
mod select;
mod signal;
mod task;
mod ufunc;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add_class::<control::Settings>()?;
    module.add("_settings", control::variable(py)?)?;
    module.add_function(wrap_pyfunction!(control::set_num_threads, module)?)?;
    module.add_function(wrap_pyfunction!(control::get_num_threads, module)?)?;
    module.add_function(wrap_pyfunction!(control::_panic, module)?)?;
    module.add_class::<task::Handle>()?;
    module.add_function(wrap_pyfunction!(task::submit, module)?)?;
    module.add_function(wrap_pyfunction!(task::notify, module)?)?;
    module.add_function(wrap_pyfunction!(task::drain, module)?)?;
    module.add_function(wrap_pyfunction!(task::cancel_all, module)?)?;
    module.add_function(wrap_pyfunction!(task::close, module)?)?;
    module.add_function(wrap_pyfunction!(task::forked, module)?)?;
    reduce::functions::add(module)?;
    scan::add(module)?;
    select::add(module)?;
    products::add(module)?;
    ufunc::register(module)?;
    module.add_function(wrap_pyfunction!(matmul::matmul, module)?)?;
    module.add_function(wrap_pyfunction!(filter::weights::correlate, module)?)?;
    module.add_function(wrap_pyfunction!(filter::weights::convolve, module)?)?;
    module.add_function(wrap_pyfunction!(filter::weights::correlate1d, module)?)?;
    module.add_function(wrap_pyfunction!(filter::weights::convolve1d, module)?)?;
    module.add_function(wrap_pyfunction!(filter::named::gaussian_filter, module)?)?;
    module.add_function(wrap_pyfunction!(filter::named::gaussian_filter1d, module)?)?;
    module.add_function(wrap_pyfunction!(filter::named::sobel, module)?)?;
    module.add_function(wrap_pyfunction!(filter::named::prewitt, module)?)?;
    module.add_function(wrap_pyfunction!(filter::joined::laplace, module)?)?;
    module.add_function(wrap_pyfunction!(filter::joined::gaussian_laplace, module)?)?;
    module.add_function(wrap_pyfunction!(filter::joined::gaussian_gradient_magnitude, module)?)?;
    module.add_function(wrap_pyfunction!(filter::joined::generic_laplace, module)?)?;
    module.add_function(wrap_pyfunction!(filter::joined::generic_gradient_magnitude, module)?)?;
    module.add_function(wrap_pyfunction!(filter::boxes::uniform_filter, module)?)?;
    module.add_function(wrap_pyfunction!(filter::boxes::uniform_filter1d, module)?)?;
    module.add_function(wrap_pyfunction!(signal::_convolve, module)?)?;
    module.add_function(wrap_pyfunction!(signal::_prefers_fft, module)?)?;
    Ok(())
}
