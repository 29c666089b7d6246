"""A shell of given thickness around the inclusions of a composite, or along any surface between phases."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from lisse.errors import InvalidInput
from lisse.microstructure.generate.box import Box
from lisse.microstructure.generate.generated import (
    Generated,
    Statistic,
    above,
    checked_seed,
    length_text,
    opened,
    recipe_of,
    with_phase,
)
from lisse.microstructure.volume import Volume

__all__ = ["shell"]


def shell(
    of: Generated | Volume,
    around: str,
    thickness: float,
    into: str,
    *,
    phase: str = "interphase",
    periodic: bool = True,
) -> Generated:
    """Turn the voxels of one phase within a distance of another into an interphase.

    Parameters
    ----------
    of : Generated or Volume.
    around : str. The phase that is coated, for example ``"ceramic"``.
    thickness : float, m. At least one voxel; rounded to whole voxels on flat surfaces.
    into : str. The phase that is replaced, for example ``"polymer"``.
    phase : str. Name of the shell.
    periodic : bool. Whether the distance is measured across opposite faces, too.

    Returns
    -------
    Generated
        Statistics ``<phase>_fraction`` of the volume and ``<phase>_thickness`` (largest distance of a voxel of the
        shell from the nearest voxel that it coats, m).
    """
    volume, statistics, recipe = opened(of)
    box, h = Box.around(volume), max(volume.voxel_size)
    thickness = above("thickness", thickness)
    if thickness < h:
        raise InvalidInput("thickness", thickness, f"at least one voxel, {h:.3g} m", "Take smaller voxels")
    core, room = volume.mask(around), volume.mask(into)
    if not core.any():
        raise InvalidInput("around", around, "a phase that is there", "The volume has no voxel of it")
    pad = [
        min(n, int(np.ceil(thickness / s)) + 1) if periodic else 0
        for n, s in zip(box.shape, box.voxel_size, strict=True)
    ]
    wide = np.pad(core, [(p, p) for p in pad], mode="wrap" if periodic else "edge")
    away = ndimage.distance_transform_edt(~wide, sampling=volume.voxel_size)
    away = away[tuple(slice(p, p + n) for p, n in zip(pad, box.shape, strict=True))]
    taken = room & (away <= thickness + 0.25 * h)
    table, label = with_phase(volume, phase)
    labels = np.where(taken, np.int32(label), volume.labels).astype(np.min_scalar_type(max(table)))
    grains = None if volume.grains is None else np.where(taken, 0, volume.grains)
    found = {
        f"{phase}_fraction": Statistic(float(taken.mean())),
        f"{phase}_thickness": Statistic(float(away[taken].max()) if taken.any() else 0.0, thickness, "m"),
    }
    made = recipe_of(
        "shell",
        recipe or {"generate": "given volume"},
        around=around,
        thickness=length_text(thickness),
        into=into,
        phase=phase,
        periodic=bool(periodic),
    )
    result = volume.replace(labels=labels, phases=table, grains=grains)
    return Generated(result, {**statistics, **found}, made, checked_seed(getattr(of, "seed", 0)))
