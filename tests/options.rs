//! The `options` example, run as its user runs it: few options, and every input it has to
//! refuse.

#[path = "common/example.rs"]
#[allow(dead_code, unreachable_pub)] // each example uses its own part
mod example;
#[path = "../examples/options/pricing.rs"]
mod pricing;

use example::{folder, full_output_is_refused, refused, run};
use ndarray::array;
use pricing::{Market, difference};

#[test]
fn all_ways_give_one_price() {
    let folder = folder("few");
    for count in ["1", "7", "5000"] {
        let output = run(&folder, &["--count", count, "--repeat", "1"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("checks passed") && text.contains("one closure"), "{text}");
    }
}

#[test]
fn prices_of_the_textbook() {
    // J. Hull, Options, Futures and Other Derivatives: a share of 42, a strike of 40, half a
    // year, 10 % a year, volatility 20 %: 4.76 and 0.81.
    let market = Market {
        share: array![42.0],
        strike: array![40.0],
        years: array![0.5],
        rate: 0.1,
        volatility: 0.2,
    };
    let prices = market.fused().unwrap();
    assert_eq!(format!("{:.2} {:.2}", prices.call[0], prices.put[0]), "4.76 0.81");
    let (passes, n) = market.pass_by_pass().unwrap();
    assert!(n > 20 && difference(&market, &prices, &passes).unwrap() < 1e-14);
    assert!(difference(&market, &prices, &market.serial()).unwrap() < 1e-14);
}

#[test]
fn bad_input_is_refused() {
    let folder = folder("bad");
    refused(&folder, &["--count", "0"], &["count is 0", "1 to 200000000"]);
    refused(&folder, &["--count", "200000001"], &["count is 200000001"]);
    refused(&folder, &["--repeat", "0"], &["repeat is 0", "1 to 1000"]);
    refused(&folder, &["--count", "many"], &["many", "--count"]);
}

/// What the example checks of its own result does notice a wrong one.
#[test]
fn the_checks_can_fail() {
    let market = Market::new(3000);
    let mut prices = market.fused().unwrap();
    market.check(&prices).unwrap();
    prices.call[2999] += 1e-9;
    assert!(market.check(&prices).unwrap_err().contains("1 of 3000"));
    prices.put[5] = f64::NAN;
    assert!(market.check(&prices).unwrap_err().contains("2 of 3000"));
    let right = market.fused().unwrap();
    assert!(difference(&market, &right, &prices).unwrap().is_nan());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_line_too() {
    full_output_is_refused(&folder("full"), &["--count", "10"]);
}
