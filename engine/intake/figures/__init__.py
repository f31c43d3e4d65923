"""Numbers, times and words in the spellings that people use for them, each as a patient file writes it."""
