"""What a text says is in a picture: a small reader of English, without a parser.

`mentions` is the way in. A text falls into `tokens`; `lexicon` knows the names of things, with
`synonyms`, and `other_senses` of the same words; `phrases` finds what belongs to a name, and its
`amounts`; `stance` tells whether the thing is said to be there, from the `cues` in its `clauses`.
"""
