"""Which recipes can ask about which samples, told before anything is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from mmgen_datasets import Plan, RunFolder, Scripted, Shard, estimate_run, fill_run, generate
from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.requests import ABOUT_TEXT, NO_PICTURE
from mmgen_datasets.generation.suiting import refuse_unsuited
from mmgen_datasets.loading import load_dataset
from mmgen_datasets.motion.skeleton import KIT_ML
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.prompts.recipe import load_recipe
from tests.motion.cameras import camera
from tests.motion.folders import write_folder
from tests.sample import OPEN_IMAGES_DIR, SAMPLE_DIR
from tests.test_llava_json import LIST, folder_with

FIT = {
    "coco2017": {"grounded", "llava", "llava-small", "llava-vision", "open-images"},
    "open_images_v7": {"grounded", "llava", "llava-small", "llava-vision", "open-images"},
    "humanml3d": {"grounded", "motion"},
    "kit_ml": {"grounded", "motion"},
    "skeletons": {"motion"},
    "llava_json": {"given", "llava-vision"},
}
SCRIPTED = {"function": "tests.run_plans:every_third_fails"}


def skeletons(folder: Path) -> Path:
    folder.mkdir()
    np.save(folder / "walk.npy", camera(5))
    (folder / "walk.txt").write_text("a person walks.")
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small folder of each source."""
    root = tmp_path_factory.mktemp("sources")
    small: Any = {"splits": [("train", 2)], "num_frames": 50}
    return {
        "coco2017": SAMPLE_DIR,
        "open_images_v7": OPEN_IMAGES_DIR,
        "humanml3d": write_folder(root / "HumanML3D", **small),
        "kit_ml": write_folder(root / "kit", skeleton=KIT_ML, **small),
        "skeletons": skeletons(root / "skeletons"),
        "llava_json": folder_with(LIST, root / "llava"),
    }


def load(folders: dict[str, Path], source: str) -> Any:
    return load_dataset(source, data_dir=str(folders[source]), split="train")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("source", FIT)
def test_a_recipe_of_the_library_is_taken_where_it_fits_and_nowhere_else(
    folders: dict[str, Path], source: str, recipe: str
) -> None:
    samples = load(folders, source)
    if recipe in FIT[source]:
        refuse_unsuited(samples, load_recipe(recipe))
    else:
        with pytest.raises(UsageError, match=f"the recipe '{recipe}'.*of '{source}'") as refused:
            refuse_unsuited(samples, load_recipe(recipe))
        assert {name for name in RECIPES if f"'{name}'" in refused.value.hint} == FIT[source]


