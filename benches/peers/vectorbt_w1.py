"""W1 in vectorbt: indicator, crossings and portfolio as whole columns.

usage: vectorbt_w1.py FOLDER BARS REPETITIONS

A crossing at the close of one bar is filled at the open of the next (`price=open`,
signals shifted by one), one share, 0.1 % a side. Timed: indicator, signals,
simulation, number of orders and final value.
"""

import sys

from common import CASH, FEE, START_AFTER, answer, missing, repeat

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


def next_bar(marks):
    moved = np.zeros_like(marks)
    moved[1:] = marks[:-1]
    return moved


def work():
    macd = vbt.MACD.run(closes, 12, 26, 9, macd_ewm=True, signal_ewm=True, adjust=False)
    histogram = macd.macd.values - macd.signal.values
    before, now = histogram[:-1], histogram[1:]
    rises, falls = np.zeros((2, len(histogram)), dtype=bool)
    rises[1:] = (now > 0) & (before <= 0)
    falls[1:] = (now < 0) & (before >= 0)
    rises[:START_AFTER] = falls[:START_AFTER] = False
    portfolio = vbt.Portfolio.from_signals(
        closes,
        entries=next_bar(rises),
        exits=next_bar(falls),
        price=opens,
        size=1.0,
        fees=FEE,
        init_cash=CASH,
        freq="1min",
    )
    return int(portfolio.orders.count()), float(portfolio.final_value())


seconds, (fills, equity) = repeat(work, repetitions)
answer("vectorbt", vbt.__version__, seconds, fills=fills, equity=equity)
