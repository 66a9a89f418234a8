#include "modules/length_bias/method.h"

#include "modules/length_bias/attention_scale.h"
#include "modules/length_bias/contrastive.h"
#include "modules/length_bias/document_planner.h"
#include "modules/length_bias/document_translator.h"
#include "modules/length_bias/length_curve.h"
#include "modules/length_bias/options.h"
#include "nmt/support/log.h"

namespace nmt::length_bias {
namespace {

constexpr const char* kReferenceFile = "length_bias.json";  // in the run folder

/// An instance of the greatest length must fit the model, tags included.
void check_positions(const SamplingOptions& sampling, int64_t positions) {
  const int64_t longest = sampling.max_tokens + (sampling.cut == CutRule::kNearest ? 1 : 0);
  if (longest > positions)
    throw UsageError(text("doc.max_tokens = ", sampling.max_tokens,
                          " needs model.max_positions of ", longest, " or more, not ", positions),
                     "Lower the one or raise the other.");
}

/// Those saved with the run, which its weights were trained with; none before training.
std::optional<ReferenceLengths> saved_reference(const AttentionOptions& options,
                                                const std::string& file) {
  const std::optional<ReferenceLengths> saved = ReferenceLengths::load(file);
  if (!saved) return std::nullopt;
  for (const auto& [wanted, trained] : {std::pair(options.reference_source, saved->source),
                                        std::pair(options.reference_target, saved->target)})
    if (wanted > 0 && wanted != trained)
      throw UsageError(text("the run was trained with reference lengths ", saved->source, " and ",
                            saved->target, " (", file, "), not ", wanted),
                       "Leave lna.ref_src and lna.ref_tgt out.");
  return saved;
}

/// The reference lengths of a run that is about to train: what the recipe says, else those of the
/// run that it starts from, else the means of its training instances.
ReferenceLengths reference_lengths(const AttentionOptions& options, const std::string& initial,
                                   const DocumentPlanner& planner) {
  std::optional<ReferenceLengths> reference;
  if (!initial.empty()) reference = ReferenceLengths::load(RunFolder(initial).file(kReferenceFile));
  if (!reference) reference = planner.reference_lengths();
  if (options.reference_source > 0) reference->source = options.reference_source;
  if (options.reference_target > 0) reference->target = options.reference_target;
  reference->require_valid();
  return *reference;
}

/// Gives the scale its reference lengths before the first update. The main process saves them with
/// a new run; all take what is saved, whether it was there already when they looked or not.
void provide_reference(LengthNormalisedScale& scale, const AttentionOptions& options,
                       const std::string& initial, const DocumentPlanner& planner,
                       const std::string& file, World* world) {
  if ((world == nullptr || world->is_main()) && !ReferenceLengths::load(file)) {
    const ReferenceLengths reference = reference_lengths(options, initial, planner);
    reference.save(file);
    log::info("length-normalised attention: reference lengths ", reference.source, " (source) and ",
              reference.target, " (target)");
  }
  if (world != nullptr) world->barrier();
  scale.set_reference(*ReferenceLengths::load(file));
}

void attach(const MethodOptions& method_options, const MethodContext& context,
            Extensions& extensions) {
  const Options& options = Options::of(method_options);
  check_positions(options.sampling, context.model.max_positions);
  std::shared_ptr<LengthNormalisedScale> scale;
  const std::string file = context.run.file(kReferenceFile);
  if (!options.attention.sites.empty()) {
    scale = std::make_shared<LengthNormalisedScale>(options.attention.sites);
    if (const auto saved = saved_reference(options.attention, file))
      scale->set_reference(*saved);
    else if (options.attention.reference_source > 0 && options.attention.reference_target > 0)
      scale->set_reference(
          {options.attention.reference_source, options.attention.reference_target});
    extensions.attention_scale.set(kMethodName, scale);
  }
  extensions.batch_planner.set(
      kMethodName,
      [sampling = options.sampling, attention = options.attention, scale, file,
       initial = context.initial, world = context.world, provided = std::make_shared<bool>(false)](
          std::unique_ptr<BatchPlanner> standard) -> std::unique_ptr<BatchPlanner> {
        auto planner = std::make_unique<DocumentPlanner>(standard->context(), sampling);
        if (scale && !std::exchange(*provided, true))
          provide_reference(*scale, attention, initial, *planner, file, world);
        return planner;
      });
}

}  // namespace

MethodImplementation implement() {
  return {.name = kMethodName,
          .attach = attach,
          .commands = {{"length-curve", run_length_curve}, {"contrastive", run_contrastive}},
          .make_document_translator = [](const MethodOptions& options, DocumentTools tools) {
            return std::make_unique<WindowTranslator>(Options::of(options), std::move(tools));
          }};
}

}  // namespace nmt::length_bias
