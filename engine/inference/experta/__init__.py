"""The forward-chaining shell: ground productions as rules of experta."""
