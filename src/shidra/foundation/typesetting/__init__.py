"""Paper and pictures: a sheet of ours and data, set by Typst into PDF, PNG or SVG with the product's own typeface."""
