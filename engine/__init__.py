"""The program in rooms, each importing only the rooms below it: see docs/design.md."""
