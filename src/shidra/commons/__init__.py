"""What initiatives share with the world: the atlas and the learning centre."""
