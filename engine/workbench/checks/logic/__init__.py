"""Logic of premises for checks: what implies, excludes or bounds what."""
