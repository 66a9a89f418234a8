#include "models/transformer_options.h"

namespace nmt {

void apply_preset(TransformerOptions& o, const std::string& name) {
  o.preset = name;
  if (name == "base") {
    o.dim = 512, o.heads = 8, o.feed_forward_dim = 2048, o.encoder_layers = o.decoder_layers = 6,
    o.dropout = 0.1;
  } else if (name == "big") {
    o.dim = 1024, o.heads = 16, o.feed_forward_dim = 4096, o.encoder_layers = o.decoder_layers = 6,
    o.dropout = 0.3;
  } else if (name == "iwslt") {
    o.dim = 512, o.heads = 4, o.feed_forward_dim = 1024, o.encoder_layers = o.decoder_layers = 6,
    o.dropout = 0.3;
  } else if (name == "tiny") {
    o.dim = 128, o.heads = 4, o.feed_forward_dim = 256, o.encoder_layers = o.decoder_layers = 4,
    o.dropout = 0.2;
  } else {
    throw UsageError(text("unknown model.preset '", name, "'"), "Use base, big, iwslt or tiny.");
  }
}

void declare(OptionTable& table, TransformerOptions& o) {
  table.group("model", "Transformer");
  table.add("model.preset", o.preset, "sizes by name; options given beside it override it")
      .choices({"base", "big", "iwslt", "tiny"})
      .preset([&o](const std::string& name) { apply_preset(o, name); });
  table.add("model.dim", o.dim, "width of the residual stream").at_least(2);
  table.add("model.heads", o.heads, "attention heads; must divide model.dim").at_least(1);
  table.add("model.feed_forward_dim", o.feed_forward_dim, "hidden width of the feed-forward layers")
      .at_least(1);
  table.add("model.encoder_layers", o.encoder_layers, "encoder depth").range(1, 1000);
  table.add("model.decoder_layers", o.decoder_layers, "decoder depth").range(1, 1000);
  table.add("model.norm", o.norm, "layer norm before each sub-layer or after its residual sum");
  table.add("model.positions", o.positions, "how positions are encoded");
  table.add("model.activation", o.activation, "feed-forward activation");
  table.add("model.tied_embeddings", o.tied_embeddings,
            "one tensor for: nothing; target embedding and output; source embedding too");
  table.add("model.embedding_norm", o.embedding_norm, "layer norm on the embedded sequence");
  table.add("model.max_positions", o.max_positions, "longest sequence in tokens, both sides")
      .at_least(8);
  table.add("model.dropout", o.dropout, "on embeddings and on each sub-layer's output")
      .range(0, 0.99);
  table.add("model.attention_dropout", o.attention_dropout, "on attention weights").range(0, 0.99);
  table.add("model.activation_dropout", o.activation_dropout, "after the feed-forward activation")
      .range(0, 0.99);
  table.add("model.layer_dropout", o.layer_dropout, "probability of skipping a whole layer")
      .range(0, 0.99);
  table.add("model.word_dropout", o.word_dropout, "probability of zeroing a token's embedding")
      .range(0, 0.99);
}

void validate(const TransformerOptions& o) {
  if (o.dim % o.heads != 0)
    throw UsageError(text("model.heads = ", o.heads, " does not divide model.dim = ", o.dim));
  if (o.positions == PositionKind::kRotary && (o.dim / o.heads) % 2 != 0)
    throw UsageError(text("rotary positions need an even head size, but model.dim / model.heads = ",
                          o.dim / o.heads));
  if (o.positions == PositionKind::kSinusoidal && o.dim % 2 != 0)
    throw UsageError(text("sinusoidal positions need an even model.dim, not ", o.dim));
}

}  // namespace nmt
