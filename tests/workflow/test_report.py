"""The page that `snakemake --report` makes: whole, captioned, and without need of a network."""

import dataclasses
import json
import re

import pytest

pytestmark = pytest.mark.xdist_group("workflow")

SHOWN = {
    "1 Results": {"results.html", "budget.html", "detection.html", "detection.png"},
    "2 Test set": {"confusion.png", "per_class.png", "roc.png", "det.png", "examples.html"},
    "3 Training": {"network.png", "learning_curves.png", "environment.html"},
    "4 Data": {"data.html", "split.html", "features.png"},
    "5 Settings": {"settings.html"},
}


@pytest.fixture(scope="module")
def report(built, tmp_path_factory):
    """The page's text, made where no server answers."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    offline = dataclasses.replace(built, environment={**built.environment, **nowhere})
    offline.snakemake("--report", str(path), "--report-stylesheet", "workflow/report/style.css")
    return path.read_text()


def variable(report, name):
    return json.loads(re.search(rf"<script id=\"[\w-]+\">\s*var {name} = (.*);\n", report)[1])


def test_everything_is_shown_in_its_place(report):
    categories = variable(report, "categories")
    found = {
        name: {
            experiment: {path.rsplit("/", 1)[1] for path in paths}
            for experiment, paths in folders.items()
        }
        for name, folders in categories.items()
    }
    assert found == {
        name: dict.fromkeys(("keywords", "second"), shown) for name, shown in SHOWN.items()
    }


def test_every_result_has_a_caption_and_a_name(report):
    for path, result in variable(report, "results").items():
        assert len(result["caption"]) > 40, path
        assert result["labels"], path
        assert result["data_uri"].startswith("data:"), path


def test_the_rules_are_drawn(report):
    rules = {node["rule"] for node in variable(report, "rulegraph_spec")["data"][0]["values"]}
    assert {"synthesize_speech", "train_model", "simulate_board", "report_results"} <= rules
    assert "keywords" in variable(report, "workflow_desc")


def test_nothing_is_loaded_from_elsewhere(report):
    markup = re.sub(r"<script\b[^>]*>.*?</script>", "", report, flags=re.DOTALL)
    assert not re.search(r"""(src|href)=["']?(?!data:|#)""", markup)
    assert not re.search(r"<script[^>]+src=", report)
    assert not re.search(r"@import|url\(['\"]?http", markup)


def test_figures_for_dvc_are_flat_and_short(built):
    metrics = json.loads((built.root / "metrics" / "keywords.json").read_text())
    assert len(metrics) <= 52
    assert all(isinstance(value, int | float) for value in metrics.values())
    assert metrics["self_test_equal"] is True
    assert metrics["lost_samples"] == 0


def test_the_pages_say_what_the_figures_are(built):
    folder = built.root / "results" / "keywords"
    metrics = json.loads((built.root / "metrics" / "keywords.json").read_text())
    page = (folder / "report" / "results.html").read_text()
    assert f"{metrics['int8_accuracy']:.1%}" in page
    assert f"{metrics['flash_bytes']:,}" in (folder / "report" / "budget.html").read_text()
    assert "Synthetic speech is in the test set" in (folder / "report" / "data.html").read_text()
