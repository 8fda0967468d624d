fn main() {
    let a = ndarray::array![1.0, 2.0];
    let _ = swath::map!((&a, 2.0), |(x, y)| x + y);
}
