"""Photographs of the world's goods, drawn at start from simple shapes: nobody else's picture is needed."""

from __future__ import annotations

import io
import random
import tomllib
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from osint.demo.world import FOLDER

SIZE = (360, 270)
_GROUNDS = ["#d9d2c3", "#b8c4c9", "#8d7b68", "#e8e6e1", "#6f7f6a", "#c9a98a", "#5c6470", "#f3efe6"]


@lru_cache(maxsize=1)
def shapes() -> dict[str, list[list[Any]]]:
    """Each shape as drawing steps: name of the step, colour, points in 0..100 of width and height, line width."""
    table = tomllib.loads((FOLDER / "pictures.toml").read_text(encoding="utf-8"))
    return {name: one["draw"] for name, one in table.items()}


@lru_cache(maxsize=512)
def picture(name: str) -> bytes:
    """JPEG of `shape-seed`: the same name gives the same picture, another seed another ground, turn and size."""
    shape = name.partition("-")[0]
    chance = random.Random(name)  # noqa: S311  pictures, not secrets
    ground = chance.choice(_GROUNDS)
    canvas = Image.new("RGB", SIZE, ground)
    _table(canvas, chance)
    layer = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    _draw(ImageDraw.Draw(layer), shapes()[shape])
    if chance.random() < 0.5:
        layer = layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    layer = layer.rotate(chance.uniform(-50, 50), resample=Image.Resampling.BICUBIC)
    scale = chance.uniform(0.55, 1.05)
    layer = layer.resize((int(SIZE[0] * scale), int(SIZE[1] * scale)))
    across, down = SIZE[0] - layer.width, SIZE[1] - layer.height
    spot = (chance.randint(min(0, across), max(0, across)), chance.randint(min(0, down), max(0, down)))
    shadow = Image.new("RGBA", layer.size, (20, 18, 15, 90))
    canvas.paste(shadow, (spot[0] + 6, spot[1] + 8), layer.getchannel("A").filter(ImageFilter.GaussianBlur(4)))
    canvas.paste(layer, spot, layer)
    out = io.BytesIO()
    canvas.filter(ImageFilter.GaussianBlur(0.6)).save(out, "JPEG", quality=82)
    return out.getvalue()


def _table(canvas: Image.Image, chance: random.Random) -> None:
    """A table's edge, things at the rim and a few marks, so that no two photographs are alike."""
    draw = ImageDraw.Draw(canvas)
    edge = chance.randint(20, 160)
    draw.polygon((0, 0, SIZE[0], 0, SIZE[0], edge, 0, edge + chance.randint(-60, 60)), fill=chance.choice(_GROUNDS))
    for _ in range(chance.randint(2, 6)):
        x, y, size = chance.randint(-40, SIZE[0]), chance.choice([-30, 0, 190, 220]), chance.randint(40, 130)
        shape = chance.choice([draw.ellipse, draw.rectangle])
        shape((x, y, x + size, y + size * chance.uniform(0.4, 1.2)), fill=chance.choice(_GROUNDS))
    for _ in range(chance.randint(3, 9)):
        x, y = chance.randint(0, SIZE[0]), chance.randint(0, SIZE[1])
        draw.line((x, y, x + chance.randint(20, 160), y + chance.randint(-8, 8)), fill=chance.choice(_GROUNDS), width=2)


def _draw(draw: ImageDraw.ImageDraw, steps: list[list[Any]]) -> None:
    unit, left = SIZE[1] / 100, (SIZE[0] - SIZE[1]) / 2
    for step, colour, points, *more in steps:
        spots = [(left + x * unit, y * unit) for x, y in zip(points[::2], points[1::2], strict=True)]
        thick = int(more[0]) if more else 4
        if step == "polygon":
            draw.polygon(spots, fill=colour)
        elif step == "line":
            draw.line(spots, fill=colour, width=thick, joint="curve")
        elif step == "ellipse":
            draw.ellipse([spots[0], spots[1]], fill=colour)
        elif step == "ring":
            draw.ellipse([spots[0], spots[1]], outline=colour, width=thick)
        else:
            draw.rectangle([spots[0], spots[1]], fill=colour)
