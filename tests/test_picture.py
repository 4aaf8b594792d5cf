"""Pictures as they are sent: untouched where they can be, else shrunk, upright, and readable."""

from __future__ import annotations

import struct
import zlib

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.errors import RowError
from mmgen_datasets.picture import fit_picture, fitted_size, picture_type
from tests.photographs import file_of, opened, photograph, turned

sides = st.integers(1, 10_000)
small_sides = st.integers(1, 120)
TAKEN = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
MODES = {
    "JPEG": ["L", "RGB", "CMYK"],
    "PNG": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "WEBP": ["RGB", "RGBA"],
    "GIF": ["L", "P"],
    "BMP": ["1", "L", "P", "RGB"],
    "TIFF": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"],
}
kinds = st.sampled_from([(format, mode) for format, modes in MODES.items() for mode in modes])


def drawn(width: int, height: int, mode: str) -> PIL.Image.Image:
    picture = photograph(width, height)
    if mode in {"I", "I;16", "LA"}:  # Pillow knows no way there from colours
        picture = picture.convert("L")
    picture = picture.convert(mode)
    if mode in {"LA", "RGBA"}:
        picture.putalpha(100)  # WebP leaves out what is opaque
    return picture


class TestSizes:
    @pytest.mark.parametrize(
        ("size", "limit", "expected"),
        [
            ((4000, 3000), 1024, (1024, 768)),
            ((3000, 4000), 1024, (768, 1024)),
            ((640, 480), 640, (640, 480)),
            ((640, 480), 639, (639, 479)),
            ((640, 480), None, (640, 480)),
            ((10_000, 3), 100, (100, 1)),
            ((1, 1), 1, (1, 1)),
        ],
    )
    def test_the_longer_side_gets_the_limit(
        self, size: tuple[int, int], limit: int | None, expected: tuple[int, int]
    ) -> None:
        assert fitted_size(*size, limit) == expected

    @given(width=sides, height=sides, limit=sides)
    def test_the_aspect_stays_within_a_pixel(self, width: int, height: int, limit: int) -> None:
        across, down = fitted_size(width, height, limit)
        longer = max(width, height)
        assert max(across, down) == min(longer, limit)
        scale = min(1.0, limit / longer)
        assert abs(across - width * scale) < 1
        assert abs(down - height * scale) < 1


class TestWhatIsLeftAlone:
    @pytest.mark.parametrize("format", TAKEN)
    @pytest.mark.parametrize("limit", [None, 64, 1000])
    def test_a_picture_within_the_limit_keeps_its_bytes(
        self, format: str, limit: int | None
    ) -> None:
        data = file_of(photograph(64, 48), format)
        assert fit_picture(data, limit) == (data, TAKEN[format])

    def test_so_does_one_that_a_camera_was_turned_for(self) -> None:
        data = file_of(photograph(64, 48), exif=turned())
        assert fit_picture(data, 64).data == data

    def test_a_telephones_jpeg_of_several_pictures_is_called_a_jpeg(self) -> None:
        """Its own type, image/mpo, is one that no server knows."""
        first, second = photograph(64, 48), photograph(32, 24)
        data = file_of(first, "MPO", save_all=True, append_images=[second])
        assert opened(data).format == "MPO"
        assert fit_picture(data) == (data, "image/jpeg")


