"""The commands, by kind: show, setup, demo. `main` imports only the module of the chosen one."""
