"""Renders Markdown from stdin with GitHub's own parser and extensions, before GitHub removes what it does not allow."""

import sys

from cmarkgfm import cmark

EXTENSIONS = ["table", "autolink", "tagfilter", "strikethrough", "tasklist"]
OPTIONS = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_FOOTNOTES | cmark.Options.CMARK_OPT_HARDBREAKS

sys.stdin.reconfigure(encoding="utf-8", newline="")
sys.stdout.reconfigure(encoding="utf-8")
text = sys.stdin.read()
sys.stdout.write(cmark.markdown_to_html_with_extensions(text, OPTIONS, EXTENSIONS))
