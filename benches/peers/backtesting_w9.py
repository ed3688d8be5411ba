"""W9 in backtesting.py: a crossing of two averages over a daily CSV, as a whole process.

usage: backtesting_w9.py [CSV]     without a file: exit code 0 when the library is there
"""

import sys
import warnings

import backtesting
import pandas as pd

if len(sys.argv) < 2:
    sys.exit(0)

warnings.filterwarnings("ignore")
backtesting.backtesting._tqdm = lambda steps, **_: steps  # no progress bar
frame = pd.read_csv(sys.argv[1])
frame.index = pd.to_datetime(frame.pop("time"))
frame.columns = ["Open", "High", "Low", "Close", "Volume"]


def average(values, bars):
    return pd.Series(values).rolling(bars).mean().values


class Cross(backtesting.Strategy):
    def init(self):
        self.fast = self.I(average, self.data.Close, 20)
        self.slow = self.I(average, self.data.Close, 100)

    def next(self):
        before, now = (self.fast[back] - self.slow[back] for back in (-2, -1))
        if self.position:
            if now < 0 and before >= 0:
                self.position.close()
        elif now > 0 and before <= 0:
            self.buy(size=1)


test = backtesting.Backtest(frame, Cross, cash=1e6, commission=0.001, finalize_trades=False)
statistics = test.run()
print(len(statistics["_trades"]), statistics["Equity Final [$]"])
