// Filled in as the command is built.
int main() { return 0; }
