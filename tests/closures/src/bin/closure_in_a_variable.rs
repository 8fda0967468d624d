fn main() {
    let a = ndarray::array![1.0, 2.0];
    let f = |x: f64| x + 1.0;
    let _ = swath::map!(&a, f);
}
