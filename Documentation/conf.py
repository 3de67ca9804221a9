# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx configuration; see the Makefile beside this file."""

project = 'nf_lnlb'
copyright = 'the nf_lnlb developers, GPL-2.0-only'
extensions = []
exclude_patterns = ['_build']
highlight_language = 'none'
html_theme = 'alabaster'
html_theme_options = {
    'description': 'N machines, one address',
    'fixed_sidebar': True,
}
html_show_sourcelink = False
nitpicky = True
