#pragma once

#include <functional>
#include <string>
#include <vector>

#include "criterions/criterion_options.h"
#include "data/pair_encoder.h"
#include "models/transformer_options.h"
#include "nmt/decoding/document_translator.h"
#include "nmt/options/method_description.h"
#include "nmt/training/extensions.h"
#include "nmt/training/run_folder.h"
#include "nmt/training/world.h"

// A translation method as the engine sees it: how it attaches to a run, and its stage commands.
// What is known of it without LibTorch (name, options) is its MethodDescription.

namespace nmt {

/// What a method may need to know of the run it joins.
struct MethodContext {
  RunFolder run;
  const TransformerOptions& model;
  const PairEncoder& encoder;  // vocabularies, languages, tags
  const CriterionOptions& criterion;
  /// The run whose weights this one starts from; empty: random weights, or a checkpoint that lies
  /// in no run.
  std::string initial;
  World* world;  // the processes of training; null: the run is used, not trained
};

/// Joins the run: fills in the points of `extensions` that the method needs.
using AttachMethod = std::function<void(const MethodOptions& options, const MethodContext& context,
                                        Extensions& extensions)>;

/// A stage command of a method (`importance`, `search-region` …): its arguments in, the exit code
/// out.
using MethodCommand = std::function<int(const std::vector<std::string>& arguments)>;

struct MethodImplementation {
  std::string name;  // as in its MethodDescription
  AttachMethod attach;
  std::vector<std::pair<std::string, MethodCommand>> commands;
  /// Translates documents, also for runs without the method; empty: the method has none.
  DocumentTranslatorFactory make_document_translator;
};

/// The methods of this source tree. Declared here, defined in modules/methods.cpp: the core names
/// no method.
std::vector<MethodImplementation> built_in_methods();

/// Adds a method from outside the source tree (a plug-in, a test). Its description is added by
/// append_method.
void append_implementation(MethodImplementation implementation);

/// Attaches the methods `names`, in that order. Throws UsageError when two take one exclusive
/// point.
Extensions attach_methods(const std::vector<std::string>& names,
                          const std::map<std::string, std::unique_ptr<MethodOptions>>& options,
                          const MethodContext& context);

/// The method that translates documents: the first of the table that can. Throws Error when none
/// does.
const MethodImplementation& document_method();

/// The stage command of that name of any method, or an empty function.
MethodCommand find_method_command(const std::string& name);

}  // namespace nmt
