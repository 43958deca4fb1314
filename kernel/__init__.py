"""What everything runs on; it knows no feature."""

from kernel.app import create_app

__all__ = ["create_app"]
