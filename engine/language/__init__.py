"""The words authors and patients use: problems, truth, quantities, the premise language and its plain wording."""
