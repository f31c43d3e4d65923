"""What can be had where the patient is seen."""