@pytest.mark.parametrize(
    ("source", "recipe", "message"),
    [
        (
            "humanml3d",
            "llava",
            "the recipe 'llava' is about pictures (boxes), and the samples of "
            "'humanml3d' have none\n  → use one that fits them: 'grounded', 'motion'",
        ),
        (
            "coco2017",
            "motion",
            "the recipe 'motion' is about motions (motion), and the samples of "
            "'coco2017' have none\n  → use one that fits them: 'grounded', 'llava', "
            "'llava-small', 'llava-vision', 'open-images'",
        ),
        (
            "skeletons",
            "grounded",
            "the recipe 'grounded' reads boxes, labels, relations, vocabulary, motion, and none of "
            "the 1 sample of 'skeletons' has any\n  → use one that fits them: 'motion'",
        ),
        (
            "llava_json",
            "llava",
            "the recipe 'llava' reads captions, boxes, and none of the 4 samples of "
            "'llava_json' has any\n  → use one that fits them: 'given', 'llava-vision'",
        ),
        (
            "llava_json",
            "grounded",
            "the recipe 'grounded' reads boxes, labels, relations, vocabulary, motion, and none of "
            "the 4 samples of 'llava_json' has any\n  → use one that fits them: "
            "'given', 'llava-vision'",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_what_does(
    folders: dict[str, Path], source: str, recipe: str, message: str
) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_unsuited(load(folders, source), load_recipe(recipe))
    assert str(refused.value) == message


class TestPictures:
    def without(self, samples: Any, instead: Any) -> Any:
        """Samples that have something else in the place of each picture."""
        return samples.remove_columns("image").add_column(
            "image", [instead] * len(samples), feature=samples.features["image"]
        )

    @pytest.mark.parametrize("instead", [None, {"bytes": None, "path": None}])
    def test_a_recipe_that_shows_them_needs_one_on_disk(
        self, folders: dict[str, Path], instead: Any
    ) -> None:
        gone = self.without(load(folders, "coco2017"), instead)
        with pytest.raises(
            UsageError, match="none of the 24 samples of 'coco2017' has one on disk"
        ):
            refuse_unsuited(gone, load_recipe("llava-vision"))
        refuse_unsuited(gone, load_recipe("llava"))

    def test_they_are_not_opened(self, folders: dict[str, Path]) -> None:
        gone = self.without(load(folders, "coco2017"), {"bytes": None, "path": "nowhere.jpg"})
        refuse_unsuited(gone, load_recipe("llava-vision"))
        with pytest.raises(UsageError, match="'motion' is about motions"):
            refuse_unsuited(gone, load_recipe("motion"))

    def test_one_is_enough(self, folders: dict[str, Path]) -> None:
        """Of these records one has no picture, and one's is not there."""
        samples = load(folders, "llava_json")
        assert sum(row is None for row in samples["image"]) == 2
        refuse_unsuited(samples, load_recipe("llava-vision"))

    def test_annotations_of_pictures_are_enough_for_one_that_reads_them(
        self, folders: dict[str, Path]
    ) -> None:
        samples = load(folders, "coco2017").remove_columns("image")
        refuse_unsuited(samples, load_recipe("llava"))


class TestOwnRecipes:
    def recipe(self, folder: Path, text: str) -> Any:
        path = folder / "mine.yaml"
        path.write_text(text)
        return load_recipe(path)

    def task(self, inputs: str, name: str = "only") -> str:
        return f"  - {{name: {name}, inputs: [{inputs}], reply: turns, system: Ask.}}\n"

    @pytest.mark.parametrize("source", ["coco2017", "humanml3d", "skeletons"])
    def test_captions_alone_are_of_any_medium(
        self, folders: dict[str, Path], tmp_path: Path, source: str
    ) -> None:
        recipe = self.recipe(tmp_path, f"tasks:\n{self.task('captions')}")
        refuse_unsuited(load(folders, source), recipe)

    def test_what_was_said_is_read_of_a_source_of_conversations(
        self, folders: dict[str, Path], tmp_path: Path
    ) -> None:
        recipe = self.recipe(tmp_path, f"tasks:\n{self.task('conversation')}")
        refuse_unsuited(load(folders, "llava_json"), recipe)
        with pytest.raises(UsageError, match="the recipe 'mine' reads conversation, and none"):
            refuse_unsuited(load(folders, "coco2017"), recipe)

    def test_every_task_has_to_fit(self, folders: dict[str, Path], tmp_path: Path) -> None:
        tasks = self.task("captions", "first") + self.task("captions, labels", "second")
        recipe = self.recipe(tmp_path, f"tasks:\n{tasks}")
        with pytest.raises(
            UsageError, match=r"the task 'second' of the recipe 'mine' is about pictures \(.*labels"
        ):
            refuse_unsuited(load(folders, "kit_ml"), recipe)

    @pytest.mark.parametrize(
        ("families", "source", "fits"),
        [
            ("counting, presence", "coco2017", True),
            ("counting, presence", "humanml3d", False),
            ("motion_turn", "humanml3d", True),
            ("motion_turn", "coco2017", False),
            ("counting, motion_turn", "humanml3d", True),
            ("'own_module:ask'", "skeletons", True),
        ],
    )
    def test_question_families_have_their_media(
        self, folders: dict[str, Path], tmp_path: Path, families: str, source: str, fits: bool
    ) -> None:
        recipe = self.recipe(tmp_path, f"grounded: {{families: [{families}]}}")
        if fits:
            refuse_unsuited(load(folders, source), recipe)
        else:
            with pytest.raises(UsageError, match="the recipe 'mine' is about"):
                refuse_unsuited(load(folders, source), recipe)


class TestCommands:
    def test_nothing_is_generated(self, folders: dict[str, Path]) -> None:
        with pytest.raises(UsageError, match="'llava' is about pictures"):
            generate(load(folders, "humanml3d"), "llava", backend=Scripted())

    def test_no_samples_fit_any_recipe(self, folders: dict[str, Path]) -> None:
        none: Dataset = load(folders, "humanml3d").select([])
        assert len(generate(none, "llava", backend=Scripted())) == 0

    def test_no_run_is_begun_and_no_costs_are_told(
        self, folders: dict[str, Path], tmp_path: Path
    ) -> None:
        motions = str(folders["humanml3d"])
        plan = Plan("humanml3d", "llava", "train", motions, backend="scripted", settings=SCRIPTED)
        for carry_out in (
            lambda: fill_run(RunFolder(tmp_path / "run"), plan),
            lambda: estimate_run(plan),
        ):
            with pytest.raises(UsageError, match="'llava' is about pictures"):
                carry_out()
        assert not (tmp_path / "run").exists()

    def test_all_samples_of_a_source_are_looked_at_for_any_part_of_them(
        self, folders: dict[str, Path], tmp_path: Path
    ) -> None:
        """The first two records have a picture; of the last two one is text, one has lost it."""
        plan = Plan(
            "llava_json",
            "llava-vision",
            data_dir=str(folders["llava_json"]),
            backend="scripted",
            settings=SCRIPTED,
        )
        manifest = fill_run(RunFolder(tmp_path / "run", Shard(1, 2)), plan)
        assert manifest.rejects == {NO_PICTURE: 3, ABOUT_TEXT: 3}
