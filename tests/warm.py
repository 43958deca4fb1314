"""Imported by the server that racers are forked from: an application was made here once, so theirs are made quickly."""

import gc
import tempfile
from pathlib import Path

from kernel.app import create_app
from kernel.settings import Settings, complete

with tempfile.TemporaryDirectory() as folder:
    create_app(complete(Settings(url="http://plaza.localhost", instance=Path(folder), secret_key="test " * 8)))

gc.collect()
gc.freeze()  # what all of them share is looked through by none
