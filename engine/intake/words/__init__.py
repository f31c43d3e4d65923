"""The word table and the lexicon: every name and phrase that a line can hold, with what each can mean."""
