"""Places: a hierarchy (country, district, city, neighbourhood, site) with points.

A place without a tenant is shared by the whole installation; one with a tenant is an initiative's own.
"""
