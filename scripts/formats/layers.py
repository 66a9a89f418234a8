"""The layers' names in fairseq, which Hugging Face's BART family (Marian) took over, and in nmt.

fairseq: encoder.layers.0.self_attn.{q,k,v,out}_proj, self_attn_layer_norm, fc1, fc2, final_layer_norm; in the decoder also
encoder_attn.{q,k,v,out}_proj, encoder_attn_layer_norm; encoder.layer_norm and decoder.layer_norm after a pre-norm stack.
nmt: encoder.layers.0.self_attention.{qkv,out}, self_attention_norm, feed_forward.{in,out}, feed_forward_norm;
cross_attention.{q,kv,out}, cross_attention_norm; encoder.norm and decoder.norm. Rows of fused tensors are in that order.

Needs numpy, so converters import it within functions, as they do libraries: run.main can then tell that one is missing.
"""
import numpy

from formats.run import Unsupported

_ENCODER = {
    "self_attention.qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    "self_attention.out": ["self_attn.out_proj"],
    "self_attention_norm": ["self_attn_layer_norm"],
    "feed_forward.in": ["fc1"],
    "feed_forward.out": ["fc2"],
    "feed_forward_norm": ["final_layer_norm"],
}
_DECODER = _ENCODER | {
    "cross_attention.q": ["encoder_attn.q_proj"],
    "cross_attention.kv": ["encoder_attn.k_proj", "encoder_attn.v_proj"],
    "cross_attention.out": ["encoder_attn.out_proj"],
    "cross_attention_norm": ["encoder_attn_layer_norm"],
}


def _names(encoder_layers, decoder_layers, pre_norm):
    """Pairs: a name of nmt and the names of fairseq whose tensors are its rows."""
    for stack, layers, names in (("encoder", encoder_layers, _ENCODER), ("decoder", decoder_layers, _DECODER)):
        modules = {f"{stack}.layers.{i}.{ours}": [f"{stack}.layers.{i}.{name}" for name in theirs]
                   for i in range(layers) for ours, theirs in names.items()}  # fmt: skip
        if pre_norm:
            modules[f"{stack}.norm"] = [f"{stack}.layer_norm"]
        for ours, theirs in modules.items():
            for part in ("weight", "bias"):
                yield f"{ours}.{part}", [f"{name}.{part}" for name in theirs]


def to_fairseq(weights, encoder_layers, decoder_layers, pre_norm):
    """The layers of nmt's `weights` under fairseq's names."""
    layers = {}
    for ours, theirs in _names(encoder_layers, decoder_layers, pre_norm):
        for name, rows in zip(theirs, numpy.split(weights[ours], len(theirs))):
            layers[name] = numpy.ascontiguousarray(rows)
    return layers


def take(tensors, name):
    """The tensor of that name, taken out of a checkpoint's `tensors`."""
    if name not in tensors:
        raise Unsupported(f"the checkpoint holds no tensor '{name}'")
    return tensors.pop(name)


def from_fairseq(tensors, encoder_layers, decoder_layers, pre_norm):
    """The layers under nmt's names; takes them out of `tensors`."""
    weights = {}
    for ours, theirs in _names(encoder_layers, decoder_layers, pre_norm):
        weights[ours] = numpy.concatenate([take(tensors, name) for name in theirs])
    return weights


def swish_as_swiglu(weights):
    """Turns plain swish layers into SwiGLU ones, silu(W x + b)·(V x + c), with V = 0 and c = 1: the same function."""
    for name in [name for name in weights if ".feed_forward.in." in name]:
        constant = numpy.zeros if name.endswith("weight") else numpy.ones
        weights[name] = numpy.concatenate([weights[name], constant(weights[name].shape, numpy.float32)])


def swiglu_as_swish(weights):
    """The way back: the weights without the constant halves, or None when one of them is a gate."""
    plain = dict(weights)
    for name in [name for name in weights if ".feed_forward.in." in name]:
        plain[name], constant = numpy.split(weights[name], 2)
        if (constant != (0 if name.endswith("weight") else 1)).any():
            return None
    return plain


def embeddings(source, target, output, scaled):
    """nmt's tables, as few as are different: (model.tied_embeddings, weights). nmt multiplies embeddings by sqrt(dim):
    where the other toolkit does not (`scaled` is false), the tables are divided by it and the output stays as it is."""
    if not scaled:
        factor = numpy.float32(numpy.sqrt(source.shape[1]))
        return "none", {"source_tokens.weight": source / factor, "target_tokens.weight": target / factor, "output": output}
    weights = {"target_tokens.weight": target}
    same = lambda a, b: a is b or (a.shape == b.shape and numpy.array_equal(a, b))  # noqa: E731
    if not same(target, output):
        return "none", weights | {"source_tokens.weight": source, "output": output}
    if not same(source, target):
        return "target", weights | {"source_tokens.weight": source}
    return "all", weights
