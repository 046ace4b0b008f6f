"""Two loops over one set of rules: the readable one and the fast one."""
