"""A package, so that what serves all journeys ends with the last of them."""
