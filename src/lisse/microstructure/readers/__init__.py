"""Readers of images: one file per format, and `read`, `read_image` that choose among them.

A reader turns a file into an array with named axes and what the file says of lengths, memory-mapped where it can be.
What the values mean is decided elsewhere.
"""

from __future__ import annotations

from lisse.microstructure.readers.image import Image
from lisse.microstructure.readers.opening import read, read_image

__all__ = ["Image", "read", "read_image"]
