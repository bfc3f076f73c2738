"""Writes the golden files of package jpeg: small JPEG files and the checksums of
their pixels as Pillow 13.0 (libjpeg-turbo 3.2) decodes them.

    python generate.py [folder of photos]

small/      the files
small.txt   their checksums
scaled.txt  the checksums at 1/2, 1/4 and 1/8 of their size
photos.txt  the checksums of the photos, by folder

A checksum is the CRC-32 of the pixels in the mode that Pillow opens the file
in: L, RGB or CMYK.
"""

import io
import os
import random
import struct
import sys
import zlib

from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))

# The Huffman tables of T.81, K.3.3.1 and K.3.3.2, for luminance: counts and symbols.
DC = (bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]), bytes(range(12)))


def ac_table():
    """Codes of 7 and 8 bits for the symbols of sizes 0 … 7."""
    symbols = [0x00, 0xF0] + [run << 4 | size for run in range(16) for size in range(1, 8)]
    return bytes([0] * 6 + [60, len(symbols) - 60] + [0] * 8), bytes(symbols)


def codes(table):
    counts, symbols = table
    out, code, i = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            out[symbols[i]] = format(code, "0%db" % length)
            code, i = code + 1, i + 1
        code <<= 1
    return out


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def number(value):
    """The size of a number and its bits (T.81, F.1.2.1)."""
    size = abs(value).bit_length()
    return size, format(value if value > 0 else value + (1 << size) - 1, "0%db" % size) if size else ""


