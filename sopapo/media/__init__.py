"""What files are, told from their bytes and not from what is said of them; pure functions that block.

names.py     names that are safe to keep and to show
kinds.py     media types, and which of them a browser may show in its place
pictures.py  sizes, colours and thumbnails
jpeg.py      photographs without the place where they were taken
"""
