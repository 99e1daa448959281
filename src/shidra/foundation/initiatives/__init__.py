"""Initiatives: tenancy, membership, roles with dates.

An initiative is the tenant: what belongs to it is read only inside its scope (django-scopes), and a person reaches it
by a dated membership. Others ask `rules` what a person may do and `queries` who takes part.
"""
