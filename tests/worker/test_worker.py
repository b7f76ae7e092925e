#!/usr/bin/env python3
"""The confined process and its broker, on the command line: test_worker.py DIFFOCI MKIMAGE"""
import sys
import unittest

from alike import Alike
from confined import Confined
from ends import Ends
from lesser_systems import LesserSystems
from reports import Reports

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
