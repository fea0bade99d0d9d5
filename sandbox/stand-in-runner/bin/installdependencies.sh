#!/bin/bash
# The real script installs .NET's libraries. The stand-in needs none.
echo 'Nothing to install.'
