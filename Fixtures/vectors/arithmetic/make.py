"""Writes elementary.txt, walks.txt, power.txt and fma.txt: correctly rounded binary32 results from
MPFR (gmpy2 2.3) and from Python's exact fractions, each number as its bits in hexadecimal. Nothing
here comes from Proofmark but the list of inputs in hard-cases.txt: those closest to a tie, as
Benchmarks/Sweep found them.

    python -m venv v && v/bin/pip install gmpy2 && v/bin/python make.py
"""
import hashlib
import math
import random
import struct
from fractions import Fraction

import gmpy2
from gmpy2 import mpfr

gmpy2.get_context().precision = 400
gmpy2.get_context().emax = 10000
gmpy2.get_context().emin = -10000


def bits(number):
    return struct.unpack("<I", struct.pack("<f", number))[0]


def number(word):
    return struct.unpack("<f", struct.pack("<I", word))[0]


def exact(word):
    """The value of a finite binary32 number."""
    sign = -1 if word >> 31 else 1
    exponent, fraction = word >> 23 & 255, word & 0x7FFFFF
    if exponent == 0:
        return sign * Fraction(fraction, 1 << 149)
    return sign * Fraction(fraction | 1 << 23, 1) * Fraction(2) ** (exponent - 150)


def rounded(value, zero_sign=0):
    """The bits of a Fraction rounded to nearest, ties to even."""
    if value == 0:
        return zero_sign << 31
    sign, value = (1, -value) if value < 0 else (0, value)
    exponent = max(value.numerator.bit_length() - value.denominator.bit_length() - 24, -149)
    while value >= Fraction(2) ** (exponent + 24):
        exponent += 1
    while exponent > -149 and value < Fraction(2) ** (exponent + 23):
        exponent -= 1
    scaled = value / Fraction(2) ** exponent
    low = scaled.numerator // scaled.denominator
    rest = scaled - low
    low += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low & 1)
    if low == 1 << 24:
        low, exponent = 1 << 23, exponent + 1
    if exponent > 104:
        return sign << 31 | 0x7F800000
    biased = exponent + 150 if low >= 1 << 23 else 0
    return sign << 31 | biased << 23 | low & 0x7FFFFF


def nearest(value):
    """The bits of an mpfr rounded to binary32, ties to even; a NaN is 7fc00000."""
    value = mpfr(value)
    if gmpy2.is_nan(value):
        return 0x7FC00000
    sign = int(gmpy2.is_signed(value)) << 31
    if gmpy2.is_infinite(value):
        return sign | 0x7F800000
    if value == 0:
        return sign
    mantissa, exponent = value.as_mantissa_exp()
    mantissa, exponent = abs(int(mantissa)), int(exponent)
    quantum = max(exponent + mantissa.bit_length() - 24, -149)
    shift = quantum - exponent
    if shift > 0:
        low, rest, half = mantissa >> shift, mantissa & ((1 << shift) - 1), 1 << (shift - 1)
        low += rest > half or (rest == half and low & 1)
    else:
        low = mantissa << -shift
    if low == 1 << 24:
        low, quantum = 1 << 23, quantum + 1
    if quantum > 104:
        return sign | 0x7F800000
    return sign | ((quantum + 150 << 23 | low & 0x7FFFFF) if low >= 1 << 23 else low)


PI = gmpy2.const_pi()
ALPHA, GAMMA = mpfr("1.67326319217681884765625"), mpfr("1.05070102214813232421875")
FIFTH = mpfr(struct.unpack("<f", struct.pack("<f", 0.2))[0])


def sigmoid(x):
    return 1 / (1 + gmpy2.exp(-x))


def softplus(x):
    return x if x > 1000 else gmpy2.log1p(gmpy2.exp(x))


def gate(factor):
    """x factor(x), which tends to -0 at -infinity."""
    return lambda x: mpfr("-0") if gmpy2.is_infinite(x) and x < 0 else x * factor(x)


def softsign(x):
    return gmpy2.sign(x) if gmpy2.is_infinite(x) else x / (1 + abs(x))


def hard_swish(x):
    return mpfr("-0") if x <= -3 else x if x >= 3 else x * (x + 3) / 6


def hard_sigmoid(x):
    line = mpfr(number(nearest(FIFTH * x + mpfr("0.5"))))
    return mpfr(0) if line < 0 else mpfr(1) if line > 1 else line


def shrink(x):
    return x + 0 * x if gmpy2.is_nan(x) else x if abs(x) > mpfr("0.5") else mpfr(0)


