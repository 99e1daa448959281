"""Files stored once by content, with their type told by content and their size limited."""
