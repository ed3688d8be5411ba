"""W2 in vectorbt: every pair of averages as one column of a table.

usage: vectorbt_w2.py FOLDER BARS REPETITIONS

`MA.run` once for all windows, crossings by broadcasting, filled at the open of the
next bar, one share, 0.1 % a side. In pieces of 92 pairs, because of memory. Timed:
indicators, signals, simulation, number of orders and final value.
"""

import sys

from common import CASH, FEE, answer, missing, repeat

try:
    import numpy as np
    import pandas as pd
    import vectorbt as vbt
except ModuleNotFoundError as error:
    missing(error)

folder, bars, repetitions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rows = np.load(f"{folder}/w1_ohlcv.npy")[:bars]
index = pd.date_range("2020-01-01 00:01", periods=len(rows), freq="1min")
opens, closes = (pd.Series(rows[:, column].copy(), index=index) for column in (0, 3))
pairs = [(fast, slow) for fast in range(5, 51) for slow in range(55, 251, 5)]
PIECE = 92


def work():
    windows = sorted({window for pair in pairs for window in pair})
    place = {window: i for i, window in enumerate(windows)}
    averages = vbt.MA.run(closes, windows, short_name="ma").ma.values
    fills, equity = 0, 0.0
    for first in range(0, len(pairs), PIECE):
        piece = pairs[first : first + PIECE]
        fast = averages[:, [place[f] for f, _ in piece]]
        slow = averages[:, [place[s] for _, s in piece]]
        difference = fast - slow
        entries, exits = np.zeros((2, *difference.shape), dtype=bool)
        entries[2:] = ((difference[1:] > 0) & (difference[:-1] <= 0))[:-1]
        exits[2:] = ((difference[1:] < 0) & (difference[:-1] >= 0))[:-1]
        portfolio = vbt.Portfolio.from_signals(
            closes, entries=entries, exits=exits, price=opens, size=1.0, fees=FEE, init_cash=CASH, freq="1min"
        )
        fills += int(portfolio.orders.count().sum())
        equity += float(portfolio.final_value().sum())
    return fills, equity


seconds, (fills, equity) = repeat(work, repetitions)
answer("vectorbt", vbt.__version__, seconds, fills=fills, equity=equity)
