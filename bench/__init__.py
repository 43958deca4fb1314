"""What measures speed: each file is one `plaza bench NAME`."""
