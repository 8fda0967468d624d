//! Black and Scholes' prices of European options, by one closure and by many passes.

use ndarray::{Array1, Zip};
use swath::{Error, map_reduce, map2, math, reduce::Sum};

/// Options on one share each: what it costs now, the strike, years to the end; and what
/// holds for all of them.
pub(crate) struct Market {
    pub(crate) share: Array1<f64>,
    pub(crate) strike: Array1<f64>,
    pub(crate) years: Array1<f64>,
    pub(crate) rate: f64,
    pub(crate) volatility: f64,
}

/// Prices of the options to buy and of those to sell.
pub(crate) struct Prices {
    pub(crate) call: Array1<f64>,
    pub(crate) put: Array1<f64>,
}

impl Market {
    /// So many options, spread over what is usual; the same each time.
    pub(crate) fn new(n: usize) -> Self {
        let spread = |low: f64, high: f64, step: f64| {
            let at = move |i: usize| (i as f64 * step).fract();
            (0..n).map(|i| low + (high - low) * at(i)).collect()
        };
        Self {
            share: spread(5.0, 30.0, 0.618_033_988_749),
            strike: spread(1.0, 100.0, 0.414_213_562_373),
            years: spread(0.25, 10.0, 0.732_050_807_568),
            rate: 0.02,
            volatility: 0.30,
        }
    }

    /// One pass: the whole formula is one closure, with two results.
    pub(crate) fn fused(&self) -> Result<Prices, Error> {
        let (rate, volatility) = (self.rate, self.volatility);
        let (call, put) = map2!((&self.share, &self.strike, &self.years), |(s, k, t)| {
            let deviation = volatility * t.sqrt();
            let d1 = (math::ln(s / k) + (rate + 0.5 * volatility * volatility) * t) / deviation;
            let d2 = d1 - deviation;
            let discounted = k * math::exp(-rate * t);
            // The normal distribution, each side by itself: exact in both tails.
            let half = std::f64::consts::FRAC_1_SQRT_2;
            let (n1, n2) = (0.5 * math::erfc(-d1 * half), 0.5 * math::erfc(-d2 * half));
            let (m1, m2) = (0.5 * math::erfc(d1 * half), 0.5 * math::erfc(d2 * half));
            (s * n1 - discounted * n2, discounted * m2 - s * m1)
        })?;
        Ok(Prices { call, put })
    }

    /// The same operations, an array after each: how it is written with whole arrays.
    pub(crate) fn pass_by_pass(&self) -> Result<(Prices, usize), Error> {
        let (s, k, t) = (&self.share, &self.strike, &self.years);
        let (rate, volatility) = (self.rate, self.volatility);
        let drift = rate + 0.5 * volatility * volatility;
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let mut passes = 0;
        let mut count = |a: Result<Array1<f64>, Error>| {
            passes += 1;
            a
        };
        let root = count(swath::sqrt(t))?;
        let deviation = count(swath::map!(&root, |x| volatility * x))?;
        let ratio = count(swath::divide(s, k))?;
        let logarithm = count(swath::ln(&ratio))?;
        let grown = count(swath::map!(t, |x| drift * x))?;
        let numerator = count(swath::add(&logarithm, &grown))?;
        let d1 = count(swath::divide(&numerator, &deviation))?;
        let d2 = count(swath::subtract(&d1, &deviation))?;
        let exponent = count(swath::map!(t, |x| -rate * x))?;
        let discount = count(swath::exp(&exponent))?;
        let discounted = count(swath::multiply(k, &discount))?;
        let mut tail = |d: &Array1<f64>, sign: f64| {
            let scaled = count(swath::map!(d, |x| sign * x * half))?;
            let outside = count(swath::erfc(&scaled))?;
            count(swath::map!(&outside, |x| 0.5 * x))
        };
        let (n1, n2, m1, m2) =
            (tail(&d1, -1.0)?, tail(&d2, -1.0)?, tail(&d1, 1.0)?, tail(&d2, 1.0)?);
        let difference = |a, x, b, y| -> Result<Array1<f64>, Error> {
            let (a, b) = (swath::multiply(a, x)?, swath::multiply(b, y)?);
            swath::subtract(&a, &b)
        };
        let call = difference(s, &n1, &discounted, &n2)?;
        let put = difference(&discounted, &m2, s, &m1)?;
        Ok((Prices { call, put }, passes + 6))
    }

    /// What the standard library and a serial loop give: the C library's functions.
    pub(crate) fn serial(&self) -> Prices {
        let mut call = Array1::zeros(self.share.len());
        let mut put = call.clone();
        let (rate, volatility) = (self.rate, self.volatility);
        Zip::from(&mut call)
            .and(&mut put)
            .and(&self.share)
            .and(&self.strike)
            .and(&self.years)
            .for_each(|call, put, &s, &k, &t| {
                let deviation = volatility * t.sqrt();
                let d1 = ((s / k).ln() + (rate + 0.5 * volatility * volatility) * t) / deviation;
                let d2 = d1 - deviation;
                let discounted = k * (-rate * t).exp();
                let half = std::f64::consts::FRAC_1_SQRT_2;
                *call = 0.5 * (s * erfc(-d1 * half) - discounted * erfc(-d2 * half));
                *put = 0.5 * (discounted * erfc(d2 * half) - s * erfc(d1 * half));
            });
        Prices { call, put }
    }

    /// Checks prices: call - put = share - discounted strike (parity), no price below 0
    /// but for rounding, and none above what it is an option on.
    pub(crate) fn check(&self, prices: &Prices) -> Result<(), String> {
        let rate = self.rate;
        let text = |e: Error| e.to_string();
        let operands = (&self.share, &self.strike, &self.years, &prices.call, &prices.put);
        let wrong = map_reduce!(
            operands,
            |(s, k, t, call, put)| {
                let discounted = k * math::exp(-rate * t);
                let off = (call - put) - (s - discounted);
                let slack = 1e-13 * (s + discounted);
                let right = off.abs() <= slack
                    && call >= -slack
                    && put >= -slack
                    && call <= s + slack
                    && put <= discounted + slack;
                u64::from(!right)
            },
            Sum
        )
        .map_err(text)?;
        if wrong > 0 {
            return Err(format!(
                "check failed: {wrong} of {} options are priced wrongly",
                self.share.len()
            ));
        }
        Ok(())
    }
}

/// The largest difference, as a part of the share's price.
pub(crate) fn difference(market: &Market, a: &Prices, b: &Prices) -> Result<f64, Error> {
    let operands = (&market.share, &a.call, &b.call, &a.put, &b.put);
    map_reduce!(
        operands,
        |(s, a, b, c, d)| { math::maximum((a - b).abs() / s, (c - d).abs() / s) },
        swath::reduce::Max
    )
}

unsafe extern "C" {
    safe fn erfc(x: f64) -> f64;
}
