"""What measurements stand on: the floor beside us, servers and clients, a shop of thousands of products."""
