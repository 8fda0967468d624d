"""Every public function on every layout against NumPy and SciPy: `python parity.py`."""

import parity


def test_parity():
    assert parity.main()


def test_n7_a_difference_is_seen():
    """The comparison itself: one unit beyond the bound, a wrong type, a lost NaN."""
    for actual, expected, bound in ((1.0 + 2**-50, 1.0, 2**-51), (1, 1.0, 0.5),
                                    (0.0, float("nan"), 1.0)):
        tally = parity.Tally()
        tally.compare("sum", "on purpose", actual, expected, bound)
        assert not tally.report()
    assert not parity.Tally().report(), "nothing was compared"
