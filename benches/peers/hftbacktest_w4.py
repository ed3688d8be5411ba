"""W4 in hftbacktest: replay, and a grid of post-only orders, 10 ms each way, volume ahead.

usage: hftbacktest_w4.py FOLDER REPETITIONS

Every 100 ms five orders of 0.1 a side, two ticks apart, at most 2.0 held; the shape of
its own tutorial. Timed with fills of whole orders, its faster exchange; the exchange
with partial fills is run once, for what it trades.
"""

import sys

from common import answer, missing, repeat

try:
    import hftbacktest
    import numpy as np
    from hftbacktest import BUY, GTX, LIMIT, SELL, BacktestAsset, HashMapMarketDepthBacktest
    from hftbacktest import ROIVectorMarketDepthBacktest
    from hftbacktest.types import event_dtype
    from numba import njit, uint64
    from numba.typed import Dict
except ModuleNotFoundError as error:
    missing(error)


@njit
def replay(hbt):
    steps = 0
    while hbt.elapse(100_000_000) == 0:
        steps += 1
    return steps


@njit
def grid(hbt):
    tick = hbt.depth(0).tick_size
    step, half, size, most = 2 * tick, 2 * tick, 0.1, 2.0
    sent = 0
    while hbt.elapse(100_000_000) == 0:
        hbt.clear_inactive_orders(0)
        depth = hbt.depth(0)
        held = hbt.position(0)
        if depth.best_bid_tick <= 0 or depth.best_ask_tick >= 2**31 - 1:
            continue
        mid = (depth.best_bid + depth.best_ask) / 2
        bid = np.floor(min(mid - half, depth.best_bid) / step) * step
        ask = np.ceil(max(mid + half, depth.best_ask) / step) * step
        bids = Dict.empty(np.uint64, np.float64)
        asks = Dict.empty(np.uint64, np.float64)
        if held < most:
            for _ in range(5):
                bids[uint64(round(bid / tick))] = bid
                bid -= step
        if held > -most:
            for _ in range(5):
                asks[uint64(round(ask / tick))] = ask
                ask += step
        orders = hbt.orders(0)
        values = orders.values()
        while values.has_next():
            order = values.get()
            wanted = order.order_id in bids if order.side == BUY else order.order_id in asks
            if order.cancellable and not wanted:
                hbt.cancel(0, order.order_id, False)
        for number, price in bids.items():
            if number not in orders:
                hbt.submit_buy_order(0, number, price, size, GTX, LIMIT, False)
                sent += 1
        for number, price in asks.items():
            if number not in orders:
                hbt.submit_sell_order(0, number, price, size, GTX, LIMIT, False)
                sent += 1
    return sent


folder, repetitions = sys.argv[1], int(sys.argv[2])
data = np.load(f"{folder}/w4_feed.npy").view(event_dtype)


def asset(rows, partial):
    made = BacktestAsset().data([rows]).linear_asset(1.0).constant_order_latency(10_000_000, 10_000_000)
    made = made.risk_adverse_queue_model()
    made = made.partial_fill_exchange() if partial else made.no_partial_fill_exchange()
    made = made.trading_value_fee_model(0.0002, 0.0002).tick_size(0.1).lot_size(0.001).last_trades_capacity(0)
    return made.roi_lb(40000.0).roi_ub(60000.0)


KINDS = {"hashmap": HashMapMarketDepthBacktest, "roivec": ROIVectorMarketDepthBacktest}


def once(kind, work, rows, partial=False):
    backtest = KINDS[kind]([asset(rows, partial)])
    result = work(backtest)
    state = backtest.state_values(0)
    found = (result, int(state.num_trades), float(state.trading_volume), float(state.position))
    backtest.close()
    return found


seconds = {}
small = data[:20_000].copy()
for kind in KINDS:
    for work in (replay, grid):
        once(kind, work, small)
        times, _ = repeat(lambda kind=kind, work=work: once(kind, work, data), repetitions)
        seconds[f"{kind}_{work.__name__}"] = times
more = {}
for name, partial in (("whole", False), ("partial", True)):
    _, trades, volume, position = once("roivec", grid, data, partial)
    more.update({f"{name}_trades": trades, f"{name}_volume": volume, f"{name}_position": position})
answer("hftbacktest", hftbacktest.__version__, seconds, **more)
