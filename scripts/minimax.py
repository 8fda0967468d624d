#!/usr/bin/env python3
"""Finds the polynomials of src/math and writes src/math/coefficients.rs.

    scripts/minimax.py            write the file
    scripts/minimax.py --check    compare with the file, write nothing
    scripts/minimax.py NAME...    show these only

Needs Python 3.9 and mpmath. Each polynomial is the minimax one of the lowest
degree whose weighted error is below the target, by Remez's second algorithm (E.
Remez 1934; N. Brisebarre and S. Chevillard, "Efficient polynomial
L-infinity-approximations", 2007, describe it well) in 50 digits; its coefficients
are then rounded to the type, and the error that is written beside them is that of
the rounded ones.
"""

import pathlib
import struct
import sys
import textwrap

from mpmath import mp, mpf
import mpmath as m

mp.dps = 50
FILE = pathlib.Path(__file__).resolve().parent.parent / "src/math/coefficients.rs"


def solve(f, weight, points, degree):
    """Coefficients and levelled error on the reference points."""
    n = degree + 2
    rows = mp.matrix(n, n)
    right = mp.matrix(n, 1)
    for i, x in enumerate(points):
        power = mpf(1)
        for j in range(degree + 1):
            rows[i, j] = power
            power *= x
        rows[i, n - 1] = (-1) ** i / weight(x)
        right[i] = f(x)
    solution = mp.lu_solve(rows, right)
    return [solution[j] for j in range(degree + 1)], abs(solution[n - 1])


def horner(coefficients, x):
    value = mpf(0)
    for c in reversed(coefficients):
        value = value * x + c
    return value


def extrema(error, grid):
    """The largest |error| between each two changes of sign, on a grid."""
    best = []
    for x, e in zip(grid, map(error, grid)):
        if best and (best[-1][1] > 0) == (e > 0):
            if abs(e) > abs(best[-1][1]):
                best[-1] = (x, e)
        else:
            best.append((x, e))
    return best


def remez(f, weight, a, b, degree):
    n = degree + 2
    middle, half = (a + b) / 2, (b - a) / 2
    points = sorted(middle + half * m.cos(m.pi * (2 * i + 1) / (2 * n)) for i in range(n))
    size = 24 * n
    grid = [middle - half * m.cos(m.pi * (2 * i + 1) / (2 * size)) for i in range(size)]
    values = {x: (f(x), weight(x)) for x in grid}
    for _ in range(12):
        coefficients, level = solve(f, weight, points, degree)

        def error(x):
            value, scale = values[x]
            return (horner(coefficients, x) - value) * scale

        found = extrema(error, grid)
        while len(found) > n:
            found.pop(0 if abs(found[0][1]) < abs(found[-1][1]) else -1)
        if len(found) < n:
            break
        points = [x for x, _ in found]
        if max(abs(e) for _, e in found) < level * mpf("1.01"):
            break
    return coefficients, values


def rounded(c, kind):
    """To the type's value, exactly; 24 bits for f32, 53 for f64 (no subnormals arise)."""
    if c == 0:
        return mpf(0)
    bits = {"f32": 24, "f64": 53}[kind]
    exponent = m.floor(m.log(abs(c), 2)) + 1 - bits
    return m.nint(c / mpf(2) ** exponent) * mpf(2) ** exponent


def literal(c, kind):
    value = float(c)
    if kind == "f64":
        return repr(value)
    for digits in range(1, 12):
        text = f"{value:.{digits}e}"
        if struct.pack("f", float(text)) == struct.pack("f", value):
            return repr(float(text))
    raise ValueError(value)


def ln1p(x):
    return m.log1p(x)


HALF_LN2 = m.log(2) / 2 * mpf("1.0001")
ROOT = m.sqrt(2)
S2 = ((ROOT - 1) / (ROOT + 1)) ** 2 * mpf("1.0001")
QUARTER = (m.pi / 4 * mpf("1.0001")) ** 2
LN2 = m.log(2)


def series(term, x):
    """Sum of term(k) * x^k: near 0, where closed forms cancel."""
    total, power = mpf(0), mpf(1)
    for k in range(200):
        step = term(k) * power
        total += step
        power *= x
        if abs(step) < mpf(10) ** -48 * abs(total) or power == 0:
            return total
    return total


def fac(n):
    return m.factorial(n)


def exp_tail(x):
    return series(lambda k: 1 / fac(k + 2), x)


def exp2_tail(x):
    return series(lambda k: LN2 ** (k + 1) / fac(k + 1), x)


def sinh_tail(z):
    return series(lambda k: 1 / fac(2 * k + 3), z)


def cosh_tail(z):
    return series(lambda k: 1 / fac(2 * k + 4), z)


def sin_tail(z):
    return series(lambda k: (-1) ** (k + 1) / fac(2 * k + 3), z)


