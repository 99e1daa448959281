"""The roof of the house: settings, root urls, how processes begin."""
