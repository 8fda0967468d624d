//! A case measured: results compared first, then times in pairs, ours and the peer's
//! in turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::case::{Case, Entry, Report, Status, Times};
use crate::job::Job;
use crate::machine::Machine;
use crate::real::Real;
use crate::work::Work;
use crate::{ours, peers, spin};

/// A sample takes at least this long: short calls are timed many at a time.
const SAMPLE_SECONDS: f64 = 50e-6;

/// Calls as short as this are made before each sample, untimed: threads that went to
/// sleep since the last sample are awake then, and data is in cache that fits it, on both
/// sides.
const WARM_BELOW_SECONDS: f64 = 20e-3;

/// For so long, and once at least: nobody wakes a thread for the first short call, and one
/// that is woken takes some 50 us to come.
const WARM_SECONDS: f64 = 0.5e-3;

/// A break between two samples, in which threads that look for more work go to sleep.
const REST: Duration = Duration::from_micros(200);

/// The same after a peer whose threads go on spinning.
const LONG_REST: Duration = Duration::from_millis(60);

const PAIRS_MIN: usize = 3;
const PAIRS_MAX: usize = 301;

/// Measures a case; the error says what is wrong with the case.
pub(crate) fn measure(case: &Case, machine: &mut Machine) -> Result<Report, String> {
    (machine.fresh, machine.brief) = (case.fresh, case.brief);
    match case.dtype.as_str() {
        "f32" => typed::<f32>(case, machine),
        "f64" => typed::<f64>(case, machine),
        other => Err(format!("unknown dtype {other}: must be f32 or f64")),
    }
}

fn typed<T: Real>(case: &Case, machine: &Machine) -> Result<Report, String> {
    let work = Work::<T>::new(case)?;
    let mut ours = Side::new(ours::job(&work, machine))?;
    let mut samples = Vec::new();
    let peers = case.peers.iter().map(|name| {
        let mut entry = Entry { peer: name.clone(), threads: machine.threads, ..Entry::default() };
        match peers::job(name, case, &work, machine) {
            Err(reason) => entry.detail = reason,
            Ok(job) => {
                entry.fresh_only = job.is_fresh() && !case.fresh;
                let result = versus(&mut ours, job, work.tolerance(), machine, &mut samples);
                match result {
                    Ok(times) => (entry.status, entry.times) = (Status::Ok, Some(times)),
                    Err((status, detail)) => (entry.status, entry.detail) = (status, detail),
                }
            }
        }
        entry
    });
    let peers = peers.collect();
    if samples.is_empty() {
        samples = alone(&mut ours, machine)?;
    }
    Ok(Report { id: case.id.clone(), ours_seconds: percentile(&mut samples, 0.5), peers })
}

/// One side of a comparison: called once, and how long a call takes.
struct Side<'a> {
    job: Box<dyn Job + 'a>,
    values: Vec<f64>,
    warm: usize,
    calls: usize,
    seconds: f64,
}

impl<'a> Side<'a> {
    fn new(mut job: Box<dyn Job + 'a>) -> Result<Self, String> {
        let values = job.values()?;
        Ok(Self { job, values, warm: 1, calls: 1, seconds: 0.0 })
    }

    /// Finds how many calls make a sample.
    fn warm_up(&mut self) -> Result<(), String> {
        self.calls = 1;
        loop {
            let taken = self.job.time(usize::from(self.calls > 1), self.calls)?;
            self.seconds = taken / self.calls as f64;
            if taken >= SAMPLE_SECONDS {
                break;
            }
            let wanted = SAMPLE_SECONDS * 1.1 / self.seconds.max(1e-9);
            self.calls = (wanted as usize).clamp(self.calls + 1, 100 * self.calls);
        }
        self.warm = if self.seconds < WARM_BELOW_SECONDS {
            (WARM_SECONDS / self.seconds.max(1e-9)).ceil() as usize
        } else {
            0
        };
        Ok(())
    }

    /// Seconds for a call, from one sample.
    fn sample(&mut self) -> Result<f64, String> {
        Ok(self.job.time(self.warm, self.calls)? / self.calls as f64)
    }
}

type Failure = (Status, String);

