"""People: accounts, their language and time zone, sign-in, closing an account."""
