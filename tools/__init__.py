"""What maintainers run, and what tests and benchmarks share.

notebooks, lint, make_points, readme_picture, processors, gpu   commands
lesson_form       how long a lesson takes, and how much code it shows
browser           JupyterLab in Chromium, driven by Playwright
explorer_cells    the cells of the lessons that end in an explorer
page_weight       what a browser receives of a page
classroom         a course folder, and submissions as students hand them in
generated_class   classes made by machine, for tests of similarity
"""
