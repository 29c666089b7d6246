"""One clock for two records: offset and drift from given marks, or from the shape of what both have recorded.

    time on the clock of the reference = offset + (1 + drift) x own time

By shape: the normalised cross-correlation over all lags (and a few drifts) finds the place, a least-squares fit of
offset and drift (with gain and level free) refines it; the uncertainty follows from what is left over, taken
together over stretches of readings. A second place that fits nearly as well, as in a record that repeats, is reported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lisse.errors import InvalidInput
from lisse.measurement.alignment.channel import Channel, noise

__all__ = ["Clock", "by_marks", "by_shape"]

Floats = NDArray[np.float64]

_MOST = 40_000  # samples compared
_DRIFTS = (0.0, 1e-4, -1e-4, 3e-4, -3e-4, 1e-3, -1e-3)  # tried by correlation; the fit goes on from the best
_LEAST_OVERLAP = 0.3  # of the shorter record
_WORTH = 0.9  # misfit with a drift over that without, above which none is assumed to start with
_BETWEEN = 4e-4  # between the drifts that are tried
_TOGETHER = 20  # readings whose errors may hang together
_CLEAR = 4.0  # root mean square step over the noise of a reading, that needs no smoothing
_CLEAR_SMOOTHED = 5.6  # root mean square slope over its own noise, that needs no more
_SLOPE = (4.0 * math.sqrt(math.pi)) ** -0.5  # noise of a slope after a Gaussian of width w, times w^(3/2)
_POOR = 0.02  # misfit that two places of a record need to be told apart
_ALIKE = 1.5  # misfit of the second-best place over that of the best, below which both are possible


@dataclass(frozen=True)
class Clock:
    """How the clock of a record reads on that of the reference.

    Attributes
    ----------
    source : str
        Name of the record.
    offset : float, s
    drift : float, 1
        Seconds gained per second.
    middle : float, s
        Own time at which `error` holds.
    error : float or None, s
        Standard uncertainty of a time in the middle; ``None`` when unknown.
    drift_error : float or None, 1
    method : str
        ``"reference"``, ``"marks"``, ``"shape"`` or ``"as recorded"``.
    channels : tuple of str
        What was compared.
    correlation : float or None
        Of the channels where they overlap, at the solution.
    second : tuple of float or None
        Offset (s) and correlation of the second-best place, of several that are as good the nearest.
    ambiguous : bool
        Whether the second-best place fits nearly as well.
    """

    source: str
    offset: float = 0.0
    drift: float = 0.0
    middle: float = 0.0
    error: float | None = None
    drift_error: float | None = None
    method: str = "as recorded"
    channels: tuple[str, ...] = ()
    correlation: float | None = None
    second: tuple[float, float] | None = None
    ambiguous: bool = False

    def __call__(self, own: Any) -> Any:
        """Own times on the clock of the reference, s."""
        return self.offset + (1.0 + self.drift) * own

    def error_at(self, own: float) -> float:
        """Standard uncertainty of a time, s; an unknown one counts as none."""
        return math.hypot(self.error or 0.0, (self.drift_error or 0.0) * (own - self.middle))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def by_marks(source: str, reference: Sequence[float], own: Sequence[float]) -> Clock:
    """The clock from moments that are known on both; one gives the offset, two the drift as well, more their errors.

    Parameters
    ----------
    source : str
    reference, own : (n,) times of the same moments, s
    """
    if len(reference) != len(own) or len(own) == 0:
        got = f"{len(own)} marks of {source} and {len(reference)} of the reference"
        raise InvalidInput("marks", got, "as many of one as of the other, at least one")
    r, o = np.asarray(reference, dtype=float), np.asarray(own, dtype=float)
    middle = float(o.mean())
    if len(o) == 1:
        return Clock(source, offset=float(r[0] - o[0]), middle=middle, method="marks")
    spread = float(((o - middle) ** 2).sum())
    if spread == 0.0:
        raise InvalidInput("marks", f"all at {o[0]:g} s", "different moments")
    slope = float(((o - middle) * (r - r.mean())).sum() / spread)
    rest = r - r.mean() - slope * (o - middle)
    error = drift_error = None
    if len(o) > 2:
        sigma = math.sqrt(float((rest**2).sum()) / (len(o) - 2))
        error, drift_error = sigma / math.sqrt(len(o)), sigma / math.sqrt(spread)
    offset = float(r.mean()) - slope * middle
    return Clock(source, offset, slope - 1.0, middle, error, drift_error, "marks")


def by_shape(reference: Channel, moving: Channel, least: float = 0.6, near: float = 0.0) -> Clock | None:
    """The clock from the shape of two channels; ``None`` when no place correlates by at least `least`.

    Channels of one name must rise together; of two quantities, one may fall where the other rises.

    Parameters
    ----------
    reference, moving : Channel
        The clock is that of `moving`.
    least : float
        Correlation, 0 to 1.
    near : float, s
        Of places that fit alike, the one nearest to this shift (in the middle of the moving record) is taken.
    """
    place = _search(reference, moving, reference.name == moving.name, near)
    if place is None or place.best[2] < least:
        return None
    offset, drift, _ = place.best
    width = max(_needed_smoothing(channel, place.step) for channel in (reference, moving))
    fit = _Fit(
        _smooth(reference, place.step, width), _smooth(moving, place.step, width), offset, drift, place.step, width
    )
    if len(fit.time) < 2 * fit.together:
        return None
    solved = fit.solve()
    error, drift_error = fit.errors(solved)
    floor = _floor(reference, moving)
    second = place.second
    alike = second is not None and 1.0 - second[1] ** 2 < max(_ALIKE * (1.0 - place.best[2] ** 2), _POOR)
    shift, drift = float(solved[0]), float(solved[1])
    return Clock(
        moving.source,
        offset=shift - drift * fit.middle,
        drift=drift,
        middle=fit.middle,
        error=math.hypot(error, floor),
        drift_error=math.hypot(drift_error, floor * math.sqrt(12.0) / fit.length),
        method="shape",
        channels=(reference.name, moving.name),
        correlation=fit.correlation(solved),
        second=second,
        ambiguous=bool(alike),
    )


def _needed_smoothing(channel: Channel, step: float) -> float:
    """s. Width of a Gaussian after which slopes stand out of the noise; 0 where they do."""
    from scipy.ndimage import gaussian_filter1d

    value = channel.at(np.arange(channel.time[0], channel.time[-1] + 0.5 * step, step))
    sigma = noise(channel.value)
    if sigma == 0.0 or float(np.sqrt(np.mean(np.diff(value) ** 2))) > _CLEAR * sigma:
        return 0.0
    width = 2.0
    while width < len(value) / 50:
        slope = np.diff(gaussian_filter1d(value, width))
        if float(np.sqrt(np.mean(slope**2))) > _CLEAR_SMOOTHED * _SLOPE * sigma / width**1.5:
            break
        width *= 2.0
    return width * step


def _smooth(channel: Channel, step: float, width: float) -> Channel:
    """The channel on an even grid, smoothed; as it is for no width."""
    from scipy.ndimage import gaussian_filter1d

    if width == 0.0:
        return channel
    grid = np.arange(channel.time[0], channel.time[-1] + 0.5 * step, step)
    value = gaussian_filter1d(channel.at(grid), width / step)
    return Channel(channel.source, channel.name, grid, value, channel.unit)


def _floor(reference: Channel, moving: Channel) -> float:
    """s. What sampling hides: where between two readings a step was, and a little of the time between readings."""
    hidden = [_hidden(channel) for channel in (reference, moving)]
    return math.hypot(0.05 * max(reference.spacing, moving.spacing) / math.sqrt(12.0), *hidden)


def _steps(channel: Channel) -> NDArray[np.bool_]:
    """Between which readings the value steps."""
    change = np.abs(np.diff(channel.value))
    return np.asarray((change > 10.0 * float(np.median(change))) & (change > 0.02 * np.ptp(channel.value)))


def _hidden(channel: Channel) -> float:
    """s. Uniform error of a step within the time between its two readings, by the share that steps have in the shape.

    A step recorded before and after, at one time, hides nothing.
    """
    change, gap, step = np.abs(np.diff(channel.value)), np.diff(channel.time), _steps(channel)
    total = float((change**2).sum())
    return math.sqrt(float((change[step] ** 2 * gap[step] ** 2).sum()) / 12.0 / total) if total else 0.0


@dataclass(frozen=True)
class _Place:
    best: tuple[float, float, float]  # offset, drift, correlation
    second: tuple[float, float] | None  # offset, correlation
    step: float


def _search(reference: Channel, moving: Channel, together: bool, near: float) -> _Place | None:
    """The best lag and drift on an even grid."""
    longest = max(np.ptp(reference.time), np.ptp(moving.time))
    step = max(min(reference.spacing, moving.spacing), longest / _MOST)
    if step <= 0.0:
        return None
    found: _Place | None = None
    for drift in _DRIFTS:
        lags, rho = _correlations(reference, moving, drift, step)
        place = _best(lags, rho if together else np.abs(rho), near - drift * float(moving.time.mean()))
        if place is None:
            continue
        offset, height, second = place
        if found is None or 1.0 - height**2 < _WORTH * (1.0 - found.best[2] ** 2):
            found = _Place((offset, drift, height), second, step)
    return found


def _best(lags: Floats, rho: Floats, near: float) -> tuple[float, float, tuple[float, float] | None] | None:
    """Offset and height of the best hill, and the same of the next best.

    Of hills that are as good the one nearest to a given lag is taken, and as the next the one nearest to that.
    """
    from scipy.signal import find_peaks

    places, _ = find_peaks(np.concatenate([[-2.0], rho, [-2.0]]))
    places = places - 1
    if not places.size:
        return None
    highest = float(rho[places].max())
    alike = places[(1.0 - rho[places] ** 2 <= _ALIKE * (1.0 - highest**2) + 1e-3) & (rho[places] > 0.0)]
    if not alike.size:
        return None
    k = int(alike[np.argmin(np.abs(lags[alike] - near))])
    high = rho[places] > 0.5 * rho[k]
    others = [int(m) for m in places[high] if rho[min(k, m) : max(k, m) + 1].min() < 0.9 * min(rho[k], rho[m])]
    if k != int(places[np.argmax(rho[places])]) and not others:  # ripples on one hill: its top
        k = int(places[np.argmax(rho[places])])
    if not others:
        return float(lags[k]), float(rho[k]), None
    as_good = [m for m in others if 1.0 - rho[m] ** 2 <= _ALIKE * (1.0 - highest**2) + 1e-3]
    m = min(as_good, key=lambda place: abs(place - k)) if as_good else max(others, key=lambda place: float(rho[place]))
    return float(lags[k]), float(rho[k]), (float(lags[m]), float(rho[m]))


def _correlations(reference: Channel, moving: Channel, drift: float, step: float) -> tuple[Floats, Floats]:
    """Normalised cross-correlation of the overlap at every offset (s); 0 where the overlap is too short."""
    from scipy.signal import fftconvolve

    own = moving.time * (1.0 + drift)
    f_grid = np.arange(reference.time[0], reference.time[-1] + 0.5 * step, step)
    g_grid = np.arange(own[0], own[-1] + 0.5 * step, step)
    f, g = reference.at(f_grid), np.interp(g_grid, own, moving.value)
    f, g = (f - f.mean()) / (f.std() or 1.0), (g - g.mean()) / (g.std() or 1.0)
    back = g[::-1]
    ones_f, ones_g = np.ones(len(f)), np.ones(len(g))
    count = np.round(fftconvolve(ones_f, ones_g))
    sf, sff = fftconvolve(f, ones_g), fftconvolve(f * f, ones_g)
    sg, sgg = fftconvolve(ones_f, back), fftconvolve(ones_f, back * back)
    enough = count >= max(3.0, _LEAST_OVERLAP * min(len(f), len(g)))
    n = np.maximum(count, 1.0)
    vf, vg = sff - sf**2 / n, sgg - sg**2 / n
    fine = enough & (vf > 0.05 * n) & (vg > 0.05 * n)  # an overlap in which something happens
    rho = np.where(fine, (fftconvolve(f, back) - sf * sg / n) / np.sqrt(np.where(fine, vf * vg, 1.0)), 0.0)
    lags = f_grid[0] - g_grid[0] + step * (np.arange(len(rho)) - (len(g) - 1))
    return lags, np.clip(rho, -1.0, 1.0)


class _Fit:
    """Gauss-Newton for shift (at the middle) and drift, gain and level left free.

    The slope of the moving channel is taken over a stretch that shrinks from step to step, so that neither noise nor
    the edges of a switch hold it up.
    """

    def __init__(
        self, reference: Channel, moving: Channel, offset: float, drift: float, step: float, width: float
    ) -> None:
        ends = offset + moving.time[[0, -1]] * (1.0 + drift)
        margin = 4.0 * step + 4.0 * width
        start = max(float(reference.time[0]), float(ends[0]) + margin)
        end = min(float(reference.time[-1]), float(ends[1]) - margin)
        inside = (reference.time >= start) & (reference.time <= end)
        every = max(1, int(inside.sum()) // _MOST)
        self.time = reference.time[inside][::every]
        self.reach = max(step, moving.spacing, reference.spacing)
        if width == 0.0:
            self._look_closer(reference, moving, offset, drift)
        self.value = reference.at(self.time)
        self.moving = moving
        self.length = max(end - start, step)
        self.middle = float((0.5 * (start + end) - offset) / (1.0 + drift))
        self.together = max(_TOGETHER, math.ceil(6.0 * width / max(reference.spacing, 1e-30)))
        self.alike = max(1.0, 2.0 * math.sqrt(math.pi) * width / max(reference.spacing, 1e-30))
        self.start = np.array([offset + drift * self.middle, drift])

    def _look_closer(self, reference: Channel, moving: Channel, offset: float, drift: float) -> None:
        """More moments around steps: with readings alone, where between two of them a step is makes no difference."""
        own = moving.time[1:][_steps(moving)]
        places = np.concatenate([reference.time[1:][_steps(reference)], offset + own * (1.0 + drift)])
        if not 0 < places.size <= _MOST // 50:
            return
        near = places[:, None] + 1.5 * self.reach * np.linspace(-1.0, 1.0, 24)[None, :]
        both = np.concatenate([self.time, near.ravel()])
        self.time = np.sort(both[(both >= self.time[0]) & (both <= self.time[-1])])

    def _model(self, parameters: Floats, extra: float = 0.0) -> Floats:
        """The moving channel at the readings of the reference; the shift is the offset that the middle has."""
        shift, drift = parameters
        own = self.middle + (self.time - self.middle - shift - extra) / (1.0 + drift)
        return np.asarray(np.interp(own, self.moving.time, self.moving.value))

    def _system(self, parameters: Floats, reach: float) -> Floats:
        """Columns: level, gain, shift and drift."""
        by_shift = (self._model(parameters, reach) - self._model(parameters, -reach)) / (2.0 * reach)
        arm = (self.time - self.time.mean()) / self.length
        return np.stack([np.ones_like(arm), self._model(parameters), by_shift, by_shift * arm], axis=1)

    def solve(self) -> Floats:
        """Shift and drift of the least misfit."""
        parameters = self.start
        largest = max(self.reach, 0.5 * _BETWEEN * self.length)
        reaches = [self.reach * 2.0**k for k in range(max(1, math.ceil(math.log2(largest / self.reach)) + 1))]
        for reach in (*reaches[::-1], *(self.reach / 2.0**k for k in range(6))):
            for _ in range(4):
                level, gain, shift, turn = np.linalg.lstsq(self._system(parameters, reach), self.value, rcond=None)[0]
                if gain == 0.0:
                    return parameters
                change = np.clip(np.array([shift, turn]) / gain, -reach, reach)
                trial = parameters + change * np.array([1.0, 1.0 / self.length])
                if self._misfit(trial) > self._misfit(parameters):
                    break
                parameters = trial
        return parameters

    def errors(self, parameters: Floats) -> tuple[float, float]:
        """Standard uncertainties (s, 1) of shift and drift: the larger of two that each see what the other misses.

        Residuals that hang together over stretches of readings, whatever the reason, and white noise that smoothing
        has made to hang together. With few stretches the first alone comes out too small.
        """
        system = self._system(parameters, self.reach)
        solved = np.linalg.lstsq(system, self.value, rcond=None)[0]
        if solved[1] == 0.0:
            return math.inf, math.inf
        rest = self.value - system @ solved
        blocks = np.add.reduceat(system * rest[:, None], np.arange(0, len(rest), self.together), axis=0)
        inverse = np.linalg.pinv(system.T @ system)
        few = len(blocks) / max(len(blocks) - system.shape[1], 1)
        white = float(rest @ rest) / max(len(rest) / self.alike - system.shape[1], 1.0) * inverse
        stretches = few * inverse @ (blocks.T @ blocks) @ inverse
        shift, drift = np.maximum(np.diag(white), np.diag(stretches))[2:] / solved[1] ** 2
        return math.sqrt(float(shift)), math.sqrt(float(drift)) / self.length

    def _misfit(self, parameters: Floats) -> float:
        return 1.0 - self.correlation(parameters) ** 2

    def correlation(self, parameters: Floats) -> float:
        """Of the reference and the moved channel."""
        model, data = self._model(parameters), self.value
        model, data = model - model.mean(), data - data.mean()
        norm = float(model @ model) * float(data @ data)
        return float(model @ data) / math.sqrt(norm) if norm > 0.0 else 0.0
