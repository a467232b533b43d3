"""The decision in one sentence a clerk would sign, in every language, and the reasons beside it."""

from routing.sentences.compose import (
    legal_basis_shown,
    public_sentence,
    sentence,
    tried_phrase,
    unreachable_phrase,
)

__all__ = ["legal_basis_shown", "public_sentence", "sentence", "tried_phrase", "unreachable_phrase"]
