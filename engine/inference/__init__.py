"""Forward chaining over what is known: ground productions, the experta network, and a plain evaluator to hold it to."""
