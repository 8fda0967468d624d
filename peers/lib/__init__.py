"""What run.py and guard.py are made of."""
