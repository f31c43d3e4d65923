"""Parts of verdicts kept from one patient to the next: what was the same for an earlier one is not worked out anew."""
