#include "nmt/run/opened_models.h"

namespace nmt {

OpenedModels open_models(const TrainedModel& arguments, const Recipe& recipe) {
  OpenedModels opened;
  opened.device = start_runtime(arguments.runtime);
  opened.run = open_run(RunFolder(arguments.run), recipe, arguments.checkpoint, opened.device);
  opened.models.push_back(opened.run.model);
  const PairEncoder& encoder = *opened.run.encoder;
  const Vocabularies& vocabularies = encoder.vocabularies();
  for (const std::string& path : arguments.models) {
    const RunFolder folder(path);
    folder.require();
    const Recipe other = read_recipe(folder.config());
    const Run member = open_run(folder, other, arguments.checkpoint, opened.device);
    if (member.encoder->vocabularies().source->hash() != vocabularies.source->hash() ||
        member.encoder->vocabularies().target->hash() != vocabularies.target->hash())
      throw UsageError(
          text("--models ", path, ": its vocabulary is not that of ", arguments.run),
          "An ensemble needs models trained with one vocabulary: set vocabulary.file.");
    if (member.encoder->tags() != encoder.tags())
      throw UsageError(
          text("--models ", path, ": its language tags are not those of ", arguments.run),
          "An ensemble needs models trained with one data.source_tag, "
          "data.source_tag_position and data.target_tag.");
    opened.models.push_back(member.model);
  }
  for (Transformer& model : opened.models) model->pack(recipe.decoding.precision);
  return opened;
}

}  // namespace nmt
