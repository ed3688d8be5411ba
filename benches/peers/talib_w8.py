"""W8 in TA-Lib: its C functions, called with buffers that exist already.

usage: talib_w8.py FOLDER REPETITIONS

The Python module makes new arrays in every call; the C functions are in the same
library and are called directly, so that only they are timed.
"""

import ctypes
import sys

from common import answer, missing, repeat

try:
    import numpy as np
    import talib
    import talib._ta_lib as library
except ModuleNotFoundError as error:
    missing(error)

folder, repetitions = sys.argv[1], int(sys.argv[2])
high, low, close = (np.load(f"{folder}/w8_{name}.npy") for name in ("high", "low", "close"))
points = len(close)
functions = ctypes.CDLL(library.__file__)
buffers = [np.zeros(points) for _ in range(3)]
begin, count = ctypes.c_int(), ctypes.c_int()


def address(column):
    return column.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def call(name, inputs, options, outputs):
    """A piece of work: one C function over all points."""
    function = getattr(functions, "TA_" + name)
    function.restype = ctypes.c_int
    arguments = [ctypes.c_int(0), ctypes.c_int(points - 1)]
    arguments += [address(column) for column in inputs]
    arguments += [ctypes.c_double(x) if isinstance(x, float) else ctypes.c_int(x) for x in options]
    arguments += [ctypes.byref(begin), ctypes.byref(count)]
    arguments += [address(column) for column in buffers[:outputs]]

    def work():
        if function(*arguments) != 0:
            raise RuntimeError(name)
        return [float(column[count.value - 1]) for column in buffers[:outputs]]

    return work


SIMPLE = 0  # TA_MAType_SMA
works = {
    "sma": call("SMA", [close], [20], 1),
    "ema": call("EMA", [close], [20], 1),
    "rsi": call("RSI", [close], [14], 1),
    "macd": call("MACD", [close], [12, 26, 9], 3),
    "bollinger": call("BBANDS", [close], [20, 2.0, 2.0, SIMPLE], 3),
    "atr": call("ATR", [high, low, close], [14], 1),
    "adx": call("ADX", [high, low, close], [14], 1),
}
seconds, last = {}, {}
for name, work in works.items():
    seconds[name], last[name] = repeat(work, repetitions)
version = f"{talib.__version__} (C {talib.__ta_version__.decode().split()[0]})"
answer("TA-Lib", version, seconds, last=last)
