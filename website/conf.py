"""How Sphinx turns the course into a site. `make site` builds it, from a copy that website/course_site.py lays out."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Downhill"
author = "the authors of Downhill"
copyright = author
version = release = "%VERSION%"
html_title = "Downhill: gradient descent"
language = "en"

extensions = ["myst_nb", "mathml"]
exclude_patterns = ["website"]

nb_execution_mode = "off"  # what is shown are the outputs that the tests have compared
nb_render_text_lexer = "none"
highlight_language = "none"  # of a block in the text that names no language
nb_merge_streams = True
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_update_mathjax = False
myst_heading_anchors = 4
myst_heading_slug_func = "slugs.jupyterlab"
html_math_renderer = "mathml"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["course.css"]
if (Path(__file__).parent / "static" / "course.js").exists():  # the site, and not the book
    html_favicon = "static/favicon.svg"
    html_css_files = ["widget.css", *html_css_files]
    html_js_files = [("course.js", {"type": "module"})]
html_use_index = False
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {"top_of_page_buttons": []}

epub_show_urls = "no"
epub_description = "A course on gradient descent that proves itself."
epub_identifier = "downhill"
epub_uid = "downhill"
epub_scheme = "ID"
epub_use_index = False
epub_exclude_files = [".buildinfo", "search.html"]