/// Compares, then times ours and the peer's in turn.
fn versus<'a>(
    ours: &mut Side<'_>,
    job: Box<dyn Job + 'a>,
    tolerance: f64,
    machine: &Machine,
    samples: &mut Vec<f64>,
) -> Result<Times, Failure> {
    let failed = |detail| (Status::Error, detail);
    let mut peer = guarded(|| Side::new(job)).map_err(failed)?;
    compare(&ours.values, &peer.values, tolerance).map_err(|e| (Status::Wrong, e))?;
    peer.values = Vec::new();
    guarded(|| peer.warm_up()).map_err(failed)?;
    let rest = if spin::goes_on() { LONG_REST } else { REST };
    ours.warm_up().map_err(failed)?;
    let (mut ratios, mut theirs) = (Vec::new(), Vec::new());
    let start = Instant::now();
    while goes_on(ratios.len(), start.elapsed().as_secs_f64(), machine) {
        sleep(rest);
        let a = ours.sample().map_err(failed)?;
        sleep(REST);
        let b = guarded(|| peer.sample()).map_err(failed)?;
        samples.push(a);
        theirs.push(b);
        ratios.push(b / a);
    }
    Ok(Times {
        seconds: percentile(&mut theirs, 0.5),
        ratio: percentile(&mut ratios, 0.5),
        ratio_low: percentile(&mut ratios, 0.1),
        ratio_high: percentile(&mut ratios, 0.9),
        pairs: ratios.len(),
    })
}

/// Ours without a peer.
fn alone(ours: &mut Side<'_>, machine: &Machine) -> Result<Vec<f64>, String> {
    ours.warm_up()?;
    let (mut samples, start) = (Vec::new(), Instant::now());
    while goes_on(samples.len(), 2.0 * start.elapsed().as_secs_f64(), machine) {
        sleep(REST);
        samples.push(ours.sample()?);
    }
    Ok(samples)
}

/// Whether there is time for another pair.
fn goes_on(pairs: usize, seconds: f64, machine: &Machine) -> bool {
    let budget = match (machine.quick, machine.brief) {
        (true, _) => 0.06,
        (_, true) => 0.12,
        _ => 0.6,
    };
    pairs < PAIRS_MAX && (pairs < PAIRS_MIN || seconds < budget)
}

/// A panic of a peer is its failure, not ours.
fn guarded<R>(f: impl FnOnce() -> Result<R, String>) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        Err(format!("panicked: {}", text.unwrap_or("without a message")))
    })
}

/// Whether the peer's result is ours; `tolerance` is a part of the greatest element.
fn compare(ours: &[f64], peers: &[f64], tolerance: f64) -> Result<(), String> {
    if ours.len() != peers.len() {
        return Err(format!("has {} elements, ours {}", peers.len(), ours.len()));
    }
    let scale = ours.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let far = |a: f64, b: f64| if a == b { 0.0 } else { ((a - b) / scale).abs() };
    let mut worst = (0.0, 0);
    for (i, (&a, &b)) in ours.iter().zip(peers).enumerate() {
        // A NaN on one side alone is as far away as can be.
        let distance = far(a, b);
        if !(distance <= worst.0) {
            worst = (if distance.is_nan() { f64::INFINITY } else { distance }, i);
        }
    }
    if worst.0 <= tolerance {
        return Ok(());
    }
    let (a, b) = (ours[worst.1], peers[worst.1]);
    Err(format!("element {}: {b} where ours is {a}, tolerance {tolerance:e} of {scale}", worst.1))
}

