"""Organisations of all sectors. One row an organisation in the whole installation; what it does in an initiative
(partner, backbone, funder) is a dated partnership, which belongs to the initiative."""
