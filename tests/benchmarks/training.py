#!/usr/bin/env python3
"""Times the training step against the same Transformer written plainly in PyTorch, on the same LibTorch, weights and batches.

usage: training.py PROGRAM [--sizes tiny iwslt base] [--tokens N] [--updates N] [--rounds N] [--threads N]

PROGRAM is build/bench_training (ninja -C build bench_training). PyTorch must be of the version of its LibTorch:
PYTHONPATH=~/.cache/nmt/torch-2.11.0, where scripts/setup.sh puts it. Sentence lengths are drawn from a log-normal distribution of
mean 25 tokens, batches are sorted by length as the planner does. The programs take turns: a round is one run of each, in which the
first two updates do not count. First, without dropout, both train for 10 updates of learning rate 1e-3 in each precision, and every
update's losses must agree within TOLERANCES. Prints the last of these and a table of medians over rounds.
"""

import argparse
import json
import math
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

PAD, BOS, EOS, VOCABULARY = 0, 1, 2, 8000
SIZES = {"tiny": (128, 4, 256, 4), "iwslt": (512, 4, 1024, 6), "base": (512, 8, 2048, 6)}  # dim, heads, hidden, layers
# Of a loss, relative. PyTorch alone differs by up to 1e-5 when its weights change by 1e-7, and by 1.3e-4 between fp32 and bf16.
TOLERANCES = {"fp32": 0.001, "bf16": 0.005}


def write_batches(path, tokens, count):
    random_ = random.Random(1)

    batches = []
    for _ in range(count):
        middle = min(100, max(2, round(random_.lognormvariate(3.0, 0.6))))
        rows = []
        while len(rows) * (middle + 2) < tokens:
            pair = [max(1, middle + random_.randrange(-1, 2)) for _ in range(2)]
            rows.append([[random_.randrange(3, VOCABULARY) for _ in range(length)] for length in pair])
        batches.append(rows)
    with open(path, "w") as file:
        json.dump({"vocabulary": VOCABULARY, "batches": batches}, file)


def read_safetensors(path):
    import torch
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(bytearray(data[entry["data_offsets"][0]:entry["data_offsets"][1]]),
                                   dtype=torch.float32).view(entry["shape"]) for name, entry in header.items()}


