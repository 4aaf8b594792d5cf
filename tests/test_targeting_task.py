"""MM-Gen's first step: vectors of pictures, partition by keyword, candidates."""

# ruff: noqa: E402 (what needs torch is imported after it is known to be there)

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from datasets import Dataset, Features, List, Value
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mmgen_datasets.errors import RunError, StopError, UsageError
from mmgen_datasets.targeting.parts import fill_parts, keep_parts, kept_keys, read_parts
from tests.models.store import ModelStore
from tests.photographs import file_of, mixed_folder, photograph

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from mmgen_datasets.targeting.candidates import pool_of_folder
from mmgen_datasets.targeting.clip import Clip, embed_texts
from mmgen_datasets.targeting.create import Workshop, add_candidates, partition_references
from mmgen_datasets.targeting.embeddings import embed, nearest, similarities, vectors_of
from mmgen_datasets.targeting.partition import (
    OTHER,
    TEMPLATES,
    Classifier,
    by_keyword,
    partition,
    word_vectors,
)
from mmgen_datasets.targeting.retrieval import Retrieval, random_places, retrieve
from mmgen_datasets.targeting.task import Task

KEYWORDS = ("a red bus", "a blue boat", "snow")
KEY = Features({"key": Value("string")})


@pytest.fixture(scope="session")
def clip(tiny_models: ModelStore) -> Clip:
    return Clip(str(tiny_models.path("clip")), device="cpu", batch_size=4)


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    return mixed_folder(tmp_path / "pool")


