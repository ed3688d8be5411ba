#!/usr/bin/env python3
"""Compares the listing of OpenD's schema with the official SDK it was made from.

Installs the SDK into a virtual environment of its own (or takes the one named
by the first argument) and fails when a message, field, id or enum differs.
"""
import os
import subprocess
import sys
import tempfile
import venv

# The version the listing was made from. A newer one is looked at by hand.
SDK = "futu-api==10.11.7108"
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def check(python, home):
    script = os.path.join(ROOT, "proto", "scripts", "opend_schema.py")
    known = os.path.join("proto", "tests", "opend_schema.txt")
    # The SDK writes a log under HOME when it is imported.
    return subprocess.run([python, script, "--check", known], cwd=ROOT, env=dict(os.environ, HOME=home)).returncode


def main():
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) > 1:
            return check(os.path.join(sys.argv[1], "bin", "python"), folder)
        environment = os.path.join(folder, "venv")
        venv.create(environment, with_pip=True)
        python = os.path.join(environment, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SDK], check=True)
        return check(python, folder)


if __name__ == "__main__":
    sys.exit(main())
