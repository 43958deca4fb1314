"""Gateways: the outside world of payments, each behind the same few verbs of `payments`."""
