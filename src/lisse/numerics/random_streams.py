"""Independent streams of random numbers for compiled loops: one per walker, so that threads change no answer.

The generator is xoshiro256++ with the 256 bits of its state filled by SplitMix64 from a seed and the number of the
stream. Its period is 2^256, so that streams which start at hashed places do not meet. A state is a tuple of four
unsigned integers that the caller carries along. Exponential numbers come from
the ziggurat. Sources: blackman2021, steele2014, marsaglia2000.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from lisse.numerics.conduction_kernels import compiled

__all__ = ["next_bits", "next_exponential", "next_uniform", "stream"]

Array = np.ndarray[Any, np.dtype[Any]]
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S11, _S17, _S19, _S23, _S27, _S30, _S31, _S41, _S45 = (np.uint64(n) for n in (11, 17, 19, 23, 27, 30, 31, 41, 45))
_TO_UNIT = 2.0**-53
_LOW_BYTE = np.uint64(255)
_TAIL, _AREA = 7.69711747013105, 0.003949659822581557  # of 256 layers of equal area under exp(-x)


def _layers() -> tuple[Array, Array]:
    """Right ends of the layers of the ziggurat, that of the tail first, and heights of the curve there."""
    right = np.empty(257)
    right[0], right[1], right[256] = _AREA * math.exp(_TAIL), _TAIL, 0.0
    for n in range(1, 255):
        right[n + 1] = -math.log(_AREA / right[n] + math.exp(-right[n]))
    return right, np.exp(-right)


_RIGHT, _HEIGHT = _layers()


@compiled
def _mixed(x):  # type: ignore[no-untyped-def]
    """SplitMix64's mixing of 64 bits."""
    x = (x ^ (x >> _S30)) * _FIRST
    x = (x ^ (x >> _S27)) * _SECOND
    return x ^ (x >> _S31)


@compiled
def stream(seed, number):  # type: ignore[no-untyped-def]
    """State of the stream `number` (from 0) of a seed (0 to 2^63 - 1)."""
    key = _mixed(np.uint64(seed) + _GAMMA)
    key = _mixed(key + np.uint64(number) * _GAMMA)
    a = key + _GAMMA
    b = a + _GAMMA
    c = b + _GAMMA
    return _mixed(a), _mixed(b), _mixed(c), _mixed(c + _GAMMA)


@compiled
def next_bits(state):  # type: ignore[no-untyped-def]
    """64 random bits and the state after them."""
    a, b, c, d = state
    total = a + d
    out = ((total << _S23) | (total >> _S41)) + a
    shifted = b << _S17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    return out, (a, b, c, (d << _S45) | (d >> _S19))


@compiled
def next_uniform(state):  # type: ignore[no-untyped-def]
    """A number in [0, 1), a multiple of 2^-53, and the state after it."""
    bits, state = next_bits(state)
    return np.float64(bits >> _S11) * _TO_UNIT, state


@compiled
def next_exponential(state):  # type: ignore[no-untyped-def]
    """A number with density exp(-x) and the state after it, by the ziggurat (one draw in 98 of 100 cases)."""
    while True:
        bits, state = next_bits(state)
        layer = np.int64(bits & _LOW_BYTE)
        x = np.float64(bits >> _S11) * _TO_UNIT * _RIGHT[layer]
        if x < _RIGHT[layer + 1]:
            return x, state
        u, state = next_uniform(state)
        if layer == 0:  # the tail is an exponential that starts where the layers end
            return _RIGHT[1] - math.log(1.0 - u), state
        if _HEIGHT[layer] + u * (_HEIGHT[layer + 1] - _HEIGHT[layer]) < math.exp(-x):
            return x, state
