"""Speech: recordings to units that a language model reads, and spoken dialogues made of them."""

from __future__ import annotations

from mmgen_datasets.registry import Entry

_NEEDS = ("soundfile", "soxr", "torch", "transformers")

CODECS = {
    "mimi": Entry(
        "mmgen_datasets.speech.codec:open_mimi",
        "Kyutai's Mimi: 24 kHz, 12.5 frames a second, 32 codebooks of 2,048",
        extra="speech",
        needs=_NEEDS,
    ),
    "encodec": Entry(
        "mmgen_datasets.speech.codec:open_encodec",
        "Meta's EnCodec: 24 kHz, 75 frames a second, 32 codebooks of 1,024",
        extra="speech",
        needs=_NEEDS,
    ),
    "dac": Entry(
        "mmgen_datasets.speech.codec:open_dac",
        "Descript's audio codec: 16 kHz, 50 frames a second, 12 codebooks of 1,024",
        extra="speech",
        needs=_NEEDS,
    ),
    "emova": Entry(
        "mmgen_datasets.speech.emova:Emova",
        "EMOVA's speech tokenizer: what is said, without the voice; one codebook of 4,096",
        extra="speech",
        needs=_NEEDS,
    ),
}
"""What turns recordings into units, by name."""
