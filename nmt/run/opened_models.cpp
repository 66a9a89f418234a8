#include "nmt/run/opened_models.h"

namespace nmt {

OpenedModels open_models(const TrainedModel& arguments, const Recipe& recipe) {
  OpenedModels opened;
  opened.device = start_runtime(arguments.runtime);
  opened.run = open_run(RunFolder(arguments.run), recipe, arguments.checkpoint, opened.device);
  opened.models.push_back(opened.run.model);
  for (const std::string& path : arguments.models) {
    const RunFolder folder(path);
    folder.require();
    const Recipe other = read_recipe(folder.config());
    const Run member = open_run(folder, other, arguments.checkpoint, opened.device);
    require_same_batches(opened.run, member, "--models " + path);
    opened.models.push_back(member.model);
  }
  for (Transformer& model : opened.models) model->pack(recipe.decoding.precision);
  return opened;
}

}  // namespace nmt