class TestVectors:
    def test_they_are_those_of_transformers(self, clip: Clip, pool: Path, tmp_path: Path) -> None:
        index = embed(pool_of_folder(pool).paths, clip, tmp_path / "index")
        model = transformers.CLIPModel.from_pretrained(clip.model)
        processor = transformers.AutoImageProcessor.from_pretrained(clip.model)
        pictures = [PIL.Image.open(path).convert("RGB") for path in index.rows["path"]]
        with torch.inference_mode():
            seen = model.get_image_features(**processor(pictures, return_tensors="pt"))
        expected = torch.nn.functional.normalize(seen.pooler_output, dim=-1).numpy()
        np.testing.assert_allclose(vectors_of(index.rows), expected, atol=1e-5)

    def test_texts_of_any_length_in_one_batch_are_as_alone(self, clip: Clip) -> None:
        texts = ["snow", "a red bus in front of the station " * 40, "a boat"]
        together = embed_texts(clip, texts)
        alone = np.concatenate([embed_texts(clip, [text]) for text in texts])
        np.testing.assert_allclose(together, alone, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)

    def test_a_bad_picture_is_told_and_the_others_go_on(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        paths = [*pool_of_folder(pool).paths, pool / "gone.png"]
        index = embed(paths, clip, tmp_path / "index")
        assert [Path(path).name for path in index.rows["path"]] == [f"{n}.png" for n in range(10)]
        assert {Path(path).name: reason for path, reason in index.bad.items()} == {
            "5-broken.jpg": "not a readable picture",
            "cut.jpg": "not a readable picture",
            "gone.png": "the file cannot be read: No such file or directory",
        }
        assert index.reasons["not a readable picture"] == 2

    def test_they_are_computed_once(self, clip: Clip, pool: Path, tmp_path: Path) -> None:
        paths = pool_of_folder(pool).paths
        done: list[int] = []
        first = embed(paths[:5], clip, tmp_path / "index", done.append)
        assert sum(done) == 5
        whole = embed(paths[::-1], clip, tmp_path / "index", done.append)
        assert sum(done) == len(paths)
        assert list(whole.rows["path"])[-len(first.rows) :] == list(first.rows["path"])[::-1]
        again = embed(paths[::-1], clip, tmp_path / "index", done.append)
        assert sum(done) == len(paths)
        assert again.rows["embedding"] == whole.rows["embedding"]
        assert again.bad == whole.bad

    def test_a_file_that_changed_is_looked_at_again(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        before = vectors_of(embed([pool / "1.png"], clip, tmp_path / "index").rows)
        (pool / "1.png").write_bytes(file_of(photograph(99, 50, seed=9), "PNG"))
        after = vectors_of(embed([pool / "1.png"], clip, tmp_path / "index").rows)
        assert np.abs(before - after).max() > 1e-3

    def test_those_of_another_model_are_not_mixed_in(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        keep_parts(tmp_path / "index", {"model": "another", "dimension": 32})
        with pytest.raises(RunError, match="model 'another'"):
            embed([pool / "1.png"], clip, tmp_path / "index")

    def test_a_model_that_is_not_there_is_an_error_that_names_it(self, tmp_path: Path) -> None:
        with pytest.raises(StopError, match="nothing-here"):
            embed_texts(Clip(str(tmp_path / "nothing-here")), ["snow"])

    def test_datasets_searches_them_by_faiss_as_we_do(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        pytest.importorskip("faiss")
        rows = embed(pool_of_folder(pool).paths, clip, tmp_path / "index").rows
        query = embed_texts(clip, ["snow"])
        found = rows.add_faiss_index("embedding", metric_type=0).search("embedding", query[0], k=4)
        assert list(found.indices) == nearest(rows, query, 4)


class TestParts:
    def test_what_was_written_before_a_failure_is_kept(self, tmp_path: Path) -> None:
        def batches() -> Iterator[list[dict[str, str]]]:
            yield [{"key": "a"}, {"key": "b"}]
            yield [{"key": "c"}, {"key": "d"}]
            raise KeyboardInterrupt

        keep_parts(tmp_path, {})
        with pytest.raises(KeyboardInterrupt):
            fill_parts(tmp_path, KEY, batches(), rows_per_part=2)
        assert kept_keys(tmp_path) == {"a", "b", "c", "d"}
        assert list(read_parts(tmp_path, ["d", "a"])["key"]) == ["d", "a"]

    def test_half_a_part_is_none(self, tmp_path: Path) -> None:
        """A process that is killed leaves its part under another name."""
        keep_parts(tmp_path, {})
        fill_parts(tmp_path, KEY, [[{"key": "a"}]])
        (tmp_path / "part-0000.arrow.part").write_bytes(b"half")
        assert kept_keys(tmp_path) == {"a"}


class TestPartition:
    def test_a_picture_gets_the_nearest_keyword_by_the_raw_word(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        """As MM-Gen does it: no template, vectors of length 1, the largest product."""
        rows = embed(pool_of_folder(pool).paths, clip, tmp_path / "index").rows
        model = transformers.CLIPModel.from_pretrained(clip.model)
        tokenizer = transformers.AutoTokenizer.from_pretrained(clip.model)
        with torch.inference_mode():
            tokens = tokenizer(list(KEYWORDS), padding=True, return_tensors="pt")
            words = model.get_text_features(tokens["input_ids"], tokens["attention_mask"])
        units = torch.nn.functional.normalize(words.pooler_output, dim=-1).numpy()
        best = (vectors_of(rows) @ units.T).argmax(1)
        expected = {word: np.flatnonzero(best == k).tolist() for k, word in enumerate(KEYWORDS)}
        assert partition(rows, Classifier(KEYWORDS), clip) == expected

    @given(
        arrays(
            np.float32,
            st.tuples(st.integers(0, 20), st.just(3)),
            elements=st.floats(-1, 1, width=32),
        ),
        st.none() | st.floats(-1, 1),
    )
    def test_each_picture_is_in_one_group_and_in_order(
        self, scores: Any, threshold: float | None
    ) -> None:
        groups = by_keyword(scores, Classifier(KEYWORDS, threshold=threshold))
        assert sorted(p for places in groups.values() for p in places) == list(range(len(scores)))
        assert all(places == sorted(places) for places in groups.values())
        assert list(groups) == [*KEYWORDS, *([] if threshold is None else [OTHER])]

    def test_a_keyword_that_is_repeated_counts_once(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        rows = embed(pool_of_folder(pool).paths, clip, tmp_path / "index").rows
        assert partition(rows, Classifier((*KEYWORDS, "snow")), clip) == partition(
            rows, Classifier(KEYWORDS), clip
        )

    def test_synonyms_can_only_bring_a_keyword_pictures(
        self, clip: Clip, pool: Path, tmp_path: Path
    ) -> None:
        rows = embed(pool_of_folder(pool).paths, clip, tmp_path / "index").rows
        plain = partition(rows, Classifier(KEYWORDS), clip)
        every = {"snow": KEYWORDS[:2]}
        assert set(plain["snow"]) <= set(partition(rows, Classifier(KEYWORDS, every), clip)["snow"])

    def test_with_templates_a_word_is_the_mean_of_seventeen(self, clip: Clip) -> None:
        assert len(set(TEMPLATES)) == 17
        mean = embed_texts(clip, [template.format("snow") for template in TEMPLATES]).mean(0)
        [vector] = word_vectors(["snow"], clip, templates=True)
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"keywords": ()},
            {"keywords": ("",)},
            {"keywords": ("a",), "synonyms": {"b": ("c",)}},
            {"keywords": (OTHER,), "threshold": 0.1},
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(UsageError):
            Classifier(**wrong)


class TestRetrieval:
    def rows(self) -> Dataset:
        """Six vectors, ever farther from (1, 0); the last two alike."""
        angles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.5]
        vectors = [[float(np.cos(a)), float(np.sin(a))] for a in angles]
        features = Features({"embedding": List(Value("float32"), length=2)})
        return Dataset.from_dict({"embedding": vectors}, features)

    def test_the_nearest_come_first_and_of_equals_the_earlier(self) -> None:
        along, across = np.eye(2, dtype=np.float32)
        assert nearest(self.rows(), along[None], 3) == [0, 1, 2]
        assert nearest(self.rows(), across[None], 3) == [4, 5, 3]
        assert nearest(self.rows(), np.eye(2, dtype=np.float32), 2) == [0, 1]
        assert similarities(self.rows(), along[None]).shape == (6, 1)

    def test_each_keyword_chooses_and_none_counts_twice(self) -> None:
        along, across = (vector[None] for vector in np.eye(2, dtype=np.float32))
        queries = {"a": along, "b": across, "c": along, "empty": along[:0]}
        assert retrieve(self.rows(), Retrieval("text", 2), queries) == [0, 1, 4, 5]

    @given(st.integers(0, 100), st.integers(1, 120), st.integers())
    def test_by_chance_is_the_same_for_a_seed(self, length: int, num: int, seed: int) -> None:
        chosen = random_places(length, num, seed)
        assert chosen == random_places(length, num, seed) == sorted(set(chosen))
        assert len(chosen) == min(length, num)

    def test_what_cannot_be_meant_is_refused(self) -> None:
        with pytest.raises(UsageError, match="'smell'"):
            Retrieval("smell", 1)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match="0 pictures"):
            Retrieval("text", 0)


def said(question: str, answer: str) -> list[dict[str, str]]:
    return [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]


class TestTask:
    @pytest.fixture
    def workshop(self, tmp_path: Path, clip: Clip) -> Workshop:
        return Workshop(tmp_path / "index", tmp_path, clip)

    @pytest.fixture
    def references(self, pool: Path) -> Task:
        names: list[dict[str, Any]] = [
            {"image_1": "1.png"},
            {"image_1": "2.png"},
            {"image_1": "1.png"},
            {"image_1": "3.png", "image_2": "4.png"},
            {"image_1": "cut.jpg"},
            {},
        ]
        samples = [{**name, "conversations": said("<image> Q", "A")} for name in names]
        return Task("pool", "Buses", (), tuple(samples))

    def test_references_and_candidates_are_sorted_alike(
        self, references: Task, pool: Path, workshop: Workshop
    ) -> None:
        classifier = Classifier(KEYWORDS)
        made = partition_references(references, classifier, workshop)
        assert made.bad == {
            str(pool / "cut.jpg"): "not a readable picture",
            "sample 5": "it names no picture",
        }
        assert [group.keyword for group in made.task.subgroups] == list(KEYWORDS)
        numbers = [n for group in made.task.subgroups for n in group.reference_sample_idx]
        assert sorted(numbers) == [0, 1, 2, 3]
        whole = add_candidates(made.task, pool_of_folder(pool).paths, classifier, workshop)
        assert set(whole.bad) == {str(pool / "cut.jpg"), str(pool / "5-broken.jpg")}
        paths = [path for group in whole.task.subgroups for path in group.candidates]
        assert sorted(paths) == [f"pool/{number}.png" for number in range(10)]
        for group in whole.task.subgroups:
            for number in group.reference_sample_idx[:3]:
                if number < 3:
                    assert whole.task.image_paths(number)[0] in group.candidates

    def test_retrieval_takes_only_some(
        self, references: Task, pool: Path, workshop: Workshop
    ) -> None:
        classifier = Classifier(KEYWORDS)
        task = partition_references(references, classifier, workshop).task
        paths = pool_of_folder(pool).paths

        def chosen(retrieval: Retrieval) -> set[str]:
            made = add_candidates(task, paths, classifier, workshop, retrieval)
            return {path for group in made.task.subgroups for path in group.candidates}

        assert len(chosen(Retrieval("random", 4))) == 4
        assert len(chosen(Retrieval("text", 2))) <= 6
        # The picture most like a reference is the reference.
        found = chosen(Retrieval("image", 1))
        assert found <= {f"pool/{number}.png" for number in (1, 2, 3, 4)}

    def test_candidates_need_the_keywords_of_the_references(
        self, references: Task, workshop: Workshop
    ) -> None:
        with pytest.raises(UsageError, match="keywords none"):
            add_candidates(references, [], Classifier(KEYWORDS), workshop)

    def test_a_picture_elsewhere_is_named_whole(self, tmp_path: Path) -> None:
        workshop = Workshop(tmp_path / "index", tmp_path / "in")
        assert workshop.name_of(tmp_path / "in/a/b.png") == "a/b.png"
        assert workshop.name_of(tmp_path / "b.png") == (tmp_path / "b.png").as_posix()


def test_about_is_json(tmp_path: Path) -> None:
    keep_parts(tmp_path, {"model": "m"})
    assert json.loads((tmp_path / "about.json").read_text("utf-8")) == {"model": "m"}
