"""What every condition stands on: people, organisations, initiatives, places, files, mail, jobs, audit, look."""
