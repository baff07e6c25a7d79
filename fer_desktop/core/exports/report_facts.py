"""The report's notes on how its figures were made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fer_desktop.core.exports.figure_axis import clock
from fer_desktop.core.models import CardFigures
from fer_desktop.core.results import StoredAnalysis


def notes(stored: StoredAnalysis) -> list[str]:
    """Returns notes of one or two sentences, for people who do not know how such figures are made."""
    texts = [
        "The probabilities are the model's estimate of how a face looks, not of what a person feels.",
        "People are told apart by their place and motion; faces are not recognised. Users type the names.",
        "While the model is uncertain it gives no label. Shares are of a person's time in the picture.",
    ]
    recall = macro_recall(stored.facts)
    if recall is not None:
        texts.append(
            f"Of {_model_figures(stored.facts).pictures}, it recognised {recall:.0%} of "
            "each emotion on average (macro recall). Other people, cameras and light may give less."
        )
    state = stored.facts.get("state")
    if state is not None and state != "complete":
        last_s = float(stored.table.pts_s[-1]) if stored.table.frames else 0.0
        texts.append(f"The analysis was not finished. It ends at {clock(last_s, tenths=True)}.")
    return texts


def macro_recall(facts: Mapping[str, Any]) -> float | None:
    """Returns the model's macro recall, 0 to 1, at the tau that was used; None where the facts do not tell
    it.

    It is taken from model.metrics, in the form of the model card's metrics.
    """
    figures = _model_figures(facts)
    tau = facts.get("settings", {}).get("tau")
    of_tau = {0.0: figures.natural, figures.balanced.get("tau"): figures.balanced}
    return of_tau.get(tau, {}).get("macro_recall")


def _model_figures(facts: Mapping[str, Any]) -> CardFigures:
    return CardFigures.of(facts.get("model", {}).get("metrics", {}))


def facts_rows(stored: StoredAnalysis) -> list[tuple[str, str]]:
    """Returns names and values for a table."""
    source = stored.facts["source"]
    rows = [("recording", stored.name), ("length", clock(stored.end_s, tenths=True))]
    if source.get("width"):
        rows.append(("picture", f"{source['width']} × {source['height']} pixels"))
    rows.append(("frames analysed", str(stored.table.frames)))
    facts = {name: value for name, value in stored.facts.items() if name not in ("source", "state")}
    return rows + list(_flat(facts))


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        title = f"{prefix}{name.replace('_', ' ')}"
        if name == "metrics":
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{title}: ")
        elif value is not None:
            yield title, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