/// Between the two nearest where it falls between; sorts.
fn percentile(numbers: &mut [f64], part: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let at = part * (numbers.len() - 1) as f64;
    let (low, high) = (numbers[at.floor() as usize], numbers[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str) -> Result<Report, String> {
        let mut machine = Machine::new(2, true).unwrap();
        measure(&Case::parse(line).unwrap(), &mut machine)
    }

    #[test]
    fn a_wrong_result_is_reported_and_not_timed() {
        let report = run(r#"{"id":"a","family":"reduce","op":"sum","dtype":"f32","shape":[1000],
                "peers":["wrong","rayon","panics"]}"#)
        .unwrap();
        let [wrong, right, panics] = &report.peers[..] else { panic!("three peers") };
        assert_eq!((wrong.status, &wrong.times), (Status::Wrong, &None));
        assert!(wrong.detail.contains("42"), "{}", wrong.detail);
        let times = right.times.as_ref().unwrap();
        assert_eq!(right.status, Status::Ok);
        assert!(times.pairs >= PAIRS_MIN && times.seconds > 0.0);
        assert!(times.ratio_low <= times.ratio && times.ratio <= times.ratio_high);
        assert_eq!(panics.status, Status::Error);
        assert!(panics.detail.contains("on purpose"), "{}", panics.detail);
        assert!(report.ours_seconds > 0.0);
    }

    #[test]
    fn a_result_of_another_shape_is_wrong() {
        let report = run(r#"{"id":"a","family":"map","op":"sqrt","dtype":"f64","shape":[8,8],
                "peers":["wrong"]}"#);
        let entry = &report.unwrap().peers[0];
        assert_eq!(entry.status, Status::Wrong);
        assert!(entry.detail.contains("1 elements, ours 64"), "{}", entry.detail);
    }

    #[test]
    fn an_absent_peer_is_absent() {
        let report =
            run(r#"{"id":"a","family":"matmul","op":"matmul","dtype":"f64","shape":[8,8,8],
                "peers":["mkl","imageproc"]}"#);
        let report = report.unwrap();
        assert!(report.peers.iter().all(|p| p.status == Status::Absent));
        assert!(report.peers[0].detail.contains("no peer named mkl"));
        assert!(report.peers[1].detail.contains("no such operation"));
        assert!(report.ours_seconds > 0.0);
    }

    #[test]
    fn a_case_that_makes_no_sense_is_an_error() {
        let says = |family: &str, op: &str, dtype: &str, shape: &str, options: &str| {
            run(&format!(
                r#"{{"id":"a","family":"{family}","op":"{op}","dtype":"{dtype}",
                    "shape":{shape},"options":{options}}}"#
            ))
            .unwrap_err()
        };
        assert!(says("reduce", "summ", "f32", "[8]", "{}").contains("summ"));
        assert!(says("sums", "sum", "f32", "[8]", "{}").contains("family sums"));
        assert!(says("conv", "blur", "f32", "[8,8]", "{}").contains("blur"));
        assert!(says("reduce", "sum", "f16", "[8]", "{}").contains("f16"));
        assert!(says("reduce", "sum", "f32", "[]", "{}").contains("[]"));
        assert!(says("reduce", "sum", "f32", "[8]", r#"{"axis":1}"#).contains("axis 1"));
        assert!(says("matmul", "matmul", "f32", "[8,8]", "{}").contains("[8, 8]"));
        assert!(says("conv", "correlate", "f32", "[8,8]", "{}").contains("filter_shape"));
        let border = r#"{"k":3,"border":"edge"}"#;
        assert!(says("conv", "correlate", "f32", "[8,8]", border).contains("edge"));
    }

    #[test]
    fn a_comparison_sees_nan_and_what_is_just_beyond_the_tolerance() {
        let (ours, tolerance) = ([1.0, -4.0], 1e-3);
        assert!(compare(&ours, &[1.0 + 3.9e-3, -4.0], tolerance).is_ok());
        assert!(compare(&ours, &[1.0 + 4.1e-3, -4.0], tolerance).is_err());
        assert!(compare(&ours, &[f64::NAN, -4.0], tolerance).is_err());
        assert!(compare(&ours, &[1.0, f64::NAN], tolerance).is_err());
        assert!(compare(&[0.0], &[1e-30], tolerance).is_err());
        assert!(compare(&[0.0], &[0.0], 0.0).is_ok());
    }

    #[test]
    fn a_percentile_lies_between() {
        let mut numbers = [4.0, 1.0, 3.0, 2.0, 5.0];
        assert_eq!(percentile(&mut numbers, 0.5), 3.0);
        assert_eq!(percentile(&mut numbers, 0.1), 1.4);
        assert_eq!(percentile(&mut [7.0], 0.9), 7.0);
    }
}
