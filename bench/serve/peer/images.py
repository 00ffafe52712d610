"""From an image file in base64 to the model's input, pixel for pixel as src/codec does it."""

import binascii
import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageOps

Image.MAX_IMAGE_PIXELS = 16_000_000

# Fainter than this, of 255, is dirt and not ink.
FAINTEST_INK = 32


class BadImage(Exception):
    """What is wrong with an image, for its sender."""


def decode(text: str, side: int) -> np.ndarray:
    """[side, side], 0 (paper) to 1 (ink)."""
    try:
        image = Image.open(io.BytesIO(binascii.a2b_base64(text, strict_mode=True)))
        if "exif" in image.info:
            image = ImageOps.exif_transpose(image)
        grey = to_grey(image)
    except (binascii.Error, OSError, ValueError, Image.DecompressionBombError) as error:
        raise BadImage(f"This is not an image that can be read: {error}") from error
    pixels = np.asarray(grey)
    paper = border_median(pixels)
    darkest, lightest = grey.getextrema()
    strongest = max(FAINTEST_INK, paper - darkest, lightest - paper)
    return np.abs(fit(pixels, side, paper) - paper) / np.float32(strongest)


def to_grey(image: Image.Image) -> Image.Image:
    """Transparent pixels are on white paper."""
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return image.convert("L")


def border_median(pixels: np.ndarray) -> int:
    border = np.concatenate((pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]))
    middle = (border.size - 1) // 2
    return int(np.partition(border, middle)[middle])


def fit(pixels: np.ndarray, side: int, paper: int) -> np.ndarray:
    """Area average into the middle of a sheet of paper. Pillow's BOX filter leaves out parts of pixels; this does not."""
    height, width = pixels.shape
    scale = min(side / width, side / height)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    small = coverage(height, rows) @ pixels.astype(np.float32) @ coverage(width, columns).T
    if (rows, columns) == (side, side):
        return small
    sheet = np.full((side, side), paper, np.float32)
    top, left = (side - rows) // 2, (side - columns) // 2
    sheet[top : top + rows, left : left + columns] = small
    return sheet


@lru_cache(maxsize=256)
def coverage(source: int, target: int) -> np.ndarray:
    """[target, source]: what part of each target pixel a source pixel makes up."""
    edges = np.arange(target + 1) * source / target
    starts = np.arange(source)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return (np.clip(overlap, 0, None) * target / source).astype(np.float32)
