"""The entry of ``python -m trainer``."""

from __future__ import annotations

import os
import sys

# OpenMP threads that spin while they wait slow down several busy processes on few cores many times over.
# The variable has to be set before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from trainer.cli import main

if __name__ == "__main__":
    sys.exit(main())
