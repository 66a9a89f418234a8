"""SentencePiece models: what their pieces are, and the same model with its pieces under other ids."""

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # ModelProto.SentencePiece.Type


class Pieces:
    """The pieces of a SentencePiece model (bytes), by id."""

    def __init__(self, content):
        self.content = content
        self.proto = _parse(content)
        spec = self.proto.trainer_spec
        self.texts = [piece.piece for piece in self.proto.pieces]
        ids = {text: i for i, text in enumerate(self.texts)}
        self.unk = next(i for i, piece in enumerate(self.proto.pieces) if piece.type == UNKNOWN)
        self.pad, self.bos, self.eos = (ids.get(name) for name in (spec.pad_piece, spec.bos_piece, spec.eos_piece))

    def of_text(self):
        """The texts of all pieces that text may be cut into."""
        return {piece.piece for piece in self.proto.pieces if piece.type not in (CONTROL, UNUSED)}

    def unknown(self, texts):
        """Those of `texts` that hold no character which is a piece: a run of such is cut off whole, as <unk> under its own text."""
        known = self.of_text()
        return [] if self.proto.trainer_spec.byte_fallback else [text for text in texts if known.isdisjoint(text)]

    def never_generated(self):
        """Ids that nmt's search leaves out: all symbols but EOS (trained_run.cpp)."""
        symbols = (CONTROL, UNKNOWN, UNUSED)
        return [i for i, piece in enumerate(self.proto.pieces) if piece.type in symbols and i != self.eos]


def with_ids(content, texts, *, pad, unk, bos, eos):
    """The SentencePiece model `content` with the ids of another toolkit: piece i is texts[i], and its symbols are those.

    Two symbols may be one piece: where decoding starts from </s> or <pad>, that is BOS. Texts that are no pieces of the
    model become unused ones: they keep their row in the model's tables, and are never cut nor generated. Pieces that are
    not among the texts are dropped. Returns the model and the texts of both kinds: unused, dropped.
    """
    known = _parse(content)
    pieces = {piece.piece: piece for piece in known.pieces if piece.type != UNUSED}
    all_bytes = len([text for text in texts if text in pieces and pieces[text].type == BYTE]) == 256
    made = type(known)()
    made.CopyFrom(known)
    del made.pieces[:]
    unused = []
    for i, text in enumerate(texts):
        old = pieces.get(text)
        if i in (unk, pad, bos, eos):
            kind = UNKNOWN if i == unk else CONTROL
        elif old is None or (old.type == BYTE and not all_bytes):
            kind = UNUSED
            unused.append(text)
        else:
            kind = old.type
        piece = made.pieces.add(piece=text, score=0)
        if old is not None:
            piece.CopyFrom(old)
        if piece.type != kind:
            piece.type = kind
    old = known.trainer_spec
    names = {"pad": old.pad_piece, "bos": old.bos_piece, "eos": old.eos_piece}
    if made.pieces == known.pieces and names == {"pad": texts[pad], "bos": texts[bos], "eos": texts[eos]}:
        return content, [], []
    spec = made.trainer_spec
    spec.vocab_size, spec.byte_fallback = len(texts), all_bytes
    for symbol, i in {"pad": pad, "unk": unk, "bos": bos, "eos": eos}.items():
        setattr(spec, f"{symbol}_id", i)
        setattr(spec, f"{symbol}_piece", texts[i])
    kept = set(texts)
    dropped = [text for text, piece in pieces.items() if text not in kept and piece.type not in (CONTROL, UNKNOWN)]
    return made.SerializeToString(), unused, dropped


def _parse(content):
    from sentencepiece import sentencepiece_model_pb2

    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(content)
    return proto
