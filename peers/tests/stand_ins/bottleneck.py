"""A library that is installed and does not work."""

raise ImportError("libnothing.so: cannot open shared object file")
