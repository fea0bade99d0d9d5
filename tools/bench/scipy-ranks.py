"""The comparison of two JSON lines files that judge-results makes, with scipy: ranks, 10,000 permutations a metric."""

import json
import sys

import numpy as np
from scipy import stats


def read(path):
    with open(path) as file:
        return {line["name"]: line["samples"] for line in map(json.loads, file)}


def rank_sum(base, head, axis):
    return base.sum(axis=axis)


base, head = read(sys.argv[1]), read(sys.argv[2])
low = 0
for name, values in base.items():
    ranks = stats.rankdata(values + head[name])
    sides = (ranks[: len(values)], ranks[len(values) :])
    low += stats.permutation_test(sides, rank_sum, n_resamples=9_999, vectorized=True).pvalue < 0.01
print(low)
