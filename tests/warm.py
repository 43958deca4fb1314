"""Imported by the server that racers are forked from: an application was made here once, so theirs are made quickly.

None of them waits for the disk, and all wait for one another as long as a machine needs that has more to do.
"""

import gc
import tempfile
from pathlib import Path

from kernel import transactions
from kernel.app import create_app
from kernel.settings import Settings, complete

with tempfile.TemporaryDirectory() as folder:
    create_app(complete(Settings(url="http://plaza.localhost", instance=Path(folder), secret_key="test " * 8)))

transactions.SYNCHRONOUS, transactions.PATIENCE = "OFF", 60.0

gc.collect()
gc.freeze()  # what all of them share is looked through by none
