"""A made-up option chain: prices of Black's formula on smiles chosen here, with noise and a seed.

    python3 data/synthetic_chain/make_chain.py

Writes chain.csv beside itself. The smiles are SVI (Gatheral 2004) without arbitrage, the rate is 3 %, the
dividend yield 1 %, spot 100. Quotes are rounded to cents, with a spread that widens away from the money; some
are made bad on purpose, so that the rules have something to drop: crossed, without a bid, wide, stale.
Nothing here is a market's; uses the standard library only.
"""

import datetime
import math
import pathlib
import random

SPOT, RATE, YIELD = 100.0, 0.03, 0.01
VALUATION = datetime.date(2026, 12, 1)
# Expiry, days; total variance by SVI: a, b, rho, m, sigma.
EXPIRIES = [
    ("2026-12-18", 17, (0.00060, 0.0120, -0.45, 0.004, 0.055)),
    ("2027-01-15", 45, (0.00190, 0.0230, -0.45, 0.008, 0.090)),
    ("2027-03-19", 108, (0.00530, 0.0400, -0.44, 0.014, 0.140)),
    ("2027-06-18", 199, (0.01080, 0.0560, -0.43, 0.020, 0.190)),
    ("2027-12-17", 381, (0.02250, 0.0800, -0.42, 0.030, 0.260)),
]
draw = random.Random(20261201)


def normal(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def black(forward, strike, variance, discount, call):
    deviation = math.sqrt(variance)
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    sign = 1.0 if call else -1.0
    return discount * sign * (forward * normal(sign * d1) - strike * normal(sign * (d1 - deviation)))


rows = ["expiry,strike,type,bid,ask,bid_size,ask_size,open_interest,quote_age_seconds"]
for expiry, days, (a, b, rho, m, sigma) in EXPIRIES:
    assert (datetime.date.fromisoformat(expiry) - VALUATION).days == days
    years = days / 365.0
    forward, discount = SPOT * math.exp((RATE - YIELD) * years), math.exp(-RATE * years)
    reach = 3.2 * math.sqrt(a + b * sigma)
    step = 1.0 if days < 60 else 2.5 if days < 250 else 5.0
    strike = math.ceil(forward * math.exp(-1.3 * reach) / step) * step
    while strike <= forward * math.exp(reach):
        k = math.log(strike / forward)
        variance = a + b * (rho * (k - m) + math.sqrt((k - m) ** 2 + sigma**2))
        for call in (True, False):
            fair = black(forward, strike, variance, discount, call)
            half = 0.01 + 0.004 * fair + 0.004 * abs(k) * SPOT * math.sqrt(years)
            mid = fair + draw.uniform(-0.3, 0.3) * half
            bid, ask = max(0.0, math.floor((mid - half) * 100) / 100), math.ceil((mid + half) * 100) / 100
            age, interest = draw.randrange(0, 240), int(draw.expovariate(1 / 400))
            bad = draw.random()
            if bad < 0.015:
                bid, ask = ask, bid
            elif bad < 0.03:
                ask = round(3 * ask + 0.5, 2)
            elif bad < 0.045:
                age = 3600
            bid_text = f"{bid:.2f}" if bid > 0 else ""
            sizes = f"{draw.randrange(1, 90)},{draw.randrange(1, 90)}"
            rows.append(f"{expiry},{strike:g},{'call' if call else 'put'},{bid_text},{ask:.2f},{sizes},{interest},{age}")
        strike += step
path = pathlib.Path(__file__).resolve().parent / "chain.csv"
path.write_text("\n".join(rows) + "\n")
print(f"{path.name}: {len(rows) - 1} quotes")
