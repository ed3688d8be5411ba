"""What the scripts that make the shipped price files have in common."""

import sys


def check_bar(where, prices, volume):
    """The loader's promises about one bar; a row that breaks one stops the script."""
    o, h, l, c = prices
    if not 0 < l <= min(o, c) <= max(o, c) <= h:
        sys.exit(f"{where}: open {o} high {h} low {l} close {c}")
    if not 0 <= volume <= 1e15:
        sys.exit(f"{where}: volume {volume}")


def check_rising(name, times):
    """Times as they are written, which sort as text."""
    for before, time in zip(times, times[1:]):
        if before >= time:
            sys.exit(f"{name} {time}: not after {before}")


def contract_text(symbol, bars, timezone, stamp, prices, currency, source):
    """A data contract, NAME.csv.toml."""
    keys = [
        ("symbol", symbol),
        ("bars", bars),
        ("timezone", timezone),
        ("stamp", stamp),
        ("prices", prices),
        ("currency", currency),
        ("source", source),
    ]
    return "".join(f'{key} = "{value}"\n' for key, value in keys)


def table_text(header, rows):
    """A CSV of fields that need no quotes."""
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def write_or_compare(folder, files, compare):
    """Writes `files` (name to text), or stops where one differs from what is there."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        data = text.encode("utf-8")
        path = folder / name
        if not compare:
            path.write_bytes(data)
        elif not path.is_file() or path.read_bytes() != data:
            sys.exit(f"{folder.name}/{name} differs from what this script makes")
