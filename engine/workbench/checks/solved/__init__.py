"""What rules come to over all patients, asked of a solver where one is installed; what was found is kept."""
