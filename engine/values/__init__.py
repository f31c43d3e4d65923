"""Values a premise speaks of: truth, intervals, units and dates, and the problems that say what is wrong."""
