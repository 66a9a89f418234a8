// Filled in as the command is built.
