"""Editing of rule files: layout, schema, new entries, and checks while a file is edited."""