def cos_tail(z):
    return series(lambda k: mpf(-1) ** k / fac(2 * k + 4), z)


def sin_turns(z):
    t = m.sqrt(z)
    return m.sin(2 * m.pi * t) / t if t else 2 * m.pi


def atanh_tail(z):
    return series(lambda k: mpf(2) / (2 * k + 3), z)


def log2_of_quotient(z):
    return series(lambda k: mpf(2) / (2 * k + 1) / LN2, z)


def atanh_tail2(z):
    return series(lambda k: mpf(2) / (2 * k + 5), z)


def tanh_tail(z):
    if z < mpf("0.0001"):
        return -mpf(1) / 3 + mpf(2) / 15 * z - mpf(17) / 315 * z * z
    t = m.sqrt(z)
    return (m.tanh(t) - t) / t**3


def ln_tail(f):
    if abs(f) < mpf("0.01"):
        return series(lambda k: mpf(-1) ** k / (k + 3), f)
    return (m.log1p(f) - f + f * f / 2) / f**3


def atan_tail(z):
    if z < mpf("0.01"):
        return series(lambda k: mpf(-1) ** (k + 1) / (2 * k + 3), z)
    t = m.sqrt(z)
    return (m.atan(t) - t) / t**3


def asin_tail(z):
    if z < mpf("0.01"):
        return series(lambda k: m.binomial(2 * k + 2, k + 1) / mpf(4) ** (k + 1) / (2 * k + 3), z)
    t = m.sqrt(z)
    return (m.asin(t) - t) / t**3


def erf_tail(z):
    """erf(x) = x (2/sqrt(pi) + z * this)."""
    scale = 2 / m.sqrt(m.pi)
    if z < mpf("0.001"):
        return scale * series(lambda k: mpf(-1) ** (k + 1) / fac(k + 1) / (2 * k + 3), z)
    t = m.sqrt(z)
    return (m.erf(t) / t - scale) / z


def erfcx(x):
    """e^(x^2) erfc(x)."""
    return m.exp(x * x) * m.erfc(x)


ERF_MAP = mpf(4)


def erfcx_mapped(t):
    """(1 + 2x) erfcx(x) with t = (x - 4) / (x + 4), so x = 4 (1 + t) / (1 - t)."""
    if t > mpf("0.9999999"):
        t = mpf("0.9999999")
    x = ERF_MAP * (1 + t) / (1 - t)
    if x > 100:
        # The asymptotic series.
        y = 1 / (2 * x * x)
        total, term = mpf(0), mpf(1)
        for k in range(40):
            total += term
            term *= -(2 * k + 1) * y
        return (1 + 2 * x) * total / (x * m.sqrt(m.pi))
    return (1 + 2 * x) * erfcx(x)


# name: (function, weight, from, to, what it is)
POLYNOMIALS = {
    "EXP": (exp_tail, lambda x: x * x / m.exp(x), -HALF_LN2, HALF_LN2, "(e^r - 1 - r) / r^2"),
    "EXP2": (exp2_tail, lambda x: x / mpf(2) ** x, -mpf("0.5001"), mpf("0.5001"), "(2^r - 1) / r"),
    "ATANH": (atanh_tail, lambda z: z / 2, mpf(0), S2, "(ln((1 + s) / (1 - s)) / s - 2) / z, z = s^2"),
    "ATANH2": (atanh_tail2, lambda z: z * z / 2, mpf(0), S2, "(ln((1 + s) / (1 - s)) / s - 2 - 2z/3) / z^2, z = s^2"),
    "LOG2": (log2_of_quotient, lambda z: 1 / log2_of_quotient(z), mpf(0), S2, "log2((1 + s) / (1 - s)) / s, z = s^2"),
    "TANH": (tanh_tail, lambda z: z * m.sqrt(z) / m.tanh(m.sqrt(z)) if z else mpf(0), mpf(0), mpf("0.65") ** 2,
             "(tanh t - t) / t^3, z = t^2"),
    "LN": (ln_tail, lambda f: f**3 / m.log1p(f), 1 / ROOT - mpf("1.0001"), ROOT - mpf("0.9999"), "(ln(1 + f) - f + f^2 / 2) / f^3"),
    "SINH": (sinh_tail, lambda z: z, mpf(0), HALF_LN2**2, "(sinh r - r) / r^3, z = r^2"),
    "COSH": (cosh_tail, lambda z: z * z, mpf(0), HALF_LN2**2, "(cosh r - 1 - r^2 / 2) / r^4, z = r^2"),
    "SIN": (sin_tail, lambda z: z, mpf(0), QUARTER, "(sin r - r) / r^3, z = r^2"),
    "COS": (cos_tail, lambda z: z * z, mpf(0), QUARTER, "(cos r - 1 + r^2 / 2) / r^4, z = r^2"),
    "SIN_TURNS": (sin_turns, lambda z: 1 / sin_turns(z), mpf(0), mpf("0.0625001"), "sin(2 pi t) / t, z = t^2"),
    "ATAN": (atan_tail, lambda z: z, mpf(0), mpf(1), "(atan t - t) / t^3, z = t^2"),
    "ASIN": (asin_tail, lambda z: z, mpf(0), mpf("0.25"), "(asin t - t) / t^3, z = t^2"),
    "ERF": (erf_tail, lambda z: z, mpf(0), mpf(1), "(erf(t) / t - 2 / sqrt(pi)) / z, z = t^2"),
    "ERFCX": (erfcx_mapped, lambda t: 1 / erfcx_mapped(t), mpf(-1), mpf("0.9999999"),
              "(1 + 2x) e^(x^2) erfc(x), t = (x - 4) / (x + 4)"),
}

