"""One command of the command line a file: options in, use case, reports out. Only click is imported at the top."""
