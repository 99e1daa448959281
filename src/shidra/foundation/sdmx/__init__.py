"""SDMX, the exchange format of statistical offices: its messages read safely (`reading`), its times (`times`).

Nothing here knows indicators or initiatives. Read are SDMX-CSV 1.0 and 2.x, SDMX-ML 2.1 data (generic and structure
specific) and SDMX-ML 2.1 structures. Numbers stay the texts that stand in the file: they are parsed exactly elsewhere.
"""
