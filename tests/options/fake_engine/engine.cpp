// An engine library for the tests of the program: no LibTorch, each command behaves as its name
// says.

#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "nmt/support/error.h"

extern "C" int nmt_engine_main(const char* command, const std::vector<std::string>* arguments) {
  const std::string name = command;
  if (name == "average") throw nmt::UsageError("wrong option", "Take another.");
  if (name == "score-pairs") throw nmt::Error("damaged file");
  if (name == "evaluate") throw std::runtime_error("out of range");
  if (name == "translate") return 7;
  std::cout << name;
  for (const std::string& argument : *arguments) std::cout << "|" << argument;
  std::cout << "\n";
  return 0;
}
