"""Volunteered text: findings, denials and dates in what a person types."""
