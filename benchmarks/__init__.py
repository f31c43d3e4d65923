"""What is measured, and against whom: `python -m benchmarks` runs everything and writes docs/performance.md."""
