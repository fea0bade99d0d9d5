#!/bin/bash
# Functions that read the version tags of the remote. To be sourced.

# The released versions that begin with a prefix, oldest first, each with its commit: `v1.2.3 <commit>`.
# Pre-releases are left out.
list_versions() {
  git ls-remote --tags origin "refs/tags/$1*" | awk '
    {
      tag = substr($2, length("refs/tags/") + 1)
      # An annotated tag is listed twice; the second line has its commit.
      sub(/\^\{\}$/, "", tag)
      if (tag ~ /^v[0-9]+\.[0-9]+\.[0-9]+$/) commit[tag] = $1
    }
    END { for (tag in commit) print tag, commit[tag] }' | sort --version-sort
}

# The later one of two versions.
later_of() {
  printf '%s\n' "$@" | sort --version-sort | tail -n 1
}
