"""The form of a TrainingConfig, derived from the settings classes."""

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from convlab.data.augmentation import Augmentation
from convlab.nn.network_settings import NETWORKS
from convlab.nn.optimizer import OPTIMIZERS
from convlab.registry import Registry
from convlab.settings import About, settings_of
from convlab.training.config import TrainingConfig
from convlab.ui.theme import SPACE, Theme
from convlab.ui.widgets.field_row import EDITOR_SHARE, LABEL_SHARE, FieldRow
from convlab.ui.widgets.setting_editors import ChoiceField
from convlab.ui.widgets.settings_group import SettingsGroup

_DATASET = "dataset"
_ABOUT_IMAGES = ("own_drawings", "train_images")  # and so among the data
_AUGMENTATION = "augmentation"
_KINDS: dict[str, tuple[Registry[Any], About]] = {
    "network": (NETWORKS, About("Kind", "Which layers the network has, and in which order.")),
    "optimizer": (OPTIMIZERS, About("Kind", "The rule by which a step changes the weights.")),
}

Rows = dict[str, FieldRow]


class SettingsForm(QWidget):
    """Fields for every setting, in groups; those of kinds that are not chosen are hidden.

    ``changed`` follows every edit, right or wrong. ``pointed`` carries the help of a field when
    the mouse or the keyboard comes to it, ``left`` says that the mouse has left it.
    """

    changed = Signal()
    pointed = Signal(str)
    left = Signal()
    dataset_folder_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_loading = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2 * SPACE)
        self._groups: dict[str, SettingsGroup] = {}
        self._kind_rows: Rows = {}
        self._shown_kinds: dict[str, str] = {}
        self._kind_settings: dict[tuple[str, str], Rows] = {}
        self._add_dataset()
        for part, (registry, about) in _KINDS.items():
            self._add_part(part, registry, about)
        of_data = (_DATASET, *_ABOUT_IMAGES)
        others = tuple(s for s in settings_of(TrainingConfig) if s.name not in of_data)
        self._run_rows = self._add_group("training").add_settings(others)
        augmentation = self._add_group(_AUGMENTATION)
        self._augmentation_rows = augmentation.add_settings(settings_of(Augmentation))
        for row in self._all_rows():
            row.changed.connect(self._on_row_changed)
            row.pointed.connect(self.pointed)
            row.left.connect(self.left)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.setValue(TrainingConfig())

    def value(self) -> TrainingConfig:
        """Return the settings, or raise :class:`SettingsError`."""
        return TrainingConfig.from_dict(self.values())

    def setValue(self, config: TrainingConfig) -> None:
        """Show other settings. No signal is emitted."""
        self.set_values(config.to_dict())

    def values(self) -> dict[str, Any]:
        """Return what the fields hold: plain values, which may be wrong."""
        values: dict[str, Any] = {_DATASET: self._dataset.value()}
        for part, kind in self._shown_kinds.items():
            values[part] = {"name": kind, **_values_of(self._kind_settings[part, kind])}
        values[_AUGMENTATION] = _values_of(self._augmentation_rows)
        return values | _values_of(self._data_rows) | _values_of(self._run_rows)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show plain values; kinds that are not chosen get their defaults. No signal is emitted."""
        self._is_loading = True
        for group in self._groups.values():
            group.reset_all()
        self._dataset.setValue(values[_DATASET])
        for part, row in self._kind_rows.items():
            kind = values[part]["name"]
            row.editor.setValue(kind)
            self._show_kind(part, kind)
            _set_values(self._kind_settings[part, kind], values[part])
        _set_values(self._data_rows, values)
        _set_values(self._run_rows, values)
        _set_values(self._augmentation_rows, values.get(_AUGMENTATION, {}))
        self._is_loading = False

    def set_datasets(self, titles: Mapping[str, str], note: str) -> None:
        """Offer datasets by name and title, and say something about the present one."""
        self._dataset.set_choices(titles)
        self._dataset.setToolTip(self._dataset.currentText())
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def set_problems(self, problems: Mapping[str, str]) -> None:
        """Mark the fields of these dotted names; what has no field is told at its kind's."""
        rows = self.rows()
        for row in rows.values():
            row.set_problem("")
        for name, sentence in problems.items():
            part = name.partition(".")[0]
            row = rows.get(name) or rows.get(f"{part}.name") or self._dataset_row
            row.set_problem(f"{row.problem} {sentence}".strip())

    def rows(self) -> Rows:
        """Return the rows in use by dotted names such as ``network.filter_size``, top down."""
        rows = {_DATASET: self._dataset_row, **self._data_rows}
        for part, kind in self._shown_kinds.items():
            rows[f"{part}.name"] = self._kind_rows[part]
            for name, row in self._kind_settings[part, kind].items():
                rows[f"{part}.{name}"] = row
        rows |= self._run_rows
        return rows | {f"{_AUGMENTATION}.{n}": row for n, row in self._augmentation_rows.items()}

    def add_below(self, part: str, widget: QWidget) -> None:
        """Put a widget below the settings of the network or the optimizer."""
        self._groups[part].add(widget)

    def _add_group(self, name: str) -> SettingsGroup:
        group = SettingsGroup(name.capitalize(), self._theme)
        self._groups[name] = group
        self._layout.addWidget(group)
        return group

    def _add_dataset(self) -> None:
        group = self._add_group("data")
        setting = next(s for s in settings_of(TrainingConfig) if s.name == _DATASET)
        self._dataset = ChoiceField({setting.default: setting.default})
        self._dataset.currentTextChanged.connect(self._dataset.setToolTip)
        self._dataset_row = FieldRow(setting.about, self._dataset, self._theme)
        group.add_row(self._dataset_row)
        self._open_folder = QPushButton("Open folder…")
        self._open_folder.setToolTip(
            "Use a folder of images: a sub-folder of pictures for each class, or IDX files"
        )
        self._open_folder.clicked.connect(self.dataset_folder_wanted)
        self._open_folder.setMinimumHeight(3 * SPACE)
        below_editor = QWidget()
        line = QHBoxLayout(below_editor)
        line.setContentsMargins(SPACE, 0, 0, 0)
        line.setSpacing(0)
        line.addStretch(LABEL_SHARE)
        line.addWidget(self._open_folder, EDITOR_SHARE)
        group.add(below_editor)
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("role", "muted")
        group.add(self._note)
        images = tuple(s for s in settings_of(TrainingConfig) if s.name in _ABOUT_IMAGES)
        self._data_rows = group.add_settings(images)

    def _add_part(self, part: str, registry: Registry[Any], about: About) -> None:
        group = self._add_group(part)
        editor = ChoiceField({name: name for name in registry.names()})
        self._kind_rows[part] = FieldRow(about, editor, self._theme)
        group.add_row(self._kind_rows[part])
        for kind in registry.names():
            rows = group.add_settings(settings_of(registry.get(kind)))
            self._kind_settings[part, kind] = rows
        self._show_kind(part, editor.value())

    def _show_kind(self, part: str, kind: str) -> None:
        self._shown_kinds[part] = kind
        for (its_part, its_kind), rows in self._kind_settings.items():
            if its_part == part:
                for row in rows.values():
                    row.setVisible(its_kind == kind)
        self._groups[part].show_changes()

    def _change_kind(self, part: str, kind: str) -> None:
        """Show another kind; what was changed of the last one stays changed if both have it."""
        old = self._kind_settings[part, self._shown_kinds[part]]
        new = self._kind_settings[part, kind]
        for name in old.keys() & new.keys():
            if old[name].is_marked:
                value: Any = old[name].editor.value()
                new[name].editor.setValue(value)
        self._show_kind(part, kind)

    def _all_rows(self) -> Iterator[FieldRow]:
        yield self._dataset_row
        yield from self._data_rows.values()
        yield from self._kind_rows.values()
        for rows in self._kind_settings.values():
            yield from rows.values()
        yield from self._run_rows.values()
        yield from self._augmentation_rows.values()

    @Slot()
    def _on_row_changed(self) -> None:
        if self._is_loading:
            return
        self._is_loading = True
        for part, row in self._kind_rows.items():
            if (kind := row.editor.value()) != self._shown_kinds[part]:
                self._change_kind(part, str(kind))
        self._is_loading = False
        self.changed.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._open_folder.setIcon(self._theme.icon("mdi6.folder-open-outline"))


def _values_of(rows: Rows) -> dict[str, Any]:
    return {name: row.editor.value() for name, row in rows.items()}


def _set_values(rows: Rows, values: Mapping[str, Any]) -> None:
    for name, row in rows.items():
        if name in values:
            row.editor.setValue(values[name])
