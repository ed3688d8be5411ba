"""Runs the commands of a Markdown file's ```sh blocks, word for word, in a fresh clone.

A block runs line by line, as a reader would type it; a line that fails fails the check. Lines that
only build or test what CI has already built and tested are fast the second time, because the clone
shares the target folder. `git clone` lines and a `cd` after them are what the clone itself stands for.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
text = (root / sys.argv[1]).read_text()
blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.S | re.M)
if not blocks:
    sys.exit("readme: no ```sh block found")
with tempfile.TemporaryDirectory() as scratch:
    clone = pathlib.Path(scratch) / "clone"
    subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
    env = {**os.environ, "CARGO_TARGET_DIR": str(root / "target")}
    count = 0
    for block in blocks:
        for line in block.splitlines():
            line = line.strip()
            if not line or line.startswith(("#", "git clone", "cd ")):
                continue
            print(f"$ {line}", flush=True)
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=clone, env=env,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(f"readme: exit code {done.returncode} of `{line}`\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
            count += 1
print(f"readme: {count} commands ran")
