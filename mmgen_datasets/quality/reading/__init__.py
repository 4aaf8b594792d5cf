"""A small reader of English, without a parser, which all checks of conversations share.

`sentences` cuts a text, once, by places: quotations, sentences, words and marks; `wordings` finds
turns of phrase in it. `mentions` is the way to what a text says is in a picture: `lexicon` knows
the names of things, with `synonyms`, and `other_senses` of the same words; `phrases` finds what
belongs to a name, and its `amounts`; `stance` tells whether the thing is said to be there, from
the `cues` in its `clauses`.
"""
