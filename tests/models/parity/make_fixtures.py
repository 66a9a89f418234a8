#!/usr/bin/env python3
"""An independent Transformer in plain PyTorch, and what it computes: the reference of tests/models/parity_test.cpp.

    python3 tests/models/parity/make_fixtures.py [FOLDER]      (default: fixtures/ beside this script)

Written from the papers for clearness alone, one sentence, one head and one query at a time, in double precision. It shares
nothing with the C++ model but the names of the parameters. Each fixture is a safetensors file with
  parameter.*   random initial parameters        source, target_input, target_output   padded ids (0 is padding)
  memory        encoder states (0 at padding)    logits   (0 at padding)               loss, nll   summed over real tokens
  gradient.*    of loss / real tokens            adam.*   parameters after 10 steps of Adam on loss / real tokens
and the model's options as metadata.
"""
import json
import math
import pathlib
import struct
import sys

import torch

torch.set_default_dtype(torch.float64)
DIM, HEADS, HIDDEN, LAYERS, VOCABULARY, MAX_POSITIONS, PAD, BOS, EOS = 8, 2, 12, 2, 13, 16, 0, 1, 2
SMOOTHING = 0.1
ADAM = dict(lr=1e-2, betas=(0.9, 0.98), eps=1e-9)

BASE = dict(norm="pre", activation="relu", positions="sinusoidal", tied="all", embedding_norm="false", smoothing="fairseq")
CONFIGURATIONS = {
    "pre_relu_sinusoidal_all": {},
    "post_relu_sinusoidal_all": dict(norm="post"),
    "pre_gelu_learned_target": dict(activation="gelu", positions="learned", tied="target"),
    "post_gelu_sinusoidal_none": dict(norm="post", activation="gelu", tied="none", smoothing="uniform"),
    "pre_swiglu_rotary_none": dict(activation="swiglu", positions="rotary", tied="none"),
    "post_swiglu_learned_all": dict(norm="post", activation="swiglu", positions="learned", smoothing="uniform"),
    "post_relu_rotary_target_norm": dict(norm="post", positions="rotary", tied="target", embedding_norm="true"),
    "pre_swiglu_sinusoidal_all_norm": dict(activation="swiglu", embedding_norm="true"),
}
SOURCES = [[5, 9, 4, 7, EOS], [11, EOS], [3, 8, 12, EOS]]
TARGETS = [[6, 10, EOS], [4, 4, 9, 12, 3, EOS], [7, EOS]]


def parameter_shapes(c):
    shapes = {}

    def linear(name, rows, columns):
        shapes[name + ".weight"], shapes[name + ".bias"] = (rows, columns), (rows,)

    def norm(name):
        shapes[name + ".weight"] = shapes[name + ".bias"] = (DIM,)

    def feed_forward(name):
        linear(name + ".in", HIDDEN * (2 if c["activation"] == "swiglu" else 1), DIM)
        linear(name + ".out", DIM, HIDDEN)

    shapes["target_tokens.weight"] = (VOCABULARY, DIM)
    if c["tied"] != "all":
        shapes["source_tokens.weight"] = (VOCABULARY, DIM)
    if c["tied"] == "none":
        shapes["output"] = (VOCABULARY, DIM)
    for side in ("source", "target"):
        if c["positions"] == "learned":
            shapes[side + "_embedding.positions"] = (MAX_POSITIONS, DIM)
        if c["embedding_norm"] == "true":
            norm(side + "_embedding.norm")
    for stack in ("encoder", "decoder"):
        for i in range(LAYERS):
            layer = f"{stack}.layers.{i}."
            linear(layer + "self_attention.qkv", 3 * DIM, DIM)
            linear(layer + "self_attention.out", DIM, DIM)
            norm(layer + "self_attention_norm")
            if stack == "decoder":
                linear(layer + "cross_attention.q", DIM, DIM)
                linear(layer + "cross_attention.kv", 2 * DIM, DIM)
                linear(layer + "cross_attention.out", DIM, DIM)
                norm(layer + "cross_attention_norm")
            feed_forward(layer + "feed_forward")
            norm(layer + "feed_forward_norm")
        if c["norm"] == "pre":
            norm(stack + ".norm")
    return shapes


