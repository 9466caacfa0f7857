"""What maintainers run, and what tests and benchmarks share.

notebooks, lint, make_points, readme_picture   commands
browser     JupyterLab in Chromium, driven by Playwright
classroom   a course folder, and submissions as students hand them in
"""
