"""W3 in vectorbt: target weights at the close of each month's last bar.

usage: vectorbt_w3.py FOLDER REPETITIONS

Its own rules: fractions of shares, filled at the close of the decision; 0.95 / n of
equity each, sells before buys (`call_seq="auto"`), 0.1 % a side.
"""

import sys

from common import FEE, answer, missing, repeat

try:
    import numpy as np
    import pandas as pd
    import vectorbt as vbt
except ModuleNotFoundError as error:
    missing(error)

folder, repetitions = sys.argv[1], int(sys.argv[2])
values = np.load(f"{folder}/w3_close.npy")
closes = pd.DataFrame(values, index=pd.bdate_range("2014-01-02", periods=len(values)))
weights = np.full(closes.shape, np.nan)
weights[np.load(f"{folder}/w3_reb.npy")] = 0.95 / closes.shape[1]


def work():
    portfolio = vbt.Portfolio.from_orders(
        closes,
        size=weights,
        size_type="targetpercent",
        group_by=True,
        cash_sharing=True,
        call_seq="auto",
        fees=FEE,
        init_cash=1e8,
        freq="1D",
    )
    return int(portfolio.orders.count()), float(portfolio.final_value())


seconds, (fills, equity) = repeat(work, repetitions)
answer("vectorbt", vbt.__version__, seconds, fills=fills, equity=equity)
