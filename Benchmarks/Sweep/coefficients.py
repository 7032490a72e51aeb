"""Prints the polynomials of Sources/CKernels/elementary: Chebyshev interpolation in 400 bits, each
coefficient rounded to binary64, with the largest error on the interval as a power of two.

    python -m venv v && v/bin/pip install mpmath && v/bin/python coefficients.py
"""
from mpmath import asin, asinh, atan, atanh, cos, erf, erfc, exp, factorial, log, mp, mpf, pi
from mpmath import sin, sinh, sqrt, tan

mp.prec = 400


def interpolated(function, low, high, degree):
    """Coefficients, constant term first."""
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle + half * cos(pi * (2 * i + 1) / (2 * degree + 2)) for i in range(degree + 1)]
    newton = [function(node) for node in nodes]
    for order in range(1, degree + 1):
        for i in range(degree, order - 1, -1):
            newton[i] = (newton[i] - newton[i - 1]) / (nodes[i] - nodes[i - order])
    terms = [newton[degree]] + [mpf(0)] * degree
    for i in range(degree - 1, -1, -1):
        for j in range(degree, 0, -1):
            terms[j] = terms[j - 1] - terms[j] * nodes[i]
        terms[0] = newton[i] - terms[0] * nodes[i]
    return terms


def value(terms, x):
    total = mpf(0)
    for term in reversed(terms):
        total = total * x + term
    return total


def polynomial(name, function, low, high, degree):
    low, high = mpf(low), mpf(high)
    terms = [mpf(float(term)) for term in interpolated(function, low, high, degree)]
    points = [low + (high - low) * (i + mpf(1) / 3) / 500 for i in range(500)]
    worst = max(abs(value(terms, x) / function(x) - 1) for x in points)
    interval = f"[{float(low):g}, {float(high):g}]"
    print(f"{name}: degree {degree} on {interval}, error 2^{float(log(worst, 2)):.1f}")
    for n in range(degree, -1, -1):
        print(f"  {float(terms[n]).hex()},")


def pair(name, number):
    high = mpf(float(number))
    print(f"{name}: {float(high).hex()} + {float(number - high).hex()}")


def root(function, order):
    """The function of u = x^2, where function(x) begins with x^order; 0 itself is left out."""
    return lambda u: function(sqrt(u)) / sqrt(u) ** order


def log_rest(z):
    """log((1 + s) / (1 - s)) = 2 s + s z R(z), z = s^2."""
    s = sqrt(z)
    return (2 * atanh(s) - 2 * s) / (s * z)


def log_far_rest(z):
    """log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + 2/5 s^5 + s^7 R(z), z = s^2."""
    return sum(2 * z**n / (2 * n + 7) for n in range(90))


SHIFT = mpf(4)
TOP = mpf("14.8")
LEFT, RIGHT = mpf(-1), (TOP - SHIFT) / (TOP + SHIFT)
MIDDLE, HALF = (LEFT + RIGHT) / 2, (RIGHT - LEFT) / 2


def mills(w):
    """(a + 1) Q(a) e^(a^2 / 2), Q the normal distribution's upper tail, a = 4 (1 + t) / (1 - t)."""
    t = MIDDLE + HALF * w
    a = SHIFT * (1 + t) / (1 - t)
    return (a + 1) * erfc(a / sqrt(2)) * exp(a * a / 2) / 2


if __name__ == "__main__":
    tiny = mpf(2) ** -60
    polynomial("log", log_rest, tiny, (3 - 2 * sqrt(mpf(2))) ** 2, 8)
    polynomial("pow log", log_far_rest, 0, (3 - 2 * sqrt(mpf(2))) ** 2, 7)
    polynomial("mills", mills, -1, 1, 22)
    # w = A - B / (a + 4)
    print("mills w:", float((1 - MIDDLE) / HALF).hex(), float(2 * SHIFT / HALF).hex())
    polynomial("erf", root(lambda x: erf(x) - 2 * x / sqrt(pi), 3), tiny, 1, 13)
    eighth = (pi / 4 + mpf(1) / 1000) ** 2
    polynomial("sin", root(lambda x: sin(x) - x, 3), tiny, eighth, 6)
    polynomial("cos", root(lambda x: cos(x) - 1 + x * x / 2, 4), tiny, eighth, 6)
    polynomial("atan", root(lambda x: atan(x) - x, 3), tiny, tan(pi / 8) ** 2, 14)
    polynomial("asin", root(lambda x: asin(x) - x, 3), tiny, mpf(1) / 4, 14)
    polynomial("asinh", root(lambda x: asinh(x) - x, 3), tiny, mpf(1) / 16, 8)
    polynomial("atanh", root(lambda x: atanh(x) - x, 3), tiny, mpf(1) / 16, 9)
    polynomial("sinh", root(lambda x: sinh(x) - x, 3), tiny, 1, 7)
    for name, number in [
        ("2 / 3", mpf(2) / 3), ("2 / 5", mpf(2) / 5),
        ("2 / sqrt pi", 2 / sqrt(pi)), ("1 / ln 2", 1 / log(mpf(2))), ("ln 2", log(mpf(2))),
        ("1 / ln 10", 1 / log(mpf(10))), ("log10 2", log(mpf(2)) / log(mpf(10))),
        ("ln 10", log(mpf(10))), ("sqrt 2", sqrt(mpf(2))),
        ("pi / 2", pi / 2), ("pi / 4", pi / 4), ("pi", pi), ("2 / pi", 2 / pi),
        ("2 sqrt(2 / pi)", 2 * sqrt(2 / pi)),
        ("0.044715 of that", 2 * sqrt(2 / pi) * mpf("0.044715")),
        ("1 / sqrt(2 pi)", 1 / sqrt(2 * pi)),
    ]:
        pair(name, number)
    print("exp2:")
    for n in range(13, 1, -1):
        print(f"  {float(log(mpf(2)) ** n / factorial(n)).hex()},")