class PlainTransformer:
    """Works on one sentence at a time: lists of ids in, no batch, no padding, no masks."""

    def __init__(self, c, parameters):
        self.c, self.p = c, parameters

    def linear(self, name, x):
        return torch.stack([self.p[name + ".weight"] @ row + self.p[name + ".bias"] for row in x])

    def norm(self, name, x):
        rows = []
        for row in x:
            centred = row - row.sum() / DIM
            rows.append(centred / torch.sqrt((centred**2).sum() / DIM + 1e-5) * self.p[name + ".weight"]
                        + self.p[name + ".bias"])
        return torch.stack(rows)

    def position(self, side, p):
        if self.c["positions"] == "learned":
            return self.p[side + "_embedding.positions"][p]
        if self.c["positions"] == "rotary":
            return torch.zeros(DIM)
        half = DIM // 2
        rates = [10000 ** (-i / (half - 1)) for i in range(half)]
        return torch.tensor([math.sin(p * r) for r in rates] + [math.cos(p * r) for r in rates])

    def embed(self, side, ids):
        shared = side == "target" or self.c["tied"] == "all"
        table = self.p["target_tokens.weight" if shared else "source_tokens.weight"]
        x = torch.stack([table[token] * math.sqrt(DIM) + self.position(side, p) for p, token in enumerate(ids)])
        return self.norm(side + "_embedding.norm", x) if self.c["embedding_norm"] == "true" else x

    def turn(self, head, p):
        """Rotary embedding as a product of complex numbers (Su et al. 2021)."""
        size = DIM // HEADS
        half = size // 2
        angles = torch.tensor([p * 10000 ** (-2 * i / size) for i in range(half)])
        turned = torch.complex(head[:half], head[half:]) * torch.polar(torch.ones(half), angles)
        return torch.cat([turned.real, turned.imag])

    def attend(self, queries, keys, values, causal, rotary):
        size = DIM // HEADS
        rows = []
        for i, query in enumerate(queries):
            heads = []
            for h in range(HEADS):
                part = slice(h * size, (h + 1) * size)
                q = self.turn(query[part], i) if rotary else query[part]
                seen = range(i + 1) if causal else range(len(keys))
                scores = []
                for j in seen:
                    k = self.turn(keys[j][part], j) if rotary else keys[j][part]
                    scores.append((q * k).sum() / math.sqrt(size))
                weights = torch.exp(torch.stack(scores))
                weights = weights / weights.sum()
                heads.append(sum(weights[n] * values[j][part] for n, j in enumerate(seen)))
            rows.append(torch.cat(heads))
        return torch.stack(rows)

    def self_attention(self, name, x, causal):
        h = self.linear(name + ".qkv", x)
        q, k, v = h[:, :DIM], h[:, DIM:2 * DIM], h[:, 2 * DIM:]
        return self.linear(name + ".out", self.attend(q, k, v, causal, self.c["positions"] == "rotary"))

    def cross_attention(self, name, x, memory):
        h = self.linear(name + ".kv", memory)
        q = self.linear(name + ".q", x)
        return self.linear(name + ".out", self.attend(q, h[:, :DIM], h[:, DIM:], False, False))

    def feed_forward(self, name, x):
        h = self.linear(name + ".in", x)
        if self.c["activation"] == "relu":
            h = torch.where(h > 0, h, torch.zeros(()))
        elif self.c["activation"] == "gelu":
            h = h * 0.5 * (1 + torch.erf(h / math.sqrt(2)))
        else:
            gate, value = h[:, :HIDDEN], h[:, HIDDEN:]
            h = gate / (1 + torch.exp(-gate)) * value
        return self.linear(name + ".out", h)

    def sublayer(self, name, x, f):
        if self.c["norm"] == "pre":
            return x + f(self.norm(name, x))
        return self.norm(name, x + f(x))

    def encode(self, ids):
        x = self.embed("source", ids)
        for i in range(LAYERS):
            layer = f"encoder.layers.{i}."
            x = self.sublayer(layer + "self_attention_norm", x,
                              lambda h: self.self_attention(layer + "self_attention", h, False))
            x = self.sublayer(layer + "feed_forward_norm", x, lambda h: self.feed_forward(layer + "feed_forward", h))
        return self.norm("encoder.norm", x) if self.c["norm"] == "pre" else x

    def decode(self, memory, ids):
        x = self.embed("target", ids)
        for i in range(LAYERS):
            layer = f"decoder.layers.{i}."
            x = self.sublayer(layer + "self_attention_norm", x,
                              lambda h: self.self_attention(layer + "self_attention", h, True))
            x = self.sublayer(layer + "cross_attention_norm", x,
                              lambda h: self.cross_attention(layer + "cross_attention", h, memory))
            x = self.sublayer(layer + "feed_forward_norm", x, lambda h: self.feed_forward(layer + "feed_forward", h))
        x = self.norm("decoder.norm", x) if self.c["norm"] == "pre" else x
        output = self.p["output" if self.c["tied"] == "none" else "target_tokens.weight"]
        return x @ output.T


