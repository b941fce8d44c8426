"""`python server.py` brings SóPapo up; `python server.py --help` lists what else it can do."""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import sys

from sopapo.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
