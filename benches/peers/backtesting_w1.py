"""W1 in backtesting.py: a column of the histogram, crossings tested bar by bar.

usage: backtesting_w1.py FOLDER BARS REPETITIONS

Market orders fill at the next open (`trade_on_close=False`), one share, 0.1 % a
side. Timed: `Backtest.run()`, which always adds up statistics.
"""

import sys
import warnings

from common import CASH, FEE, START_AFTER, answer, missing, repeat

try:
    import backtesting
    import numpy as np
    import pandas as pd
except ModuleNotFoundError as error:
    missing(error)

warnings.filterwarnings("ignore")
backtesting.backtesting._tqdm = lambda steps, **_: steps  # no progress bar

folder, bars, repetitions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rows = np.load(f"{folder}/w1_ohlcv.npy")[:bars]
index = pd.date_range("2020-01-01 00:01", periods=len(rows), freq="1min")
frame = pd.DataFrame(rows, index=index, columns=["Open", "High", "Low", "Close", "Volume"])


def histogram(closes):
    def ema(values, span):
        return values.ewm(span=span, adjust=False).mean()

    closes = pd.Series(closes)
    macd = ema(closes, 12) - ema(closes, 26)
    return (macd - ema(macd, 9)).values


class Macd(backtesting.Strategy):
    def init(self):
        self.histogram = self.I(histogram, self.data.Close)

    def next(self):
        if len(self.data) <= START_AFTER:
            return
        before, now = self.histogram[-2], self.histogram[-1]
        if self.position:
            if now < 0 and before >= 0:
                self.position.close()
        elif now > 0 and before <= 0:
            self.buy(size=1)


test = backtesting.Backtest(
    frame, Macd, cash=CASH, commission=FEE, trade_on_close=False, finalize_trades=False
)
seconds, statistics = repeat(test.run, repetitions)
fills = 2 * len(statistics["_trades"]) + len(statistics["_strategy"].trades)
equity = float(statistics["Equity Final [$]"])
answer("backtesting.py", backtesting.__version__, seconds, fills=fills, equity=equity)
