"""Mutation testing: small changes of rules, and whether worked cases notice them."""
