"""Picture files of every kind, and what Keras makes of them."""

import io
import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

from generate import HERE, pack, picture, write

FOLDER = os.path.join(HERE, "decode")


def png_bytes(samples, depth, color, interlaced=False, chunks=()):
    """A PNG file of samples (h, w, channels), with variants that Pillow does not write."""
    h, w, _ = samples.shape

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def rows(part):
        out = b""
        for row in part:
            bits = "".join(format(int(v), "0%db" % depth) for v in row.ravel())
            bits += "0" * (-len(bits) % 8)
            out += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
        return out

    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    parts = [samples[y::dy, x::dx] for y, x, dy, dx in passes] if interlaced else [samples]
    data = b"".join(rows(p) for p in parts if p.size)
    header = struct.pack(">IIBBBBB", w, h, depth, color, 0, 0, int(interlaced))
    middle = b"".join(chunk(kind, body) for kind, body in chunks)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + middle + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def bmp_bytes(w, h, depth, compression, pixels, colors=(), masks=b"", header=40):
    palette = b"".join(bytes([b, g, r] + [0] * (header == 40)) for r, g, b in colors)
    offset = 14 + header + len(masks) + len(palette)
    if header == 12:
        info = struct.pack("<IHHHH", 12, w, h, 1, depth)
    else:
        info = struct.pack("<IiiHHIIiiII", 40, w, h, 1, depth, compression, len(pixels), 0, 0, len(colors), 0)
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + info + masks + palette + pixels


