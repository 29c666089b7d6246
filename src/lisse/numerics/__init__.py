"""Mathematics that does not know what a battery is: voxel grids, operators, multigrid, distances, correlations.

What belongs here: algorithms on plain numbers and arrays, without units and without names of the field. What does not
belong here: anything that needs to know what an array means. numba is imported by the modules that need it, so import
those from inside functions.
"""

__all__: list[str] = []
