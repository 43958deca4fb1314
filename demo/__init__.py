"""The demo world: four shops of Latin America with their goods, people, orders and pictures."""
