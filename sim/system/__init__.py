"""What deals with the machine: memory, processes, files and what they hold, arguments, compiled code."""
