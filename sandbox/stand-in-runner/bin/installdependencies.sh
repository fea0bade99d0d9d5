#!/bin/bash
# The real one installs .NET's libraries; the stand-in needs none.
echo 'Nothing to install.'
