"""Our own double of Stripe: the parts of its API that we use, a page that pays, and trouble on demand.

Tests speak HTTP to it (`python -m shop.gateways.fake --port N`); practice mode calls it in the house.
It holds no money, takes no card but the listed test numbers, and keeps none of them.
"""
