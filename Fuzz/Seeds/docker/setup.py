# -*- coding: utf-8 -*-
from setuptools import setup
import os
REQUIRED = ["numpy>=1.20", 'torch==2.1.0'] + EXTRA
setup(name="a", version="1.0", install_requires=REQUIRED, setup_requires=open("r.txt").read().split(),
      extras_require={"gpu": ["cupy"], "x": []}, dependency_links=["http://example.org"])
