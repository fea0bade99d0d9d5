#!/bin/sh
# Runs a command of npm's scripts on Node 24: `scripts/on-node24.sh [NAME=VALUE ...] COMMAND [ARGUMENT ...]`.
# npm's scripts find programs in node_modules/.bin first, and install.mjs links a Node 24 there, if the machine has another.
node scripts/node24/install.mjs && exec env "$@"
