//! Maps in place, with operands beside the array that is changed.

use ndarray::{Array2, array, aview0, s};
use swath::map_inplace;

#[test]
fn in_place_beside_one_to_seven_operands() {
    let mut a = array![[1.0f64, 2.0], [3.0, 4.0]];
    let (b, c, d, e) = (array![10u8, 20], array![[0.5f32], [1.5]], aview0(&2i64), array![[true]]);
    map_inplace!((&mut a,), |(a,)| a + 1.0).unwrap();
    map_inplace!((&mut a, &b), |(a, b)| a + f64::from(b)).unwrap();
    assert_eq!(a, array![[12.0, 23.0], [14.0, 25.0]]);
    map_inplace!((&mut a, &b, c.view()), |(a, b, c)| a - f64::from(b) * f64::from(c)).unwrap();
    assert_eq!(a, array![[7.0, 13.0], [-1.0, -5.0]]);
    map_inplace((&mut a, &b, &c, &d), |(a, _, _, d)| a * d as f64).unwrap();
    map_inplace((&mut a, &b, &c, &d, &e), |(a, _, _, _, e)| if e { -a } else { 0.0 }).unwrap();
    map_inplace((&mut a, &b, &c, &d, &e, &b), |(a, _, _, _, _, b)| a + f64::from(b)).unwrap();
    assert_eq!(a, array![[-4.0, -6.0], [12.0, 30.0]]);
    map_inplace!((&mut a, &b, &c, &d, &e, &b, &c), |(a, .., c)| a + f64::from(c)).unwrap();
    map_inplace!(
        (&mut a.slice_mut(s![..;-1, 1]), &b, &c.column(0), &d, &e.row(0), &b, &b, &b),
        |(a, b, ..)| a + f64::from(b)
    )
    .unwrap();
    assert_eq!(a, array![[-3.5, 14.5], [13.5, 41.5]]);
    // Elements that fit no stage, short lines, and a shared array, which becomes one's own.
    let mut large = Array2::from_elem((3, 2), [1u64; 40]);
    let step = array![[1u64], [2], [3]];
    map_inplace!((&mut large.slice_mut(s![.., ..;-1]), &step), |(x, y)| x.map(|x| x + y)).unwrap();
    assert_eq!(large.column(1), array![[2; 40], [3; 40], [4; 40]]);
    let mut shared = b.to_shared();
    let other = shared.clone();
    map_inplace!((&mut shared, &other), |(x, y)| x + y).unwrap();
    assert_eq!((shared, other), (array![20, 40].into(), array![10, 20].into()));
}