class TestWhatIsRedrawn:
    @pytest.mark.parametrize(
        ("format", "mode", "becomes"),
        [
            ("JPEG", "RGB", ("JPEG", "RGB")),
            ("JPEG", "L", ("JPEG", "L")),
            ("JPEG", "CMYK", ("JPEG", "RGB")),
            ("WEBP", "RGB", ("JPEG", "RGB")),
            ("WEBP", "RGBA", ("PNG", "RGBA")),
            ("PNG", "RGB", ("PNG", "RGB")),
            ("PNG", "RGBA", ("PNG", "RGBA")),
            ("PNG", "P", ("PNG", "RGB")),
            ("PNG", "1", ("PNG", "L")),
            ("PNG", "I;16", ("PNG", "L")),
            ("TIFF", "CMYK", ("PNG", "RGB")),
        ],
    )
    def test_a_lossy_file_becomes_a_jpeg_and_another_a_png(
        self, format: str, mode: str, becomes: tuple[str, str]
    ) -> None:
        sent = fit_picture(file_of(drawn(200, 100, mode), format), 50)
        picture = opened(sent.data)
        assert (picture.format, picture.mode, picture.size) == (*becomes, (50, 25))
        assert sent.mime_type == f"image/{becomes[0].lower()}"

    @pytest.mark.parametrize("format", ["BMP", "TIFF", "PPM"])
    def test_a_type_that_servers_refuse_becomes_a_png_of_the_same_pixels(self, format: str) -> None:
        picture = photograph(64, 48)
        sent = fit_picture(file_of(picture, format))
        assert sent.mime_type == "image/png"
        assert opened(sent.data).tobytes() == picture.tobytes()

    @pytest.mark.parametrize("format", ["GIF", "WEBP"])
    def test_of_an_animation_the_first_frame_is_sent(self, format: str) -> None:
        red, blue = (PIL.Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
        data = file_of(red, format, save_all=True, append_images=[blue], lossless=True)
        picture = opened(fit_picture(data).data)
        assert getattr(picture, "n_frames", 1) == 1
        assert tuple(picture.convert("RGB").tobytes()[:3]) == pytest.approx((255, 0, 0), abs=2)

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
    def test_a_turned_picture_is_sent_upright(self, format: str) -> None:
        """Red is on the left; a quarter turn to the right puts it on top."""
        data = file_of(photograph(200, 100, grain=0), format, exif=turned())
        picture = opened(fit_picture(data, 40).data).convert("RGB")
        assert picture.size == (20, 40)
        assert not picture.getexif()
        pixels = picture.tobytes()
        assert (pixels[0], pixels[-1]) == pytest.approx((255, 255), abs=40)  # red, and then blue

    def test_sixteen_bits_are_scaled_and_not_cut_off(self) -> None:
        data = file_of(PIL.Image.new("I;16", (100, 100), 128 * 256), "PNG")
        assert opened(fit_picture(data, 10).data).getpixel((5, 5)) == 128

    def test_what_is_transparent_stays_so(self) -> None:
        data = file_of(PIL.Image.new("P", (100, 100), 0), "PNG", transparency=0)
        assert opened(fit_picture(data, 10).data).getchannel("A").getextrema() == (0, 0)

    def test_a_shrunk_photograph_looks_the_same(self) -> None:
        """Decoding it at a fraction of its size first must not move or blur it."""
        whole = photograph(1600, 1200, grain=0)
        sent = opened(fit_picture(file_of(whole, quality=95), 200).data)
        plain = whole.resize((200, 150), PIL.Image.Resampling.LANCZOS)
        pairs = zip(sent.tobytes(), plain.tobytes(), strict=True)
        assert max(abs(one - other) for one, other in pairs) < 12

    @settings(max_examples=150, deadline=None)
    @given(width=small_sides, height=small_sides, limit=small_sides, kind=kinds)
    def test_any_picture_fits_and_can_be_opened(
        self, width: int, height: int, limit: int, kind: tuple[str, str]
    ) -> None:
        format, mode = kind
        data = file_of(drawn(width, height, mode), format)
        sent = fit_picture(data, limit)
        picture = opened(sent.data)
        assert picture.size == fitted_size(width, height, limit)
        assert TAKEN[picture.format or ""] == sent.mime_type
        assert (sent.data == data) == (format in TAKEN and max(width, height) <= limit)

    def test_the_same_picture_is_redrawn_to_the_same_bytes(self) -> None:
        data = file_of(photograph(200, 100))
        assert fit_picture(data, 50) == fit_picture(data, 50)


class TestWhatCannotBeSent:
    @given(st.binary(max_size=200))
    def test_what_is_no_picture_is_an_error_of_its_row(self, data: bytes) -> None:
        for read in (picture_type, fit_picture):
            with pytest.raises(RowError, match="not a readable picture"):
                read(data)

    @pytest.mark.parametrize("format", [*TAKEN, "BMP", "TIFF"])
    def test_so_is_a_part_of_one(self, format: str) -> None:
        data = file_of(photograph(64, 48), format)
        for end in range(0, len(data) * 3 // 4, 97):
            with pytest.raises(RowError, match="not a readable picture"):
                picture_type(data[:end])
            with pytest.raises(RowError, match="not a readable picture"):
                fit_picture(data[:end], 10)

    @settings(max_examples=200, deadline=None)
    @given(
        format=st.sampled_from([*TAKEN, "BMP", "TIFF"]),
        place=st.floats(0, 1, exclude_max=True),
        bad=st.binary(min_size=1, max_size=40),
    )
    def test_a_spoiled_file_is_sent_or_an_error_of_its_row(
        self, format: str, place: float, bad: bytes
    ) -> None:
        data = bytearray(file_of(photograph(40, 30), format))
        start = int(place * len(data))
        data[start : start + len(bad)] = bad
        try:
            sent = fit_picture(bytes(data), 20)
        except RowError:
            return
        assert sent.mime_type in TAKEN.values()

    def test_a_picture_that_would_fill_the_memory_is_not_decoded(self) -> None:
        data = bytearray(file_of(photograph(8, 8), "PNG"))
        data[16:24] = struct.pack(">II", 50_000, 50_000)  # its width and height
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        for read in (picture_type, fit_picture):
            with pytest.raises(RowError, match="not a readable picture"):
                read(bytes(data))

    def test_no_other_program_is_started_for_a_picture(self) -> None:
        """Pillow draws PostScript with Ghostscript."""
        with pytest.raises(RowError):
            fit_picture(file_of(photograph(8, 8), "EPS"), 4)