def peer(batches_path, weights_path, preset, precision, updates, threads, dropout, lr):
    """The plain model; the same output as bench_training."""
    import torch
    from torch import nn
    from torch.nn import functional as F
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    dim, heads, hidden, layers = SIZES[preset]

    def split(x):
        return x.view(x.size(0), x.size(1), heads, dim // heads).transpose(1, 2)

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.q, self.k, self.v, self.out = (nn.Linear(dim, dim) for _ in range(4))

        def forward(self, x, memory, mask, causal):
            h = F.scaled_dot_product_attention(split(self.q(x)), split(self.k(memory)), split(self.v(memory)),
                                               attn_mask=mask, is_causal=causal)
            return self.out(h.transpose(1, 2).reshape(x.shape))

    class Layer(nn.Module):
        def __init__(self, cross):
            super().__init__()
            self.self_attention, self.cross_attention = Attention(), Attention() if cross else None
            self.self_attention_norm, self.feed_forward_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
            self.cross_attention_norm = nn.LayerNorm(dim) if cross else None
            self.up, self.down = nn.Linear(dim, hidden), nn.Linear(hidden, dim)
            self.dropout = nn.Dropout(dropout)

        def forward(self, x, mask, memory=None, memory_mask=None):
            h = self.self_attention_norm(x)
            x = x + self.dropout(self.self_attention(h, h, mask, causal=self.cross_attention is not None))
            if self.cross_attention is not None:
                h = self.cross_attention_norm(x)
                x = x + self.dropout(self.cross_attention(h, memory, memory_mask, causal=False))
            return x + self.dropout(self.down(F.relu(self.up(self.feed_forward_norm(x)))))

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens = nn.Embedding(VOCABULARY, dim, padding_idx=PAD)
            self.encoder = nn.ModuleList(Layer(False) for _ in range(layers))
            self.decoder = nn.ModuleList(Layer(True) for _ in range(layers))
            self.encoder_norm, self.decoder_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
            self.dropout = nn.Dropout(dropout)
            half = dim // 2
            rates = torch.exp(torch.arange(half) * (-math.log(10000) / (half - 1)))
            angles = torch.arange(1024).unsqueeze(1) * rates
            self.register_buffer("positions", torch.cat([angles.sin(), angles.cos()], 1))

        def embed(self, ids):
            return self.dropout(self.tokens(ids) * math.sqrt(dim) + self.positions[:ids.size(1)])

        def forward(self, source, target):
            mask = (source != PAD)[:, None, None, :]
            x = self.embed(source)
            for layer in self.encoder:
                x = layer(x, mask)
            memory, x = self.encoder_norm(x), self.embed(target)
            for layer in self.decoder:
                x = layer(x, None, memory, mask)
            return F.linear(self.decoder_norm(x), self.tokens.weight)

    model = Model()
    theirs = read_safetensors(weights_path)
    own = {"tokens.weight": theirs["target_tokens.weight"]}
    for stack in ("encoder", "decoder"):
        for kind in ("weight", "bias"):
            own[f"{stack}_norm.{kind}"] = theirs[f"{stack}.norm.{kind}"]
            for i in range(layers):
                mine, layer = f"{stack}.{i}.", f"{stack}.layers.{i}."
                for name, part in zip("qkv", theirs[layer + "self_attention.qkv." + kind].chunk(3)):
                    own[f"{mine}self_attention.{name}.{kind}"] = part
                own[f"{mine}self_attention.out.{kind}"] = theirs[layer + "self_attention.out." + kind]
                if stack == "decoder":
                    own[f"{mine}cross_attention.q.{kind}"] = theirs[layer + "cross_attention.q." + kind]
                    for name, part in zip("kv", theirs[layer + "cross_attention.kv." + kind].chunk(2)):
                        own[f"{mine}cross_attention.{name}.{kind}"] = part
                    own[f"{mine}cross_attention.out.{kind}"] = theirs[layer + "cross_attention.out." + kind]
                    own[f"{mine}cross_attention_norm.{kind}"] = theirs[layer + "cross_attention_norm." + kind]
                own[f"{mine}self_attention_norm.{kind}"] = theirs[layer + "self_attention_norm." + kind]
                own[f"{mine}feed_forward_norm.{kind}"] = theirs[layer + "feed_forward_norm." + kind]
                own[f"{mine}up.{kind}"] = theirs[layer + "feed_forward.in." + kind]
                own[f"{mine}down.{kind}"] = theirs[layer + "feed_forward.out." + kind]
    own["positions"] = model.positions
    model.load_state_dict(own)

    def padded(rows):
        return nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD)

    with open(batches_path) as file:
        batches = [(padded([s + [EOS] for s, _ in rows]), padded([[BOS] + t for _, t in rows]), padded([t + [EOS] for _, t in rows]))
                   for rows in json.load(file)["batches"]]
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.98), eps=1e-9, fused=True)
    output = {"libtorch": torch.__version__.split("+")[0], "seconds": [], "losses": []}
    for update in range(updates):
        source, target_input, target_output = batches[update % len(batches)]
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            logits = model(source, target_input)
        loss = F.cross_entropy(logits.flatten(0, 1).float(), target_output.flatten(), ignore_index=PAD, label_smoothing=0.1,
                               reduction="sum") / (target_output != PAD).sum()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        output["seconds"].append(time.perf_counter() - start)
        output["losses"].append(loss.item())
    return output


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--precisions", nargs="+", choices=["fp32", "bf16"], default=["fp32", "bf16"])
    parser.add_argument("--tokens", type=int, default=2048, help="source tokens of a batch, padding counted")
    parser.add_argument("--updates", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peer", nargs=8, help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.peer:
        batches, weights, preset, precision, updates, threads, dropout, lr = o.peer
        print(json.dumps(peer(batches, weights, preset, precision, int(updates), int(threads), float(dropout), float(lr))))
        return 0

    with tempfile.TemporaryDirectory() as folder:
        batches, weights = os.path.join(folder, "batches.json"), os.path.join(folder, "weights.safetensors")
        write_batches(batches, o.tokens, 10)
        with open(batches) as file:
            tokens = [sum(len(t) + 1 for _, t in rows) for rows in json.load(file)["batches"]]

        def run(which, preset, precision, updates, dropout=0.1, lr=1e-4):
            program = [o.program] if which == "nmt" else [sys.executable, __file__, o.program, "--peer"]
            arguments = [batches, weights, preset, precision, str(updates), str(o.threads), str(dropout), str(lr)]
            done = subprocess.run(program + arguments, stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                sys.exit(f"{which} failed: {' '.join(program + arguments)}")
            return json.loads(done.stdout)

        def speed(result):
            counted = range(2, len(result["seconds"]))
            return sum(tokens[i % len(tokens)] for i in counted) / sum(result["seconds"][i] for i in counted)

        def check(preset, precision):
            """That both compute the same."""
            ours, theirs = (run(which, preset, precision, 10, dropout=0, lr=1e-3) for which in ("nmt", "PyTorch"))
            if ours["libtorch"] != theirs["libtorch"]:
                sys.exit(f"{o.program} has LibTorch {ours['libtorch']}, the PyTorch of {sys.executable} {theirs['libtorch']}: "
                         "set PYTHONPATH to one of the same version")
            apart = max(abs(a / b - 1) for a, b in zip(ours["losses"], theirs["losses"]))
            first, last = ([result["losses"][i] for result in (theirs, ours)] for i in (0, -1))
            print(f"{preset}, {precision}: losses of PyTorch and nmt {first[0]:.4f} and {first[1]:.4f}, in the tenth update {last[0]:.4f} "
                  f"and {last[1]:.4f}; at most {100 * apart:.3f} % apart; LibTorch {theirs['libtorch']} and {ours['libtorch']}", flush=True)
            if not apart <= TOLERANCES[precision]:
                sys.exit(f"{preset}, {precision}: the models differ: losses {ours['losses']} and {theirs['losses']}")

        for preset in o.sizes:
            for precision in o.precisions:
                check(preset, precision)
        print(f"\n{o.threads} thread(s), {statistics.mean(tokens):,.0f} target tokens a batch, "
              f"medians (lowest–highest) of {o.rounds} rounds\n")
        print("| size | precision | PyTorch, tokens/s | nmt, tokens/s | faster |\n| --- | --- | --- | --- | --- |")
        for preset in o.sizes:
            speeds = {}
            for _ in range(o.rounds):
                for precision in o.precisions:
                    for which in ("nmt", "PyTorch"):
                        speeds.setdefault((precision, which), []).append(speed(run(which, preset, precision, o.updates)))
            for precision in o.precisions:
                a, b = speeds[precision, "PyTorch"], speeds[precision, "nmt"]
                texts = [f"{statistics.median(x):,.0f} ({min(x):,.0f}–{max(x):,.0f})" for x in (a, b)]
                ratio = statistics.median(y / x for x, y in zip(a, b))
                print(f"| {preset} | {precision} | {texts[0]} | {texts[1]} | {ratio:.2f} × |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