# type, error below 2^-bits, names
TABLES = {
    "double": ("f64", 57, "EXP EXP2 ATANH ATANH2 SINH COSH SIN COS ATAN ASIN ERF ERFCX".split(),
               "For results in f64."),
    "single": ("f32", 27.5, "EXP EXP2 LN SINH COSH TANH".split(), "For results in f32, computed in f32."),
    "wide": ("f64", 33, "EXP2 LOG2 SIN COS SIN_TURNS ATAN ASIN ERF ERFCX".split(), "For results in f32, computed in f64."),
}
# Where rounding in the evaluation must stay far below the target of the type.
BITS = {("double", "ATANH2"): 68, ("double", "ERFCX"): 56, ("wide", "LOG2"): 37, ("double", "EXP2"): 58,
        ("single", "TANH"): 27}


def find(table, name):
    kind, bits, _, _ = TABLES[table]
    bits = BITS.get((table, name), bits)
    f, raw, a, b, _ = POLYNOMIALS[name]

    def weight(x):
        # Never zero: a reference point may fall there.
        return max(abs(raw(x)) if x else mpf(0), mpf("1e-9"))

    degree = 3 if bits < 40 else 4
    while True:
        exact, values = remez(f, weight, a, b, degree)
        coefficients = [rounded(c, kind) for c in exact]
        # Without the rounding of the last step an f32 polynomial would never do.
        error = max(abs((horner(exact, x) - v) * w) for x, (v, w) in values.items())
        if error < mpf(2) ** -bits:
            break
        degree += 1
    worst = max(abs((horner(coefficients, x) - v) * w) for x, (v, w) in values.items())
    return coefficients, float(m.log(worst, 2)), kind


def constant(table, name):
    coefficients, worst, kind = find(table, name)
    f, _, a, b, what = POLYNOMIALS[name]
    text = f"/// {what}\n/// on [{float(a):.6g}, {float(b):.6g}]; error 2^{worst:.1f} of the function.\n"
    text += f"pub(in crate::math) const {name}: [{kind}; {len(coefficients)}] = [\n"
    for c in coefficients:
        text += f"    {literal(c, kind)},\n"
    return text + "];\n"


def words(name, zeros, count, what):
    """Bits of 2/pi behind some zeros, in words of 64."""
    bits = int(m.floor(2 / m.pi * mpf(2) ** (64 * count - zeros)))
    text = f"\n/// {what}\npub(in crate::math) const {name}: [u64; {count}] = [\n"
    for i in range(count):
        text += f"    0x{bits >> 64 * (count - 1 - i) & 2**64 - 1:016x},\n"
    return text + "];\n"


def everything():
    text = '''//! Coefficients of the polynomials, lowest power first.
//!
//! Written by scripts/minimax.py, which finds them; do not edit.

#![allow(clippy::excessive_precision, clippy::unreadable_literal, clippy::approx_constant)]
'''
    for table, (_, _, names, what) in TABLES.items():
        text += f"\n/// {what}\npub(in crate::math) mod {table} {{\n"
        parts = []
        for name in names:
            print(f"{table} {name}", file=sys.stderr, flush=True)
            parts.append(textwrap.indent(constant(table, name), "    "))
        text += "\n".join(parts) + "}\n"
    mp.dps = 400
    text += words("TWO_OVER_PI", 54, 19, "Bits of 2/pi behind 54 zeros: those from place e on are what counts for 2^e.")
    mp.dps = 50
    return text


def main():
    if sys.argv[1:] == ["--check"]:
        same = everything() == FILE.read_text(encoding="utf-8")
        print("the same" if same else f"{FILE} differs")
        return 0 if same else 1
    if sys.argv[1:]:
        for table, (_, _, names, _) in TABLES.items():
            for name in names:
                if name in sys.argv[1:]:
                    print(f"{table}:\n{constant(table, name)}")
        return 0
    FILE.write_text(everything(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
