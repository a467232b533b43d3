"""What datasets are called. Each app names its own when it registers them (`gis_core.datasets`)."""

from __future__ import annotations

from typing import Any

_labels: dict[str, Any] = {}


def dataset_name(dataset: str, label: Any) -> None:
    """Gives a dataset its label, a lazily translated text."""
    _labels[dataset] = label


def dataset_names() -> list[str]:
    """All datasets that can be loaded, in the order of loading."""
    return list(_labels)


def dataset_label(dataset: str) -> str:
    """The label in the active language; of a dataset that nobody registers any more its name."""
    return str(_labels.get(dataset, dataset))


def dataset_choices() -> list[tuple[str, str]]:
    return [(name, dataset_label(name)) for name in _labels]