def oriented(number):
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pngs(rgb, gray, rgba):
    wide = np.arange(9 * 13).reshape(9, 13, 1) * 560
    few = gray // 16
    palette = Image.fromarray(rgb).quantize(11)
    yield "rgb.png", saved(Image.fromarray(rgb), "PNG")
    yield "gray.png", saved(Image.fromarray(gray[:, :, 0]), "PNG")
    yield "rgba.png", saved(Image.fromarray(rgba), "PNG")
    yield "gray_alpha.png", saved(Image.fromarray(rgba[:, :, 2:]), "PNG")
    yield "palette.png", saved(palette, "PNG")
    yield "palette_transparent.png", saved(palette, "PNG", transparency=bytes([0, 100, 255, 30]))
    yield "bits1.png", saved(Image.fromarray(gray[:, :, 0]).convert("1"), "PNG")
    yield "bits4.png", png_bytes(few, 4, 0)
    yield "bits2_interlaced.png", png_bytes(few // 4, 2, 0, interlaced=True)
    yield "gray16.png", png_bytes(wide, 16, 0)
    yield "gray16_transparent.png", png_bytes(wide, 16, 0, chunks=[(b"tRNS", struct.pack(">H", 560))])
    yield "rgb16.png", png_bytes(rgb.astype(int) * 257 - (rgb > 9), 16, 2)
    yield "rgba16.png", png_bytes(rgba.astype(int) * 257 - (rgba > 9), 16, 6)
    yield "rgb_transparent.png", png_bytes(rgb, 8, 2, chunks=[(b"tRNS", struct.pack(">HHH", *map(int, rgb[0, 0])))])
    yield "interlaced.png", png_bytes(rgb, 8, 2, interlaced=True)
    yield "oriented6.png", saved(Image.fromarray(rgb), "PNG", exif=oriented(6))


def jpegs(rgb, gray, rgba):
    photo = Image.fromarray(picture(37, 45, 3, seed=8))
    yield "full.jpg", saved(photo, "JPEG", quality=90, subsampling=0)
    yield "halved.jpg", saved(photo, "JPEG", quality=90, subsampling=2)
    yield "halved_across.jpg", saved(photo, "JPEG", quality=90, subsampling=1)
    yield "progressive.jpg", saved(photo, "JPEG", quality=90, subsampling=0, progressive=True)
    yield "gray.jpg", saved(photo.convert("L"), "JPEG", quality=90)
    yield "cmyk.jpg", saved(photo.convert("CMYK"), "JPEG", quality=95, subsampling=0)
    yield "rgb.jpg", saved(photo, "JPEG", quality=90, keep_rgb=True)
    for number in range(1, 9):
        yield "oriented%d.jpg" % number, saved(photo, "JPEG", quality=90, subsampling=0, exif=oriented(number))


def gifs(rgb, gray, rgba):
    palette = Image.fromarray(rgb).quantize(11)
    plain = saved(palette, "GIF", interlace=0)
    transparent = saved(palette, "GIF", interlace=0, transparency=3)
    yield "plain.gif", plain
    yield "interlaced.gif", saved(palette, "GIF", interlace=1)
    yield "transparent.gif", transparent
    yield "gray.gif", saved(Image.fromarray(gray[:, :, 0]), "GIF")
    yield "animated.gif", saved(palette, "GIF", save_all=True, append_images=[palette.rotate(180)], transparency=2)
    larger = struct.pack("<HH", 17, 12)
    yield "on_canvas.gif", plain[:6] + larger + plain[10:]
    yield "transparent_on_canvas.gif", transparent[:6] + larger + transparent[10:]


def bmps(rgb, gray, rgba):
    colors = [(16 * i, 255 - 16 * i, 7 * i) for i in range(16)]
    rows = [bytes(row) for row in (gray[::-1, :, 0] // 16)]
    packed = [bytes([a << 4 | b for a, b in zip(r[::2], r[1::2] + b"\0")]) for r in rows]
    runs8 = b"".join(b"\0\r" + r + b"\0\0\0" for r in rows[:6])
    runs8 += bytes([5, 9, 0, 2, 3, 1, 4, 11, 0, 0, 13, 2, 0, 1])
    runs4 = b"".join(bytes([13, 16 * i + 5, 0, 0]) for i in range(8)) + b"\0\x0c" + packed[0][:6] + bytes([1, 0x30, 0, 1])
    fives = (rgb[::-1].astype(int) >> 3) @ np.array([1 << 10, 1 << 5, 1])
    sixes = (rgb[::-1].astype(int) >> [3, 2, 3]) @ np.array([1 << 11, 1 << 5, 1])
    wide = lambda values: b"".join(struct.pack("<13H", *map(int, row)) + b"\0\0" for row in values)
    yield "rgb.bmp", saved(Image.fromarray(rgb), "BMP")
    yield "gray.bmp", saved(Image.fromarray(gray[:, :, 0]), "BMP")
    yield "rgba.bmp", saved(Image.fromarray(rgba), "BMP")
    yield "palette.bmp", saved(Image.fromarray(rgb).quantize(11), "BMP")
    yield "bits1.bmp", saved(Image.fromarray(gray[:, :, 0]).convert("1"), "BMP")
    yield "bits4.bmp", bmp_bytes(13, 9, 4, 0, b"".join(r + b"\0" for r in packed), colors)
    yield "from_top.bmp", bmp_bytes(13, -9, 24, 0, b"".join(bytes(row) + b"\0" for row in rgb[:, :, ::-1].reshape(9, 39)))
    yield "core.bmp", bmp_bytes(13, 9, 24, 0, b"".join(bytes(row) + b"\0" for row in rgb[::-1, :, ::-1].reshape(9, 39)), header=12)
    yield "runs8.bmp", bmp_bytes(13, 9, 8, 1, runs8, colors)
    yield "runs4.bmp", bmp_bytes(13, 9, 4, 2, runs4, colors)
    yield "bits555.bmp", bmp_bytes(13, 9, 16, 0, wide(fives))
    yield "bits565.bmp", bmp_bytes(13, 9, 16, 3, wide(sixes), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))


def tiffs(rgb, gray, rgba):
    wide = (np.arange(9 * 13).reshape(9, 13) * 560).astype(np.uint16)
    yield "rgb.tiff", saved(Image.fromarray(rgb), "TIFF")
    yield "gray_lzw.tiff", saved(Image.fromarray(gray[:, :, 0]), "TIFF", compression="tiff_lzw")
    yield "rgba_deflate.tiff", saved(Image.fromarray(rgba), "TIFF", compression="tiff_adobe_deflate")
    yield "palette.tiff", saved(Image.fromarray(rgb).quantize(11), "TIFF")
    yield "bits1.tiff", saved(Image.fromarray(gray[:, :, 0]).convert("1"), "TIFF")
    yield "gray16.tiff", saved(Image.fromarray(wide), "TIFF")
    yield "oriented8.tiff", saved(Image.fromarray(rgb), "TIFF", tiffinfo={0x0112: 8})


def webps(rgb, gray, rgba):
    yield "lossless.webp", saved(Image.fromarray(rgb), "WEBP", lossless=True)
    yield "lossless_alpha.webp", saved(Image.fromarray(rgba), "WEBP", lossless=True, exact=True)
    yield "lossy.webp", saved(Image.fromarray(picture(37, 45, 3, seed=8)), "WEBP", quality=80)
    yield "lossy_even.webp", saved(Image.fromarray(picture(38, 46, 3, seed=9)), "WEBP", quality=80)
    yield "lossy_thin.webp", saved(Image.fromarray(picture(40, 1, 3, seed=9)), "WEBP", quality=80)
    yield "lossy_alpha.webp", saved(Image.fromarray(picture(20, 31, 4, seed=9)), "WEBP", quality=80)
    yield "oriented3.webp", saved(Image.fromarray(rgb), "WEBP", lossless=True, exif=oriented(3))


def pnms(rgb, gray, rgba):
    bits = (gray[:, :, 0] < 128).astype(int)
    lines = lambda values: "\n".join(" ".join(map(str, row.ravel())) for row in values).encode()
    wide = np.arange(9 * 13).reshape(9, 13) * 560
    yield "bits_ascii.pbm", b"P1\n# a comment\n13 # another\n9\n" + b"\n".join("".join(map(str, row)).encode() for row in bits)
    yield "bits.pbm", b"P4 13 9\n" + np.packbits(bits, axis=1).tobytes()
    yield "gray_ascii.pgm", b"P2\n13 9\n255\n" + lines(gray)
    yield "gray.pgm", b"P5\n13 9\n255\n" + gray.tobytes()
    yield "gray_100.pgm", b"P5\n13 9\n100\n" + (gray // 3).tobytes()
    yield "gray16.pgm", b"P5\n13 9\n65535\n" + wide.astype(">u2").tobytes()
    yield "rgb_ascii.ppm", b"P3\n13 9\n255\n" + lines(rgb)
    yield "rgb.ppm", b"P6\n13 9\n255\n" + rgb.tobytes()
    yield "rgb16.ppm", b"P6\n13 9\n1000\n" + (rgb.astype(int) * 3).astype(">u2").tobytes()


def decode():
    from keras.utils import img_to_array, load_img

    sample = [picture(9, 13, c, seed=7) for c in (3, 1, 4)]
    os.makedirs(FOLDER, exist_ok=True)
    cases = []
    for kinds in (pngs, jpegs, gifs, bmps, tiffs, webps, pnms):
        for name, content in kinds(*sample):
            path = os.path.join(FOLDER, name)
            with open(path, "wb") as f:
                f.write(content)
            for color in ("rgb", "grayscale", "rgba"):
                result = np.clip(img_to_array(load_img(path, color_mode=color)), 0, 255).astype(np.uint8)
                cases.append({"file": name, "color": color, "compat": True, "result": pack(result)})
            if name.startswith("oriented"):
                upright = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
                cases.append({"file": name, "color": "rgb", "compat": False, "result": pack(upright)})
    write("decode.json", cases)


def photos():
    """Real photos, of which only an 8x8 miniature is kept."""
    data = os.path.join(HERE, "..", "..", "..", "shared", "data")
    cases = []
    for folder in ("cats-dogs/train/cats", "cats-dogs/train/dogs", "flowers", "imagenet-250"):
        found = sorted(
            os.path.relpath(os.path.join(base, name), data)
            for base, _, names in os.walk(os.path.join(data, folder))
            for name in names
            if name.lower().endswith((".jpg", ".jpeg", ".png"))
        )
        for name in found[:: max(1, len(found) // 4)][:4]:
            photo = Image.open(os.path.join(data, name)).convert("RGB")
            tiny = np.asarray(photo.resize((8, 8), Image.BOX))
            cases.append({"file": name, "height": photo.height, "width": photo.width, "miniature": pack(tiny)})
    write("photos.json", cases)
