"""The page of a run is served while the run goes on."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import Pace, Plan, RunFolder, Shard, fill_run, load_run
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.check_run import check_run
from mmgen_datasets.report.chunks import unpack
from mmgen_datasets.report.following import Following
from mmgen_datasets.report.headway import Headway
from mmgen_datasets.report.live import live_report
from mmgen_datasets.report.media import Media
from mmgen_datasets.report.payload import payload_of
from mmgen_datasets.report.rejects import Rejects
from tests.live_runs import asked, live_plan, served, since
from tests.report_runs import sample_run
from tests.sample import SAMPLE_DIR
from tests.test_llava_json import LIST, folder_with
from tests.test_processes import started, wait_for


def left_running(folder: Path, **changes: Any) -> Path:
    """A run whose process has died: all of it is in its journal, and nothing is laid out."""
    fill_run(RunFolder(folder), live_plan(limit=4, **changes))
    for file in folder.glob("conversations/*.parquet"):
        file.unlink()
    stand(folder, "running")
    return folder


def stand(folder: Path, status: str) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"status": status}))


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def unordered(value: Any) -> Any:
    """Plain data without the order of lists: what is equally common may come in any."""
    if isinstance(value, dict):
        return {key: unordered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((unordered(inner) for inner in value), key=repr)
    return value


def looked(folder: Path) -> Following:
    """All that there is to know of a run by now."""
    following = Following(folder)
    following.look()
    while following.is_behind:
        following.look()
    return following


class TestFollowing:
    def test_what_it_ends_with_is_what_the_file_tells(self, tmp_path: Path) -> None:
        process = started(tmp_path, live_plan(0.02), Pace(2))
        wait_for((tmp_path / "run.json").exists)
        following = looked(tmp_path)
        assert following.status == "running"
        while following.status == "running":
            following.look()
        process.join()
        check_run(tmp_path, checks=[*CHECKS])
        following.look()  # the manifest names the checks now
        whole = payload_of(tmp_path)
        assert following.overview()["counts"]["conversations"] > 50
        first = {"example", "example_id", "examples"}  # which comes first is another matter

        def common(overview: Any) -> Any:
            for row in [*overview["checks"], *overview["rejects"]]:
                for name in first & row.keys():
                    del row[name]
            return unordered(overview)

        assert common(following.overview()) == common(whole.overview)
        in_order = sorted(
            zip(following.places, following.catalogue.conversations["id"], strict=True)
        )
        assert [name for _, name in in_order] == whole.conversations["id"]

    def test_each_row_comes_once_whatever_goes_on(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path), live_plan(limit=2))
        stand(tmp_path, "interrupted")
        following = looked(tmp_path)
        assert following.headway()["status"] == "interrupted"
        fill_run(RunFolder(tmp_path), live_plan(limit=5))
        following.look()
        assert following.headway()["status"] == "finished"
        ids = following.catalogue.conversations["id"]
        assert sorted(ids) == sorted(load_run(tmp_path)["id"])

    def test_shards_are_followed_together(self, tmp_path: Path) -> None:
        shards = [RunFolder(tmp_path, Shard(index, 2)) for index in range(2)]
        fill_run(shards[1], live_plan(limit=4))
        following = looked(tmp_path)
        assert following.headway()["problem"] == "lacks the shards 0/2"
        fill_run(shards[0], live_plan(limit=4))
        following.look()
        assert following.status == "finished"
        ids = following.catalogue.conversations["id"]
        in_order = [name for _, name in sorted(zip(following.places, ids, strict=True))]
        assert in_order == load_run(tmp_path)["id"] != ids

    def test_a_shard_that_nobody_works_on_is_named(self, tmp_path: Path) -> None:
        for index in range(2):
            fill_run(RunFolder(tmp_path, Shard(index, 2)), live_plan(limit=4))
        for manifest in tmp_path.glob("run-*.json"):
            manifest.write_text(
                json.dumps(json.loads(manifest.read_text()) | {"status": "running"})
            )
        with RunFolder(tmp_path, Shard(0, 2)).locked():
            told = looked(tmp_path).headway()
        assert told["status"] == "running"
        assert told["problem"] == "no process is at work on the shards 1/2"
        [command] = told["again"]
        assert "--shard 1/2" in command

    def test_a_look_takes_a_part_of_what_is_much(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mmgen_datasets.report.following._AT_MOST", 5)
        fill_run(RunFolder(tmp_path), live_plan(limit=4))
        following = Following(tmp_path)
        following.look()
        assert (following.is_behind, following.status) == (True, "running")
        assert following.headway()["settled"] == 5
        versions = [following.version]
        while following.is_behind:
            following.look()
            versions.append(following.version)
        assert versions == sorted(set(versions))
        assert following.status == "finished"

    def test_a_reject_that_is_answered_after_all_is_none(self) -> None:
        rejects = Rejects()
        row = {"id": "a", "kind": "detail", "error": "none came"}
        rejects.add(row, lambda: "<b>raw</b>")
        rejects.add(row | {"id": "b"}, lambda: None)
        assert rejects.told()[0]["count"] == 2
        rejects.take_back("a")
        [told] = rejects.told()
        assert told["count"] == 1
        assert told["examples"] == [{"id": "b", "kind": "detail", "reply": None}]
        rejects.take_back("b")
        assert rejects.told() == []

    def test_the_rate_is_that_of_the_last_seconds(self) -> None:
        now = [0.0]
        headway = Headway(lambda: now[0])
        assert headway.told(100)["left_s"] is None
        for second in range(60):
            now[0] = float(second)
            headway.mark(second if second < 30 else 30 + 2 * (second - 30))
        assert headway.told(188) | {"settled": 88, "rate": 2.0, "left_s": 50.0} == headway.told(188)
        now[0] = 99.0
        headway.mark(88)
        assert headway.quiet_s == 40.0


class TestServer:
    def test_a_page_is_told_what_it_lacks(self, tmp_path: Path) -> None:
        with served(left_running(tmp_path / "run")) as server:
            status, page = asked(server.url)
            assert (status, "connect-src 'self'" in page) == (200, True)
            told = since(server)
            ids = told["conversations"]["id"]
            assert told["headway"]["settled"] == len(ids) + told["overview"]["counts"]["rejects"]
            again = since(server, version=told["version"])
            assert again.keys() == {"headway", "version"}
            rest = since(server, conversations=len(ids) - 2, samples=1, kind=1)
            assert rest["conversations"]["id"] == ids[-2:]
            assert rest["samples"]["source"] == told["samples"]["source"][1:]
            assert rest["names"]["kind"] == told["names"]["kind"][1:]
            records = unpack(asked(f"{server.url}chunk/texts-0")[1])
            assert len(records) == len(ids)
            lines = asked(f"{server.url}chunk/media-0")[1].split("\n")
            assert len(lines) == len(told["samples"]["source"])
            assert all(line.startswith("data:image/webp;base64,") for line in lines)

    @pytest.mark.parametrize("asked_for", ["chunk/texts-9", "chunk/../run.json", "run.json", "x/y"])
    def test_there_is_nothing_else(self, tmp_path: Path, asked_for: str) -> None:
        with served(left_running(tmp_path / "run")) as server:
            assert asked(server.url + asked_for)[0] == 404

    def test_others_get_nothing(self, tmp_path: Path) -> None:
        with served(sample_run(tmp_path / "run")) as server:
            assert server.server_address[0] == "127.0.0.1"
            root, port = server.url.removesuffix(f"{server.token}/"), server.server_port
            for path in ("", "since", "x" * len(server.token) + "/", f"{server.token}x/"):
                assert asked(root + path)[0] == 404
            for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", ""):
                assert asked(server.url, host)[0] == 403 or not host
            assert asked(server.url, f"localhost:{port}")[0] == 200

    def test_a_finished_run_is_served_as_its_file_would_be(self, tmp_path: Path) -> None:
        run = sample_run(tmp_path / "run")
        before = files_of(run)
        with served(run) as server:
            page = asked(server.url)[1]
            assert asked(f"{server.url}since")[0] == 404
        assert files_of(run) == before
        assert 'id="chunk-media-0"' in page
        assert "connect-src" not in page

    def test_nothing_is_written_into_the_folder(self, tmp_path: Path) -> None:
        run = left_running(tmp_path / "run")
        before = files_of(run)
        with served(run) as server:
            assert since(server)["overview"]["counts"]["conversations"]
            asked(f"{server.url}chunk/media-0")
        assert files_of(run) == before

    def test_what_is_wrong_with_the_run_by_now_is_told(self, tmp_path: Path) -> None:
        run = left_running(tmp_path / "run")
        with served(run) as server:
            (run / "run.json").write_text("{}")
            server.site._looked = 0.0  # type: ignore[attr-defined]  # a second later
            status, text = asked(f"{server.url}since")
            assert status == 503
            assert "not the manifest of a run" in text

    def test_a_run_without_a_model_is_served_once_it_is_finished(self, tmp_path: Path) -> None:
        fill_run(RunFolder(tmp_path), Plan("coco2017", data_dir=str(SAMPLE_DIR), limit=2))
        stand(tmp_path, "interrupted")
        with pytest.raises(RunError, match="asks no model cannot be watched"), served(tmp_path):
            pass

    def test_files_that_have_moved_are_read_where_they_are(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old", tmp_path / "new"
        shutil.copytree(SAMPLE_DIR, old)
        run = left_running(tmp_path / "run", data_dir=str(old))
        old.rename(new)
        with (
            pytest.raises(RunError, match="cannot be loaded: coco: no folder") as told,
            served(run),
        ):
            pass
        assert "--data-dir" in str(told.value)
        with served(run, data_dir=str(new)) as server:
            assert since(server)["overview"]["counts"]["conversations"]
            assert asked(f"{server.url}chunk/media-0")[1].startswith("data:image/webp;base64,")

    def test_files_of_other_samples_are_refused(self, tmp_path: Path) -> None:
        run = left_running(tmp_path / "run")
        manifest = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps(manifest | {"sample_ids_sha256": "others"}))
        with pytest.raises(RunError, match="others than those that it asks about"), served(run):
            pass

    @pytest.mark.parametrize("status", ["running", "interrupted"])
    def test_what_no_process_works_on_is_told_with_the_command_that_goes_on(
        self, tmp_path: Path, status: str
    ) -> None:
        run = left_running(tmp_path / "run")
        stand(run, status)
        with served(run) as server:
            told = since(server)["headway"]
            assert told["status"] == {"running": "stopped"}.get(status, status)
            assert told["problem"] == {"running": "no process is at work on it"}.get(status)
            [command] = told["again"]
            # As a shell takes it; the backend's settings are the run's own.
            words = shlex.split(command)
            assert words[:3] == ["mmgen", "generate", "coco2017"]
            assert words[words.index("--out") + 1] == str(run)
            assert words[words.index("--data-dir") + 1] == str(SAMPLE_DIR)
            with RunFolder(run).locked():
                server.site._looked = 0.0  # type: ignore[attr-defined]  # a second later
                told = since(server)["headway"]
            assert told["status"] == status
            assert bool(told["again"]) is (status == "interrupted")

    def test_the_command_goes_on_with_the_run(self, tmp_path: Path) -> None:
        run = left_running(tmp_path / "run")
        following = looked(run)
        [command] = following.headway()["again"]
        assert main([*shlex.split(command)[1:], "--max-rejects", "1"]) == 0
        following.look()
        assert following.headway() | {"status": "finished", "again": []} == following.headway()

    def test_a_port_that_is_taken_is_told(self, tmp_path: Path) -> None:
        run = sample_run(tmp_path / "run")
        with (
            served(run) as server,
            pytest.raises(UsageError, match=f"port {server.server_port} cannot be used"),
            live_report(run, port=server.server_port),
        ):
            pass


class TestCommand:
    def test_ctrl_c_ends_it(self, tmp_path: Path) -> None:
        run = left_running(tmp_path / "run")
        words = [sys.executable, "-m", "mmgen_datasets", "report", str(run), "--live"]
        with subprocess.Popen(
            [*words, "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            url = process.stdout.readline().split()[1]
            assert asked(url)[0] == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert "no longer served" in process.stdout.read()
            assert process.stderr.read() == ""

    def test_it_writes_no_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["report", str(tmp_path), "--live", "--out", str(tmp_path / "a.html")]) == 2
        assert "--live writes no file" in capsys.readouterr().err


def test_of_several_pictures_of_a_sample_the_one_is_shown_that_a_model_was(tmp_path: Path) -> None:
    data = folder_with(LIST[:2], tmp_path / "data")
    plan = live_plan(recipe="llava-vision", data_dir=str(data), limit=2)
    run = tmp_path / "run"
    fill_run(RunFolder(run), replace(plan, source="llava_json"))
    finished = [*Media(payload_of(run).columns, 640).lines([0, 1])]
    for file in run.glob("conversations/*.parquet"):
        file.unlink()
    stand(run, "running")
    following = Following(run)
    following.look()
    assert [following.medium(sample)() for sample in (0, 1)] == finished
