"""Assessment: diagnoses, work-up, plan and alerts of a case, each with its reasons."""
