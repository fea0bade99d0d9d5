"""Answers thresholds as the seed's Benchmark Tools does, with eval, and searches with Python's re."""

import json
import re
import sys


def check(expression, value):
    try:
        return eval(expression, {})(value)
    except (ZeroDivisionError, OverflowError) as error:
        return type(error).__name__


def search(pattern, name):
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return None


asked = json.load(sys.stdin)
json.dump(
    {
        "checks": [check(*one) for one in asked["checks"]],
        "searches": [search(*one) for one in asked["searches"]],
    },
    sys.stdout,
)
