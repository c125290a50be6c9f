"""Lets `python -m scripts.sandbox` start the program."""

import sys

from .cli import main

sys.exit(main())
