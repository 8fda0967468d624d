"""The table of cases, the comparison of results, verdicts, and the guard."""

import json
import pathlib
import sys

import numpy
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import cases
import guard
from lib import compare, env, limits, measure, verdict
from lib.results import text
from lib.worker import make_inputs

TABLE = {case.id: case for case in cases.CASES}


def test_every_case_has_a_name_of_its_own():
    assert len(TABLE) == len(cases.CASES)
    assert all(json.loads(json.dumps(case.record()))["id"] == name for name, case in TABLE.items())


def test_every_case_in_python_has_our_call_and_peers():
    for case in cases.CASES:
        python = {name for name, text in case.calls.items() if text}
        assert not python or ("swath" in python and len(python) > 1), case.id


def test_every_family_has_a_quick_case_and_four_peers_where_they_exist():
    for family in set(cases.FAMILIES):
        mine = [case for case in cases.CASES if case.family == family]
        assert any(case.quick for case in mine)
        peers = {name for case in mine for name in case.calls} - {"swath"}
        assert len(peers) >= (2 if family == "map" else 4)


def test_every_library_of_the_table_has_a_requirement_and_an_adapter():
    pinned = env.requirements()
    for name in {name for case in cases.CASES for name, text in case.calls.items() if text} - {"swath"}:
        assert all(package in pinned for package in env.REQUIRES.get(name, (name,)))
        assert (env.PEERS / "lib" / "adapters" / f"{name.replace('-', '_')}.py").exists()
    assert all("==" in line for line in pinned.values())


@pytest.mark.parametrize("name, flops, moved", [
    ("sum/f32/1024", 1024, 4096),
    ("dot/f64/65536", 131072, 1048576),
    ("matmul/f32/64x64x64", 524288, 3 * 64 * 64 * 4),
    ("correlate/f32/128x256x256/border=mirror,k=3", 2 * 27 * 2**23, 8 * 2**23),
    ("gaussian/f32/64x64/border=mirror,sigma=1.0", 2 * 18 * 4096, 32768),
])
def test_work_of_a_case(name, flops, moved):
    assert (TABLE[name].flops, TABLE[name].bytes) == (flops, moved)


def test_a_small_error_is_seen_and_the_wrong_side_named():
    case = TABLE["matmul/f32/64x64x64"].record()
    inputs = make_inputs(case)
    right = inputs["x"].astype("f8") @ inputs["y"]
    wrong = right.copy()
    wrong[3, 5] += 1e-3
    assert compare.disagreement(case, inputs, right.astype("f4"), right) is None
    assert compare.disagreement(case, inputs, right, wrong).startswith("the peer wrong")
    assert compare.disagreement(case, inputs, wrong, right).startswith("swath wrong")
    assert "inf" in compare.disagreement(case, inputs, right, right[1:])
    wrong[0, 0] = numpy.nan
    assert compare.disagreement(case, inputs, right, wrong)


def test_extremes_must_be_equal():
    case = TABLE["max/f32/1024"].record()
    inputs = make_inputs(case)
    most = inputs["x"].max()
    assert compare.disagreement(case, inputs, most, most) is None
    assert compare.disagreement(case, inputs, most, numpy.nextafter(most, numpy.float32(9)))


def test_ratios_of_pairs():
    import time

    found = measure.pairs(lambda: time.sleep(0.002), lambda: time.sleep(0.008), measure.QUICK)
    assert 2 < found["ratio"] < 5
    assert found["ratio_low"] <= found["ratio"] <= found["ratio_high"]
    assert measure.spread([1.0, 2.0, 3.0]) == pytest.approx((1.2, 2.8))


def test_the_limit_is_the_roof():
    calibrated = {"fma_f32": 100.0, "read": 20.0, "copy": 25.0, "copy_nt": 30.0, "read_l2": 90.0}
    matmul, total = TABLE["matmul/f32/2048x2048x2048"].record(), TABLE["sum/f32/33554432"].record()
    assert limits.bound(matmul, calibrated) == (pytest.approx(2 * 2048**3 / 100e9), "FMA")
    assert limits.bound(total, calibrated) == (pytest.approx(2**27 / 20e9), "read")
    assert limits.bound(total, {}) is None


