"""The resolved model: where and why a cell fails, on a grid of voxels."""
