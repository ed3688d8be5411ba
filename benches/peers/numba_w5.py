"""W5 in a loop compiled by numba: prices and five Greeks of European options.

usage: numba_w5.py FOLDER REPETITIONS RESULTS

Black and Scholes with erfc, `fastmath`, columns in and out that exist already; once
on one thread and once on all. Writes what it computed to RESULTS, a row a figure.
"""

import math
import sys

from common import answer, missing, repeat

try:
    import numba
    import numpy as np
except ModuleNotFoundError as error:
    missing(error)

folder, repetitions, results = sys.argv[1], int(sys.argv[2]), sys.argv[3]
columns = [np.ascontiguousarray(column) for column in np.load(f"{folder}/w5_opts.npy").T]
out = np.empty((6, len(columns[0])))


def kernel(spot, strike, years, rate, volatility, is_call, out):
    for i in numba.prange(len(spot)):
        sign = 1.0 if is_call[i] == 1.0 else -1.0
        root = math.sqrt(years[i])
        deviation = volatility[i] * root
        drift = (rate[i] + 0.5 * volatility[i] * volatility[i]) * years[i]
        d1 = (math.log(spot[i] / strike[i]) + drift) / deviation
        d2 = d1 - deviation
        discounted = strike[i] * math.exp(-rate[i] * years[i])
        density = math.exp(-0.5 * d1 * d1) * 0.3989422804014327
        n1 = 0.5 * math.erfc(-sign * d1 * 0.7071067811865476)
        n2 = 0.5 * math.erfc(-sign * d2 * 0.7071067811865476)
        out[0, i] = sign * (spot[i] * n1 - discounted * n2)
        out[1, i] = sign * n1
        out[2, i] = density / (spot[i] * deviation)
        out[3, i] = spot[i] * density * root
        out[4, i] = -spot[i] * density * volatility[i] / (2.0 * root) - sign * rate[i] * discounted * n2
        out[5, i] = sign * discounted * years[i] * n2


one = numba.njit(fastmath=True)(kernel)
every = numba.njit(fastmath=True, parallel=True)(kernel)
seconds, _ = repeat(lambda: one(*columns, out), repetitions)
np.save(results, out)
all_threads, _ = repeat(lambda: every(*columns, out), repetitions)
answer("numba", numba.__version__, seconds, all_threads=all_threads)