def losses(c, logits, target):
    """Label-smoothed cross-entropy and plain one, summed over one sentence."""
    loss = nll = 0
    for scores, reference in zip(logits, target):
        log_p = scores - torch.log(torch.exp(scores).sum())
        if c["smoothing"] == "uniform":
            wanted = torch.full((VOCABULARY,), SMOOTHING / VOCABULARY)
            wanted[reference] += 1 - SMOOTHING
        else:
            wanted = torch.full((VOCABULARY,), SMOOTHING / (VOCABULARY - 1))
            wanted[reference] = 1 - SMOOTHING
        loss = loss - (wanted * log_p).sum()
        nll = nll - log_p[reference]
    return loss, nll


def run(model):
    """All sentences: states, logits, and the summed losses."""
    memories = [model.encode(source) for source in SOURCES]
    logits = [model.decode(memory, [BOS] + target[:-1]) for memory, target in zip(memories, TARGETS)]
    pairs = [losses(model.c, scores, target) for scores, target in zip(logits, TARGETS)]
    return memories, logits, sum(p[0] for p in pairs), sum(p[1] for p in pairs)


def padded(rows, width):
    return torch.stack([torch.cat([row, torch.zeros((width - len(row), *row.shape[1:]), dtype=row.dtype)]) for row in rows])


def ids(rows):
    return padded([torch.tensor(row) for row in rows], max(map(len, rows)))


def fixture(c, seed):
    generator = torch.Generator().manual_seed(seed)
    parameters = {}
    for name, shape in parameter_shapes(c).items():
        centre = 1.0 if name.endswith("norm.weight") else 0.0
        parameters[name] = (centre + 0.3 * torch.randn(shape, generator=generator)).requires_grad_()
    tensors = {"source": ids(SOURCES), "target_input": ids([[BOS] + t[:-1] for t in TARGETS]), "target_output": ids(TARGETS)}
    tensors.update({"parameter." + n: p.detach().clone() for n, p in parameters.items()})

    model = PlainTransformer(c, parameters)
    tokens = sum(map(len, TARGETS))
    memories, logits, loss, nll = run(model)
    tensors.update(memory=padded([m.detach() for m in memories], max(map(len, SOURCES))),
                   logits=padded([s.detach() for s in logits], max(map(len, TARGETS))),
                   loss=loss.detach(), nll=nll.detach())
    # The padding row is never read by a look-up here; the C++ look-up gives it no gradient either.
    gradients = torch.autograd.grad(loss / tokens, list(parameters.values()))
    tensors.update({"gradient." + n: g for n, g in zip(parameters, gradients)})

    optimizer = torch.optim.Adam(parameters.values(), **ADAM)
    for _ in range(10):
        optimizer.zero_grad()
        (run(model)[2] / tokens).backward()
        optimizer.step()
    tensors.update({"adam." + n: p.detach() for n, p in parameters.items()})
    return tensors


def write_safetensors(path, tensors, metadata):
    names = {torch.float64: "F64", torch.int64: "I64"}
    header, blocks, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        block = tensors[name].contiguous().numpy().tobytes()
        header[name] = dict(dtype=names[tensors[name].dtype], shape=list(tensors[name].shape),
                            data_offsets=[offset, offset + len(block)])
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "fixtures")
    folder.mkdir(parents=True, exist_ok=True)
    for seed, (name, changes) in enumerate(CONFIGURATIONS.items()):
        c = {**BASE, **changes}
        write_safetensors(folder / (name + ".safetensors"), fixture(c, seed), c)
        print(name)


if __name__ == "__main__":
    main()
