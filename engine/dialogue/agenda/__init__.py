"""The agenda of a consultation: which question is worth asking next, by what its answer can still change."""
