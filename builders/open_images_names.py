"""What classes are called: ``/m/01g317`` is Person."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from .open_images_csv import read_names
from .open_images_files import File, name_files

_LOG = logging.getLogger(__name__)
_CLASSES = ("LabelName", "LabelName1", "LabelName2", "Label")


@dataclass(frozen=True)
class Names:
    """The names of classes and attributes, and what had none."""

    names: Mapping[str, str]
    nameless: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, files: Iterable[File]) -> Names:
        """Read files that name classes; where several name one, the last goes first."""
        return cls({id: name for file in files for id, name in read_names(file).items()})

    def put_into(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows with the names of classes for their ids, and no dictionaries."""
        columns = {name: batch.column(name) for name in batch.schema.names}
        for name in columns:
            if name in _CLASSES:
                columns[name] = self._named(columns[name])
            elif pa.types.is_dictionary(columns[name].type):
                columns[name] = columns[name].dictionary_decode()
        return pa.RecordBatch.from_arrays([*columns.values()], names=[*columns])

    def _named(self, ids: pa.Array) -> pa.StringArray:
        coded = ids if pa.types.is_dictionary(ids.type) else ids.dictionary_encode()
        classes = coded.dictionary.to_pylist()
        for id in classes:
            if id not in self.names and not self.nameless:
                self.nameless.add(id)
                _LOG.warning(
                    "open_images_v7: the class %s, and perhaps others, has no name: such stand as "
                    "they are; all are named in %s",
                    id,
                    name_files()[-2],
                )
        names = pa.array([self.names.get(id, id) for id in classes], pa.string())
        return names.take(coded.indices)
