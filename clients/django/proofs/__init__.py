"""Programs that show what the backend promises, beside django-redis on the same code."""
