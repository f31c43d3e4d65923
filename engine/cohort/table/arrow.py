"""Arrow arrays as plain arrays: numbers by their shortest decimals, days as day numbers, texts as codes."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..mirror.ends import COUNTED
from .contract import Kind

OTHER = "other"
"""What a column holds that no cell can say."""
EPOCH = datetime.date(1970, 1, 1).toordinal()


def keep_small() -> None:
    """Have Arrow work in one thread, and give back what it no longer needs: its own pool keeps pages for later."""
    pa.set_cpu_count(1)
    pa.set_memory_pool(pa.system_memory_pool())


def kind_of(field: pa.Field) -> Kind:
    """What a column holds."""
    return Kind(field.name, *_kind(field.type))


def _kind(type: pa.DataType) -> tuple[str, tuple[Kind, ...]]:
    if pa.types.is_dictionary(type):
        return _kind(type.value_type)
    if pa.types.is_boolean(type):
        return "flag", ()
    if pa.types.is_integer(type) or pa.types.is_floating(type) or pa.types.is_decimal(type):
        return "number", ()
    if pa.types.is_date(type) or pa.types.is_timestamp(type):
        return "date", ()
    if _is_list(type):
        if pa.types.is_struct(type.value_type):
            return "entries", tuple(kind_of(type.value_type.field(i)) for i in range(type.value_type.num_fields))
        inner, _ = _kind(type.value_type)
        return {"number": "numbers", "text": "texts"}.get(inner, OTHER), ()
    if _is_text(type) or pa.types.is_null(type):
        return "text", ()
    return OTHER, ()


def _is_text(type: pa.DataType) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_large_string(type) or pa.types.is_string_view(type))


def _is_list(type: pa.DataType) -> bool:
    return bool(pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_fixed_size_list(type))


def single(array: Any) -> pa.Array:
    """One array of a column, however it was cut."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if isinstance(array, pa.ChunkedArray):  # of no rows
        array = pa.array([], array.type)
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.string())
    return array


def there(array: pa.Array) -> Any:
    """Where a cell is not empty."""
    if not array.null_count:
        return np.ones(len(array), bool)
    return pc.is_valid(array).to_numpy(zero_copy_only=False)


def floats(array: pa.Array) -> tuple[Any, int | None]:
    """Numbers with an empty cell as no number, and the most decimals of any (None: more than can be told)."""
    type = array.type
    if pa.types.is_float32(type) or pa.types.is_float16(type):
        return _shortest(np.asarray(array.cast(pa.float32()).to_numpy(zero_copy_only=False), np.float32))
    if pa.types.is_decimal(type):
        return array.cast(pa.float64()).to_numpy(zero_copy_only=False), max(0, type.scale)
    if pa.types.is_integer(type):
        values = array.to_numpy(zero_copy_only=False)
        return np.asarray(values, np.float64), 0
    return np.asarray(array.to_numpy(zero_copy_only=False), np.float64), COUNTED


def _shortest(values: Any) -> tuple[Any, int | None]:
    """Single precision by the shortest decimal that is the same number: 2.6, not 2.5999999046."""
    found = values.astype(np.float64)
    left = np.isfinite(found)
    most = 0
    for places in range(10):
        if not left.any():
            break
        rounded = np.round(found[left], places)
        same = rounded.astype(np.float32) == values[left]
        rows = np.flatnonzero(left)[same]
        if len(rows):
            found[rows] = rounded[same]
            left[rows] = False
            most = places
    for row in np.flatnonzero(left):  # very small or very great
        found[row] = float(np.format_float_positional(values[row], unique=True))
    return found, None if left.any() else most


def days(array: pa.Array) -> Any:
    """Day numbers, with an empty cell as no number; the hour of a time is left out."""
    counted = array.cast(pa.date32(), safe=False).cast(pa.int32())
    return np.asarray(counted.to_numpy(zero_copy_only=False), np.float64) + EPOCH


def texts(array: pa.Array) -> tuple[list[str | None], Any]:
    """The distinct texts, and for each row which it has; the first is an empty cell."""
    if not pa.types.is_dictionary(array.type):
        array = (array if not pa.types.is_null(array.type) else array.cast(pa.string())).dictionary_encode()
    table: list[str | None] = [None, *array.dictionary.to_pylist()]
    codes = array.indices
    if codes.null_count:
        codes = pc.fill_null(codes, -1)
    places = np.asarray(codes.to_numpy(zero_copy_only=False), np.intp) + 1
    blank = [place for place, text in enumerate(table) if text is not None and not text.strip()]
    if blank:
        lut = np.arange(len(table))
        lut[blank] = 0
        places = lut[places]
    return table, places


_PLAIN = r"^-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?$"


def plain_numbers(table: list[str | None]) -> tuple[Any, Any, int]:
    """Which distinct texts are numbers plainly written, those numbers, and their most decimals."""
    array = pa.array(table, pa.string())
    plain = pc.fill_null(pc.match_substring_regex(array, _PLAIN), False)
    flags = np.array(plain.to_numpy(zero_copy_only=False), bool)
    numbers = np.full(len(table), np.nan)
    if not flags.any():
        return flags, numbers, 0
    chosen = array.filter(plain)
    numbers[flags] = chosen.cast(pa.float64()).to_numpy(zero_copy_only=False)
    lengths = pc.utf8_length(chosen).to_numpy(zero_copy_only=False)
    points = pc.find_substring(chosen, ".").to_numpy(zero_copy_only=False)
    return flags, numbers, int(np.where(points < 0, 0, lengths - points - 1).max())


def elements(array: pa.Array) -> tuple[Any, pa.Array]:
    """The row of each element of lists, and the elements, in order."""
    if pa.types.is_fixed_size_list(array.type):
        array = array.cast(pa.list_(array.type.value_type))
    parents = pc.list_parent_indices(array)
    return np.asarray(parents.to_numpy(zero_copy_only=False), np.intp), single(pc.list_flatten(array))


def fields(array: pa.Array) -> dict[str, pa.Array]:
    """The fields of structs by name; one that is empty as a whole has only empty fields."""
    flat = array.flatten()
    return {array.type.field(place).name: flat[place] for place in range(array.type.num_fields)}
