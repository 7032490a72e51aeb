"""Writes elementary.txt and fma.txt: correctly rounded binary32 results from mpmath 1.4 and from
Python's exact fractions, each number as its bits in hexadecimal. Nothing here comes from Proofmark.

    python -m venv v && v/bin/pip install mpmath && v/bin/python make.py
"""
import random
import struct
from fractions import Fraction

from mpmath import mp, mpf, exp, tanh

mp.prec = 600


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


def fraction(value):
    """A Fraction from an mpf."""
    sign, mantissa, exponent, _ = value._mpf_
    result = Fraction(int(mantissa)) * Fraction(2) ** exponent
    return -result if sign else result


FUNCTIONS = {
    "exp": lambda x: exp(x),
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "tanh": lambda x: tanh(x),
}
LIMITS = {"exp": (-110, 95), "sigmoid": (-110, 20), "tanh": (-12, 12)}


def elementary(out):
    for name, function in FUNCTIONS.items():
        low, high = LIMITS[name]
        words = [w for w in range(0, 1 << 32, 5_600_003) if low < number(w) < high]
        words += [bits(float.fromhex(x)) for x in OPEN[name]]
        words += [1, 0x80000001, 0x00800000, 0x80800000, 0x3F800000, 0xBF800000]
        for word in words:
            if word & 0x7FFFFFFF == 0:
                continue
            value = function(mpf(float(number(word))))
            out.write(f"{name} {word:08x} {rounded(fraction(value)):08x}\n")
        edges = {
            "exp": [(0, 0x3F800000), (1 << 31, 0x3F800000), (0x7F800000, 0x7F800000), (0xFF800000, 0)],
            "sigmoid": [(0, 0x3F000000), (1 << 31, 0x3F000000), (0x7F800000, 0x3F800000), (0xFF800000, 0)],
            "tanh": [(0, 0), (1 << 31, 1 << 31), (0x7F800000, 0x3F800000), (0xFF800000, 0xBF800000)],
        }[name]
        for word, result in edges + [(0x7FC00000, 0x7FC00000)]:
            out.write(f"{name} {word:08x} {result:08x}\n")


def random_word(low, high):
    """A number whose biased exponent lies between two."""
    return random.getrandbits(1) << 31 | random.randint(low, high) << 23 | random.getrandbits(23)


def power(exponent):
    return float(2.0**exponent)


def fma(out):
    """Triples for a * b + c. Two roundings, to binary64 and then to binary32, get the first two
    kinds wrong half of the time: the sum lies closer to a tie than binary64 can tell."""
    random.seed(1)
    triples = []
    for _ in range(400):  # c + half a unit (1 - e^2), from (1 + e) (1 - e)
        e, scale = random.randint(1, 255) * power(-23), power(random.randint(-40, 40))
        c = (1 + random.getrandbits(22) * power(-22) + power(-23)) * scale
        half = random.choice((-1, 1)) * power(-24) * scale
        triples.append((bits(1 + e), bits((1 - e) * half), bits(c)))
    for _ in range(400):  # a product that is a tie, and a breath of c
        a = random.randrange((1 << 23) + 1, (1 << 25) // 3, 2)
        scale = power(random.randint(-60, 20))
        breath = random.choice((-1, 1)) * power(random.randint(-80, -40))
        triples.append((bits(a * scale), bits(3.0), bits(breath * a * scale)))
    for _ in range(300):  # subnormal results
        triples.append((random_word(20, 60), random_word(40, 66), random_word(0, 3)))
    for _ in range(300):  # anything finite
        triples.append((random_word(1, 190), random_word(1, 190), random_word(0, 253)))
    for a, b, c in triples:
        total = exact(a) * exact(b) + exact(c)
        if total != 0:
            out.write(f"{a:08x} {b:08x} {c:08x} {rounded(total):08x}\n")


# Where binary64 cannot tell to which side the result rounds: from a sweep over all inputs.
OPEN = {
    "exp": """
        0x1.fdff02p-17 0x1.8d7cb6p-12 0x1.036492p+1 0x1.62b666p+1 -0x1p-25 -0x1.c1c4b8p-10
        -0x1.e1dbe2p-8 -0x1.d2259ap+3
    """.split(),
    "sigmoid": """
        -0x1.c1p-16 -0x1.bfp-16 -0x1.9fp-16 -0x1.9bp-16 -0x1.91p-16 -0x1.7dp-16 -0x1.7bp-16
        -0x1.71p-16 -0x1.6fp-16 -0x1.6dp-16 -0x1.67p-16 -0x1.63p-16 -0x1.5fp-16 -0x1.5bp-16
        -0x1.45p-16 -0x1.43p-16 -0x1.3dp-16 -0x1.39p-16 -0x1.33p-16 -0x1.27p-16 -0x1.17p-16
        -0x1.0bp-16 -0x1.eep-17 -0x1.eap-17 -0x1.e2p-17 -0x1.aep-17 -0x1.9ep-17 -0x1.8ap-17
        -0x1.7ep-17 -0x1.62p-17 -0x1.4ep-17 -0x1.4ap-17 -0x1.3ep-17 -0x1.3ap-17 -0x1.36p-17
        -0x1.16p-17 -0x1.0ep-17 -0x1.dcp-18 -0x1.a4p-18 -0x1.14p-18 -0x1.18p-19 -0x1.9p-20
        -0x1.8p-23 0x1.ap-20 0x1.ep-20 0x1.fp-19 0x1.28p-18 0x1.58p-18 0x1.04p-17 0x1.0cp-17
        0x1.8cp-17 0x1.0ap-16 0x1.12p-16 0x1.16p-16 0x1.36p-16 0x1.46p-16 0x1.8ap-16 0x1.bep-16
        0x1.250c08p-9 0x1.437902p-5
    """.split(),
    "tanh": """
        0x1.86fbc4p-10 -0x1.86fbc4p-10
    """.split(),
}

if __name__ == "__main__":
    with open("elementary.txt", "w") as out:
        elementary(out)
    with open("fma.txt", "w") as out:
        fma(out)
