"""A report as a file: HTML, PDF, Markdown, a workbook, a slide."""
