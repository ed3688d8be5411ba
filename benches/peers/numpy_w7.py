"""W7 in numpy, on one thread: VaR and ES of correlated assets over one simulated day.

usage: numpy_w7.py FOLDER REPETITIONS PATHS

SFC64, its fastest generator; one matrix product, expm1 in place, the tail by partition.
"""

import os
import sys

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"

from common import answer, missing, repeat

try:
    import numpy as np
except ModuleNotFoundError as error:
    missing(error)

folder, repetitions, paths = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
correlation, volatility, drift, money = (np.load(f"{folder}/w7_{name}.npy") for name in ("corr", "vol", "mu", "w"))
day = 1 / 252
mean = (drift - 0.5 * volatility**2) * day
root = (np.linalg.cholesky(correlation) * (volatility * np.sqrt(day))[:, None]).T


def work():
    generator = np.random.Generator(np.random.SFC64(1))
    returns = generator.standard_normal((paths, len(money))) @ root
    returns += mean
    np.expm1(returns, out=returns)
    profits = returns @ money
    worst = int(paths * 0.01)
    parted = np.partition(profits, worst)
    return -parted[worst], -parted[:worst].mean()


seconds, (var, es) = repeat(work, repetitions)
answer("numpy", np.__version__, seconds, var=var, es=es)
