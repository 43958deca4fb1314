"""The forms of the shop, by noun."""
