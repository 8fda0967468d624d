//! A case as it comes in, one line of JSON, and its report as it goes out.

use serde::{Deserialize, Serialize};

/// What to compute, on what, against whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) family: String,
    pub(crate) op: String,
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    #[serde(default)]
    pub(crate) options: Options,
    /// Whether both sides take memory for their output in every timed call.
    #[serde(default)]
    pub(crate) fresh: bool,
    /// One of many of a kind: measured in a fifth of the time.
    #[serde(default)]
    pub(crate) brief: bool,
    #[serde(default)]
    pub(crate) peers: Vec<String>,
}

/// What an operation can be told. An option that is not known here is an error:
/// left out silently, it would make the case another one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Options {
    /// Side of a filter, the same along every axis.
    pub(crate) k: Option<usize>,
    pub(crate) filter_shape: Option<Vec<usize>>,
    pub(crate) sigma: Option<f64>,
    pub(crate) truncate: Option<f64>,
    /// SciPy's name of a border: reflect (the default), mirror, nearest, wrap,
    /// constant.
    pub(crate) border: Option<String>,
    /// The value beyond a constant border.
    pub(crate) cval: Option<f64>,
    /// Counted from the end where negative.
    pub(crate) axis: Option<isize>,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) id: String,
    /// The median over all pairs of all peers.
    pub(crate) ours_seconds: f64,
    pub(crate) peers: Vec<Entry>,
}

/// What came of one peer. Numbers are missing unless the status is `ok`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) peer: String,
    pub(crate) status: Status,
    pub(crate) detail: String,
    /// How many threads the peer was given.
    pub(crate) threads: usize,
    /// The peer takes memory for its output in every call, ours does not.
    pub(crate) fresh_only: bool,
    #[serde(flatten)]
    pub(crate) times: Option<Times>,
    /// Left to the reader of the report, who knows the limits.
    pub(crate) limit_fraction_hint: Option<f64>,
}

/// Times of a peer beside ours. `ratio` is peer by ours: above 1 ours is faster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) seconds: f64,
    pub(crate) ratio: f64,
    /// 10th percentile.
    pub(crate) ratio_low: f64,
    /// 90th percentile.
    pub(crate) ratio_high: f64,
    pub(crate) pairs: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    #[serde(rename = "ok")]
    Ok,
    /// The result disagrees with ours; not timed.
    #[serde(rename = "WRONG")]
    Wrong,
    /// Not in this program, or it has no such operation, type or option.
    #[default]
    #[serde(rename = "absent")]
    Absent,
    /// It failed or panicked.
    #[serde(rename = "error")]
    Error,
}

impl Case {
    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|e| format!("not a case: {e}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_goes_through_json_and_back() {
        let line = r#"{"id":"conv/x","family":"conv","op":"gaussian","dtype":"f32",
            "shape":[64,64],"options":{"sigma":3.0,"border":"nearest"},"fresh":true,
            "peers":["imageproc"],"flops":1000}"#;
        let case = Case::parse(line).unwrap();
        assert_eq!((case.options.sigma, case.fresh), (Some(3.0), true));
        assert_eq!(Case::parse(&serde_json::to_string(&case).unwrap()).unwrap(), case);
        let short = r#"{"id":"a","family":"reduce","op":"sum","dtype":"f32","shape":[64]}"#;
        assert_eq!(Case::parse(short).unwrap().options, Options::default());
    }

    #[test]
    fn a_report_goes_through_json_and_back() {
        let times = Times { seconds: 1e-3, ratio: 2.0, ratio_low: 1.5, ratio_high: 2.5, pairs: 20 };
        let ok =
            Entry { peer: "a".into(), status: Status::Ok, times: Some(times), ..<_>::default() };
        let absent = Entry { peer: "b".into(), detail: "no such peer".into(), ..<_>::default() };
        let report = Report { id: "x".into(), ours_seconds: 5e-4, peers: vec![ok, absent] };
        let text = serde_json::to_string(&report).unwrap();
        assert!(!text.contains('\n') && text.contains(r#""ratio_low":1.5"#), "{text}");
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }

    #[test]
    fn a_broken_line_is_named() {
        let says = |line: &str| Case::parse(line).unwrap_err();
        assert!(says("{").contains("not a case"));
        assert!(says(r#"{"id":"a"}"#).contains("family"));
        let unknown = r#"{"id":"a","family":"conv","op":"sobel","dtype":"f32","shape":[8,8],
            "options":{"order":2}}"#;
        assert!(says(unknown).contains("order"));
    }
}
