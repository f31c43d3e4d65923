"""Patients as health records give them (FHIR)."""
