"""How a partner's own file becomes reported values: what is what in it, asked once and remembered.

`proposing` looks at a table that was found on a sheet and proposes a `Mapping`, with its reasons and the questions that
only a person can answer; `applying` turns the sheet into `ReportedValue`s by a confirmed mapping, each with its cell;
`recipes` keeps mappings by layout; `template` makes Shidra's own workbook.
"""
