"""The signed-in frame: home, and the pages that mix conditions."""
