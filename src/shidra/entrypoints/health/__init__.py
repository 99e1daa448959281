"""How a load balancer or a watchman asks whether this installation lives, and whether it can take work."""
