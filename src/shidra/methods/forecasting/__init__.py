"""Forecasts of short series: where a measure is headed on its present course, and how wide the likely range is."""
