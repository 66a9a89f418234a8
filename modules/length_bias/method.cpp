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

const Options& own(const MethodOptions& options) {
  return dynamic_cast<const Options&>(options);
}

/// The reference lengths of a run that is about to train: what the recipe says, else the means of
/// its training instances.
ReferenceLengths reference_lengths(const AttentionOptions& options,
                                   const DocumentPlanner& planner) {
  ReferenceLengths reference = planner.reference_lengths();
  if (options.reference_source > 0) reference.source = options.reference_source;
  if (options.reference_target > 0) reference.target = options.reference_target;
  reference.require_valid();
  return reference;
}

void attach(const MethodOptions& method_options, const MethodContext& context,
            Extensions& extensions) {
  const Options& options = own(method_options);
  std::shared_ptr<LengthNormalisedScale> scale;
  const std::string file = context.run.file(kReferenceFile);
  if (!options.attention.sites.empty()) {
    scale = std::make_shared<LengthNormalisedScale>(options.attention.sites);
    if (const auto saved = ReferenceLengths::load(file))
      scale->set_reference(*saved);
    else if (options.attention.reference_source > 0 && options.attention.reference_target > 0)
      scale->set_reference(
          {options.attention.reference_source, options.attention.reference_target});
    extensions.attention_scale.set("length_bias", scale);
  }
  extensions.batch_planner.set(
      "length_bias",
      [sampling = options.sampling, attention = options.attention, scale,
       file](std::unique_ptr<BatchPlanner> standard) -> std::unique_ptr<BatchPlanner> {
        auto planner = std::make_unique<DocumentPlanner>(standard->context(), sampling);
        if (scale && !ReferenceLengths::load(file)) {
          const ReferenceLengths reference = reference_lengths(attention, *planner);
          scale->set_reference(reference);
          reference.save(file);
          log::info("length-normalised attention: reference lengths ", reference.source,
                    " (source) and ", reference.target, " (target)");
        }
        return planner;
      });
}

}  // namespace

MethodImplementation implement() {
  return {.name = "length_bias",
          .attach = attach,
          .commands = {{"length-curve", run_length_curve}, {"contrastive", run_contrastive}},
          .make_document_translator = [](const MethodOptions& options, DocumentTools tools) {
            return std::make_unique<WindowTranslator>(own(options), std::move(tools));
          }};
}

}  // namespace nmt::length_bias