def results(ratio, status="ok"):
    record = {"peer": "numpy", "status": status, "ours_seconds": 1e-3, "seconds": ratio * 1e-3, "ratio": ratio,
              "ratio_low": ratio * 0.9, "ratio_high": ratio * 1.1, "pairs": 5}
    case = {**TABLE["sum/f32/1024"].record(), "threads": 2, "peers": [record]}
    return {"machine": {"cpu": "any"}, "limits": {}, "cases": [case]}


def test_losses_are_counted():
    found = list(verdict.verdicts(results(0.5))) + list(verdict.verdicts(results(2.0)))
    (summary,) = verdict.summaries(found)
    assert (summary.cases, summary.lost, summary.mean) == (2, 1, pytest.approx(1.0))
    assert summary.worst.ratio == 0.5


def test_a_group_has_a_mean_for_each_peer_and_for_the_fastest_crate():
    def one(name, *ratios):
        peers = [{"peer": peer, "status": "ok", "ratio": ratio} for peer, ratio in ratios]
        return {**TABLE[name].record(), "threads": 2, "peers": peers}

    found = verdict.groups({"cases": [
        one("matmul/f32/8x8x8", ("numpy", 4.0), ("rust:gemm", 2.0), ("rust:faer", 8.0)),
        one("matmul/f32/16x16x16", ("numpy", 1.0), ("rust:gemm", 3.0), ("rust:faer", 2.0)),
        one("matmul/f32/1000x10x1000", ("numpy", 0.1)),
    ]})
    means = {(g.group, g.peer): (g.cases, pytest.approx(g.mean), g.least) for g in found}
    name = "squares of 8 to 384"
    assert means == {
        (name, "numpy"): (2, 2.0, 1.0), (name, "rust:gemm"): (2, 6**0.5, 2.0), (name, "rust:faer"): (2, 4.0, 2.0),
        (name, "the fastest crate"): (2, 2.0, 2.0), (name, "the fastest of all"): (2, 2**0.5, 1.0),
    }


def test_a_case_may_name_its_peers():
    assert set(TABLE["matmul/f32/8x8x8"].calls) == {"swath", "numpy", *cases._CRATES}
    assert "jax" in TABLE["matmul/f32/16x16x16"].calls
    assert TABLE["matmul/f32/8x8x8"].record()["brief"]


def test_sums_of_products_of_integers_wrap_and_are_equal():
    case = TABLE["matmul/i32/1024x1024x1024"].record()
    inputs = make_inputs({**case, "shape": (4, 5, 6)})
    right = inputs["x"] @ inputs["y"]
    assert right.dtype == numpy.int32
    assert compare.disagreement(case, inputs, right, right.copy()) is None
    assert compare.disagreement(case, inputs, right, right + 1)


def test_the_guard_lists_what_fell(capsys):
    assert guard.compare(results(2.0), results(1.7), 0.2) == 0
    assert guard.compare(results(2.0), results(1.5), 0.2) == 1
    assert "sum/f32/1024 on 2 threads against numpy: 2.00 -> 1.50" in capsys.readouterr().out
    assert guard.compare(results(2.0), results(1.5), 0.3) == 0
    assert guard.compare(results(2.0), results(1.5, "WRONG"), 0.2) == 2


def test_variables_of_the_user_do_not_reach_the_peers(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    monkeypatch.setenv("SWATH_SIMD", "baseline")
    given = env.measuring(3)
    assert not {"OPENBLAS_CORETYPE", "SWATH_SIMD"} & given.keys()
    assert given["OPENBLAS_NUM_THREADS"] == given["POLARS_MAX_THREADS"] == given["NUMEXPR_MAX_THREADS"] == "3"
    assert env.unset() == ["OPENBLAS_CORETYPE", "SWATH_SIMD"]


def test_results_are_the_same_after_writing_and_reading():
    data = results(2.0)
    assert json.loads(text(data)) == json.loads(json.dumps(data))
    assert len([line for line in text(data).splitlines() if "sum/f32/1024" in line]) == 1
    assert json.loads(text({"cases": [], "absent": {}})) == {"cases": [], "absent": {}}