def block(rng, before, codes_dc, codes_ac, density):
    """The bits of a block of chance, and its level of DC."""
    level = max(-60, min(60, before + rng.randint(-25, 25)))
    size, bits = number(level - before)
    out, run = codes_dc[size] + bits, 0
    for k in range(1, 64):
        value = rng.randint(-2 - 20 // k, 2 + 20 // k) if rng.random() < density else 0
        if value == 0:
            run += 1
            continue
        while run > 15:
            out, run = out + codes_ac[0xF0], run - 16
        size, bits = number(value)
        out, run = out + codes_ac[run << 4 | size] + bits, 0
    return out + (codes_ac[0] if run else ""), level


def packed(bits):
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")


def chance(width, height, factors, interval=0, apart=False, wide=False, density=0.2, app=b"", ids=None, kind=0xC0, junk=b""):
    """A JPEG file of levels by chance, with what encoders do not write: any
    sampling factors, a scan for each component, steps of 16 bits."""
    rng = random.Random(width * 1000 + height)
    ids = ids or range(1, len(factors) + 1)
    most_h, most_v = max(h for h, _ in factors), max(v for _, v in factors)
    steps = [8 + k // 4 for k in range(64)]
    out = b"\xff\xd8" + app
    out += segment(0xDB, b"\x10" + struct.pack(">64H", *steps) if wide else b"\0" + bytes(steps))
    parts = b"".join(bytes([i, h << 4 | v, 0]) for i, (h, v) in zip(ids, factors))
    out += segment(kind, struct.pack(">BHHB", 8, height, width, len(factors)) + parts)
    ac = ac_table()
    out += segment(0xC4, b"\0" + DC[0] + DC[1]) + segment(0xC4, b"\x10" + ac[0] + ac[1])
    if interval:
        out += segment(0xDD, struct.pack(">H", interval))
    codes_dc, codes_ac = codes(DC), codes(ac)
    everything = range(len(factors))
    for scan in [[i] for i in everything] if apart else [everything]:
        out += segment(0xDA, bytes([len(scan)]) + b"".join(bytes([ids[i], 0]) for i in scan) + b"\0\x3f\0")
        if len(scan) == 1:
            h, v = factors[scan[0]]
            across, down = -(-width * h // (8 * most_h)), -(-height * v // (8 * most_v))
            blocks = {scan[0]: 1}
        else:
            across, down = -(-width // (8 * most_h)), -(-height // (8 * most_v))
            blocks = {i: factors[i][0] * factors[i][1] for i in scan}
        bits, before = "", dict.fromkeys(scan, 0)
        for unit in range(across * down):
            if interval and unit and unit % interval == 0:
                out += packed(bits) + bytes([0xFF, 0xD0 + (unit // interval - 1) % 8])
                bits, before = "", dict.fromkeys(scan, 0)
            for i in scan:
                for _ in range(blocks[i]):
                    more, before[i] = block(rng, before[i], codes_dc, codes_ac, density)
                    bits += more
        out += packed(bits) + junk
    return out + b"\xff\xd9"


def picture(width, height, seed):
    """Waves, an edge and noise."""
    rng = random.Random(seed)
    pixels = []
    for y in range(height):
        for x in range(width):
            wave = 120 + (x * 7 + y * 3) % 90 - (110 if x * 2 > y + 9 else 0)
            pixels.append(tuple(max(0, min(255, wave + c * (x - y) * 4 + rng.randint(-20, 20))) for c in range(3)))
    image = Image.new("RGB", (width, height))
    image.putdata(pixels)
    return image


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def encoded():
    """Files as Pillow writes them."""
    for side in range(1, 18):
        yield "odd_%d.jpg" % side, saved(picture(side, 18 - side, side), quality=75, subsampling=2)
    for quality in (1, 10, 50, 95, 100):
        yield "quality_%d.jpg" % quality, saved(picture(40, 24, quality), quality=quality)
    for subsampling, name in enumerate(("444", "422", "420")):
        photo = picture(35, 37, 50 + subsampling)
        yield "pillow_%s.jpg" % name, saved(photo, subsampling=subsampling)
        yield "progressive_%s.jpg" % name, saved(photo, subsampling=subsampling, progressive=True, quality=85)
        yield "restart_%s.jpg" % name, saved(photo, subsampling=subsampling, restart_marker_blocks=2)
    photo = picture(43, 29, 3)
    yield "progressive_restart.jpg", saved(photo, progressive=True, quality=98, restart_marker_rows=1)
    yield "gray.jpg", saved(photo.convert("L"), quality=90)
    yield "progressive_gray.jpg", saved(photo.convert("L"), quality=90, progressive=True)
    yield "cmyk.jpg", saved(photo.convert("CMYK"), quality=90)
    yield "progressive_cmyk.jpg", saved(photo.convert("CMYK"), quality=90, progressive=True)
    yield "rgb.jpg", saved(photo, quality=90, keep_rgb=True)
    yield "optimized.jpg", saved(photo, quality=97, optimize=True)


def adobe(transform):
    return segment(0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform))


def made():
    """Files of chance."""
    luma = {"440": (1, 2), "411": (4, 1), "410": (4, 2), "441": (1, 4), "420": (2, 2), "422": (2, 1), "31": (3, 1), "13": (1, 3)}
    for name, factor in luma.items():
        yield "made_%s.jpg" % name, chance(45, 39, [factor, (1, 1), (1, 1)])
        yield "made_apart_%s.jpg" % name, chance(37, 21, [factor, (1, 1), (1, 1)], apart=True, interval=3)
    for width in (2, 3, 4, 5, 6):
        for name in ("420", "422", "440"):
            yield "made_narrow_%s_%d.jpg" % (name, width), chance(width, 7 - width % 2, [luma[name], (1, 1), (1, 1)])
    yield "made_luma_halved.jpg", chance(45, 39, [(1, 1), (2, 2), (2, 1)])
    yield "made_421.jpg", chance(45, 39, [(4, 1), (2, 1), (1, 1)], density=0.02)
    yield "made_dense.jpg", chance(45, 39, [(2, 2), (1, 1), (1, 1)], density=1)
    yield "made_flat.jpg", chance(45, 39, [(2, 2), (1, 1), (1, 1)], density=0)
    yield "made_wide_steps.jpg", chance(45, 39, [(1, 1)] * 3, wide=True, kind=0xC1)
    yield "made_gray_factors.jpg", chance(45, 39, [(2, 2)], interval=4)
    yield "made_cmyk.jpg", chance(45, 39, [(1, 1)] * 4)
    yield "made_cmyk_adobe.jpg", chance(45, 39, [(1, 1)] * 4, app=adobe(0))
    yield "made_ycck.jpg", chance(45, 39, [(2, 2), (1, 1), (1, 1), (2, 2)], app=adobe(2))
    yield "made_adobe_rgb.jpg", chance(45, 39, [(1, 1)] * 3, app=adobe(0))
    yield "made_adobe_ycc.jpg", chance(45, 39, [(1, 1)] * 3, app=adobe(1), ids=b"RGB")
    yield "made_ids_rgb.jpg", chance(45, 39, [(1, 1)] * 3, ids=b"RGB")
    yield "made_ids_zero.jpg", chance(45, 39, [(1, 1)] * 3, ids=[0, 1, 2])
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    yield "made_jfif_adobe.jpg", chance(45, 39, [(1, 1)] * 3, app=jfif + adobe(0))
    yield "made_junk.jpg", chance(45, 39, [(1, 1)] * 3, junk=b"junk\xff\0\xff\xff")


def checksum(image):
    return "%08x" % zlib.crc32(image.tobytes())


def small():
    os.makedirs(os.path.join(HERE, "small"), exist_ok=True)
    lines = []
    for maker in (encoded, made):
        for name, content in maker():
            with open(os.path.join(HERE, "small", name), "wb") as f:
                f.write(content)
            lines.append("%s %s" % (checksum(Image.open(io.BytesIO(content))), name))
    write("small.txt", lines)


def scaled():
    """At every scale that Pillow can be made to choose."""
    folder = os.path.join(HERE, "small")
    lines = []
    for scale in (2, 4, 8):
        lines.append("%d/" % scale)
        for name in sorted(os.listdir(folder)):
            image = Image.open(os.path.join(folder, name))
            width, height = image.size
            want = -(-width // scale), -(-height // scale)
            image.draft(None, (max(1, width // scale), max(1, height // scale)))
            if image.size == want:
                lines.append("%s %s" % (checksum(image), name))
    write("scaled.txt", lines)


def photos(folder):
    lines = []
    for path, folders, names in os.walk(folder):
        folders.sort()
        names = sorted(n for n in names if n.lower().endswith((".jpg", ".jpeg")))
        if names:
            lines.append(os.path.relpath(path, folder).replace(os.sep, "/") + "/")
        for name in names:
            lines.append("%s %s" % (checksum(Image.open(os.path.join(path, name))), name))
    write("photos.txt", lines)


def write(name, lines):
    with open(os.path.join(HERE, name), "w") as f:
        f.write("\n".join(lines) + "\n")


small()
scaled()
if len(sys.argv) > 1:
    photos(sys.argv[1])
