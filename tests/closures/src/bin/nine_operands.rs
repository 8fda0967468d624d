fn main() {
    let a = ndarray::array![1.0, 2.0];
    let _ = swath::map((&a, &a, &a, &a, &a, &a, &a, &a, &a), |_| 1.0);
}
