"""What a program asks of its allocator: a list of requests, or a histogram of them.

Both are the same thing here: rows, in the order in which they are made, each ``count`` requests in
a row that are alike. A list has a count of 1 everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from goom.case.errors import BadInput

FOREVER = 1 << 62  # a lifetime that no number of collections ends
MOST_SIZE_BYTES = 1 << 40
MOST_ROWS = 1 << 26
MOST_BYTES = 1 << 53  # asked for in all: sums of so much are exact in a float as well


@dataclass(frozen=True, slots=True)
class Requests:
    """Rows of requests, int64[n] each but ``has_pointers``, which is bool[n].

    ``lifetime`` is how many collections an object survives: 0 is garbage at the first one after
    its allocation, FOREVER stays. BadInput for what cannot be: sizes below 0 or above 1 TiB,
    negative counts or lifetimes, more than 9 PB in all.
    """

    size_bytes: NDArray[np.int64]
    has_pointers: NDArray[np.bool_]
    count: NDArray[np.int64]
    lifetime: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.size_bytes.size > MOST_ROWS:
            raise BadInput(f"more than {MOST_ROWS:,} rows of requests.", "Count like ones as one.")
        if self.size_bytes.size == 0:
            return
        if self.size_bytes.min() < 0 or self.size_bytes.max() > MOST_SIZE_BYTES:
            raise BadInput("the size of a request is from 0 to 1 TiB.")
        if self.count.min() < 0 or self.lifetime.min() < 0:
            raise BadInput("counts and lifetimes are not negative.")
        if float(np.dot(self.size_bytes.astype(np.float64), self.count)) > MOST_BYTES:
            raise BadInput("the requests ask for more than 9 PB in all.", "Lower the counts.")

    def __len__(self) -> int:
        return self.size_bytes.size


def requests(
    size_bytes: ArrayLike,
    has_pointers: ArrayLike = False,
    count: ArrayLike = 1,
    lifetime: ArrayLike = FOREVER,
) -> Requests:
    """Rows of requests from lists, arrays, or one value for all rows."""
    sizes = np.atleast_1d(np.asarray(size_bytes, dtype=np.int64))
    columns = np.broadcast_arrays(
        sizes,
        np.asarray(has_pointers, dtype=np.bool_),
        np.asarray(count, dtype=np.int64),
        np.asarray(lifetime, dtype=np.int64),
    )
    return Requests(*columns)


def joined(first: Requests, then: Requests) -> Requests:
    """One list after the other."""
    return Requests(
        np.concatenate((first.size_bytes, then.size_bytes)),
        np.concatenate((first.has_pointers, then.has_pointers)),
        np.concatenate((first.count, then.count)),
        np.concatenate((first.lifetime, then.lifetime)),
    )
