"""The command line. `commands` lists the commands; only the module of the chosen one is imported."""
