"""Lessons in the studio: taken alone or with a class, and the teacher's page."""
