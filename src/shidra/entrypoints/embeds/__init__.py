"""Public pages inside other people's pages: frames, the page that makes their snippets, and oEmbed.

What can be put elsewhere is listed in `kinds.py`; a new kind is a frame view, its address and a line there.
"""
