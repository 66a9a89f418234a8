#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "criterions/criterion.h"
#include "data/batch_planner.h"
#include "models/transformer.h"
#include "nmt/decoding/translator.h"
#include "nmt/support/error.h"
#include "nmt/training/trainer.h"

// All points at which a translation method joins a run. A method's attach function
// (modules/METHOD/method.cpp) fills in those it needs; the core builds the run from the result
// without knowing who filled them.

namespace nmt {

/// A point that one method at most can take.
template <class T>
class ExclusivePoint {
 public:
  explicit ExclusivePoint(std::string name) : name_(std::move(name)) {}

  /// Throws UsageError naming both methods when the point is taken.
  void set(const std::string& method, T value) {
    if (!owner_.empty())
      throw UsageError(text("methods '", owner_, "' and '", method, "' both replace the ", name_),
                       "Switch on one of them only.");
    owner_ = method;
    value_ = std::move(value);
  }
  /// Empty when no method took the point.
  const T& get() const { return value_; }
  const std::string& owner() const { return owner_; }

 private:
  std::string name_, owner_;
  T value_{};
};

/// Adds what a method knows of each sentence to a batch (its annotations, other tensors) before it
/// is used, in training, validation and decoding alike. Runs on the CPU tensors of a batch made
/// from `pairs`; must depend on those only. Several threads may call it at a time.
class BatchAnnotator {
 public:
  virtual ~BatchAnnotator() = default;
  virtual void annotate(SourceBatch& source, const std::vector<TokenPair>& pairs) const = 0;
};

/// Makes a criterion in place of the one that `criterion.kind` picks; receives that one to build
/// upon.
using CriterionFactory =
    std::function<std::shared_ptr<Criterion>(std::shared_ptr<Criterion> standard)>;
/// Makes the translator in place of the standard one, which it receives to build upon.
using TranslatorFactory =
    std::function<std::unique_ptr<Translator>(std::unique_ptr<Translator> standard)>;
/// Makes the batch planner of the training corpora in place of the standard one.
using BatchPlannerFactory =
    std::function<std::unique_ptr<BatchPlanner>(std::unique_ptr<BatchPlanner> standard)>;

/// Changes the weights of the run that train.initial names, before they become those of `model`,
/// which has its random ones still: gives a method's tensors that the other run does not have their
/// first values, for example. What is left missing afterwards, or has no place, is refused.
using InitialWeights = std::function<void(TensorMap& weights, const Transformer& model)>;

struct Extensions {
  ExclusivePoint<SourceEmbeddingFactory> source_embedding{"source embedding"};
  ExclusivePoint<FeedForwardFactory> feed_forward{"feed-forward layer"};
  ExclusivePoint<std::shared_ptr<AttentionScale>> attention_scale{"attention scale"};
  ExclusivePoint<CriterionFactory> criterion{"criterion"};
  ExclusivePoint<BatchPlannerFactory> batch_planner{"batch planner"};
  ExclusivePoint<TranslatorFactory> translator{"translator"};

  /// What of a method belongs to the model: its parameters and registered buffers move to the
  /// device, are trained and averaged (parameters), saved and loaded with the model's own, as
  /// "<method>.<name>". One module a method, under the method's name; whoever computes with it (an
  /// AttentionScale, a source embedding …) keeps a pointer. Buffers are changed in place by
  /// hooks, not by forward passes, and alike in all processes; those of the main one are saved.
  /// What a checkpoint shall not hold is no registered buffer.
  MethodModules modules;

  // Any number of methods; in the order in which they are switched on.
  std::vector<std::shared_ptr<BatchAnnotator>> annotators;
  std::vector<std::shared_ptr<ActivationListener>> listeners;
  std::vector<std::shared_ptr<Criterion>> added_losses;  // see TrainingParts
  std::vector<NamedHook> hooks;
  std::vector<InitialWeights> initial_weights;
};

}  // namespace nmt
