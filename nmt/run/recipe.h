#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "criterions/criterion_options.h"
#include "data/data_options.h"
#include "models/transformer_options.h"
#include "nmt/decoding/decoding_options.h"
#include "nmt/options/method_description.h"
#include "nmt/options/option_table.h"
#include "nmt/training/training_options.h"

namespace nmt {

/// All options of a run: what a recipe says, and what a run folder's config.yaml repeats in full.
/// A group of options is added by one member here and its name in for_each_group() (recipe.cpp).
struct Recipe {
  std::vector<std::string> methods;  // translation methods switched on, by name
  std::vector<std::string> plugins;  // shared libraries with methods from outside the source tree
  DataOptions data;
  VocabularyOptions vocabulary;
  TransformerOptions model;
  CriterionOptions criterion;
  TrainingOptions training;
  DecodingOptions decoding;
  /// Options of every known method, switched on or not, by the method's name.
  std::map<std::string, std::unique_ptr<MethodOptions>> method_options;

  /// Whether it switches on the method of that name.
  bool has_method(const std::string& name) const;
};

/// Declares all groups. Plug-ins must have been loaded before.
void declare(OptionTable& table, Recipe& recipe);

/// Reads a recipe file alone, without a command line.
Recipe read_recipe(const std::string& file);

/// Throws UsageError when options contradict each other; warns of options whose method is not
/// switched on. `table` is the one that filled `recipe`.
void validate(const Recipe& recipe, const OptionTable& table);

/// The groups of options that say nothing in `recipe`: those of methods that are not switched on.
std::set<std::string> idle_groups(const Recipe& recipe);

/// The resolved recipe as annotated YAML, to be saved with the run: methods that are not switched
/// on are left out.
std::string to_yaml(const Recipe& recipe, const OptionTable& table);

/// Reads the command line into `table`; then, when that has set `recipe_file`, the recipe named
/// there; applies both.
void read_options(OptionTable& table, const std::vector<std::string>& arguments,
                  const std::string& recipe_file);

/// Throws UsageError when the command line sets a recipe option that is neither among what
/// `command` reads (see used_groups()) nor of a method that `recipe` switches on: the command would
/// ignore it. Call after apply().
void refuse_unused(const OptionTable& table, const Recipe& recipe,
                   const CommandDescription& command);

}  // namespace nmt