# As Swift's ElementaryFunction names them; those with parameters have the defaults of ONNX.
FUNCTIONS = {
    "exp": gmpy2.exp, "exp2": gmpy2.exp2, "expm1": gmpy2.expm1,
    "log": gmpy2.log, "log2": gmpy2.log2, "log10": gmpy2.log10, "log1p": gmpy2.log1p,
    "sigmoid": sigmoid, "softplus": softplus, "softsign": softsign,
    "silu": gate(sigmoid), "mish": gate(lambda x: gmpy2.tanh(softplus(x))),
    "gelu": gate(lambda x: gmpy2.erfc(-x / gmpy2.sqrt(mpfr(2))) / 2),
    "gelu_tanh": gate(
        lambda x: sigmoid(2 * gmpy2.sqrt(2 / PI) * (x + mpfr(44715) / 1000000 * x**3))),
    "erf": gmpy2.erf,
    "sin": gmpy2.sin, "cos": gmpy2.cos, "tan": gmpy2.tan,
    "asin": gmpy2.asin, "acos": gmpy2.acos, "atan": gmpy2.atan,
    "sinh": gmpy2.sinh, "cosh": gmpy2.cosh, "tanh": gmpy2.tanh,
    "asinh": gmpy2.asinh, "acosh": gmpy2.acosh, "atanh": gmpy2.atanh,
    "sqrt": gmpy2.sqrt, "reciprocal": lambda x: 1 / x, "hard_swish": hard_swish,
    "elu": lambda x: gmpy2.expm1(x) if x < 0 else x,
    "selu": lambda x: GAMMA * ALPHA * gmpy2.expm1(x) if x < 0 else GAMMA * x,
    "celu": lambda x: gmpy2.expm1(x) if x < 0 else x,
    "hard_sigmoid": hard_sigmoid, "shrink": shrink,
    "thresholded_relu": lambda x: mpfr(0) if x <= 1 else x,
}


def result(name, word):
    return nearest(FUNCTIONS[name](mpfr(number(word))))


def elementary(out):
    with open("hard-cases.txt") as lines:
        hard = [line.split() for line in lines]
    for name in FUNCTIONS:
        words = [int(word, 16) for function, word in hard if function == name]
        words += [bits(sign * scale * 1.37 ** n) for sign in (1, -1) for scale in (1e-9, 1, 3e9)
                  for n in range(-24, 12, 3)]
        for word in (0, 1, 0x007FFFFF, 0x00800000, 0x33000001, 0x3F000000, 0x3F7FFFFF, 0x3F800000,
                     0x3F800001, 0x40000000, 0x40400000, 0x42F00000, 0x7F7FFFFF, 0x7F800000):
            words += [word, word | 1 << 31]
        for word in words + [0x7FC00000]:
            out.write(f"{name} {word:08x} {result(name, word):08x}\n")


def walks(out):
    """SHA-256 over the results, little-endian, for every 65,537th number from +0 on."""
    for name in FUNCTIONS:
        digest = hashlib.sha256()
        for i in range(1 << 16):
            digest.update(struct.pack("<I", result(name, i * 65537)))
        out.write(f"{name} {digest.hexdigest()}\n")


def power(out):
    """Powers that are ties of binary32, others of every kind, and all pairs of special numbers."""
    random.seed(2)
    special = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 16777215.0, -16777215.0,
               16777216.0, 1e30, -1e30, math.inf, -math.inf, math.nan, 1e-45, -1e-45]
    pairs = [(x, y) for x in special for y in special]
    for _ in range(300):
        pairs.append((random.randrange(4097, 8192, 2) * power_of_two(random.randint(-14, 10)), 2.0))
        pairs.append((float(random.randrange(4097, 8192, 2) ** 2), random.choice((0.5, 1.5))))
        pairs.append((random.uniform(0.5, 2), random.uniform(-100, 100)))
        pairs.append((1 + random.randint(-2000, 2000) * 2.0**-23, random.uniform(-1e6, 1e6)))
        pairs.append((random.uniform(-50, 50), float(random.randint(-12, 12))))
        pairs.append((number(random_word(1, 253)), random.uniform(-1.5, 1.5)))
    for x, y in pairs:
        x, y = bits(x), bits(y)
        exact = mpfr(number(x)) ** mpfr(number(y))
        out.write(f"{x:08x} {y:08x} {nearest(exact):08x}\n")


def random_word(low, high):
    """A number whose biased exponent lies between two."""
    return random.getrandbits(1) << 31 | random.randint(low, high) << 23 | random.getrandbits(23)


def power_of_two(exponent):
    return float(2.0**exponent)


def fma(out):
    """Triples for a * b + c. Two roundings, to binary64 and then to binary32, get the first two
    kinds wrong half of the time: the sum lies closer to a tie than binary64 can tell."""
    random.seed(1)
    triples = []
    for _ in range(400):  # c + half a unit (1 - e^2), from (1 + e) (1 - e)
        e, scale = random.randint(1, 255) * power_of_two(-23), power_of_two(random.randint(-40, 40))
        c = (1 + random.getrandbits(22) * power_of_two(-22) + power_of_two(-23)) * scale
        half = random.choice((-1, 1)) * power_of_two(-24) * scale
        triples.append((bits(1 + e), bits((1 - e) * half), bits(c)))
    for _ in range(400):  # a product that is a tie, and a breath of c
        a = random.randrange((1 << 23) + 1, (1 << 25) // 3, 2)
        scale = power_of_two(random.randint(-60, 20))
        breath = random.choice((-1, 1)) * power_of_two(random.randint(-80, -40))
        triples.append((bits(a * scale), bits(3.0), bits(breath * a * scale)))
    for _ in range(300):  # subnormal results
        triples.append((random_word(20, 60), random_word(40, 66), random_word(0, 3)))
    for _ in range(300):  # anything finite
        triples.append((random_word(1, 190), random_word(1, 190), random_word(0, 253)))
    for a, b, c in triples:
        total = exact(a) * exact(b) + exact(c)
        if total != 0:
            out.write(f"{a:08x} {b:08x} {c:08x} {rounded(total):08x}\n")


if __name__ == "__main__":
    with open("elementary.txt", "w") as out:
        elementary(out)
    with open("walks.txt", "w") as out:
        walks(out)
    with open("power.txt", "w") as out:
        power(out)
    with open("fma.txt", "w") as out:
        fma(out)
