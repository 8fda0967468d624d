fn main() {
    let a = vec![1.0, 2.0];
    let _ = swath::map!(&a, |x| x + 1.0);
}
