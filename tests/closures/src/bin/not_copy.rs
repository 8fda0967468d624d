fn main() {
    let a = ndarray::array![String::new()];
    let _ = swath::map(&a, |_| 1.0);
}
