fn main() {
    let a = ndarray::array![1.0, 2.0];
    let mut calls = 0;
    let _ = swath::map!(&a, |x| {
        calls += 1;
        x + 1.0
    });
    println!("{calls}");
}
