"""The pictures of the demo shops: flat drawings made of motifs and palettes, one for every product."""
