"""The ear: a typed or pasted line, read into answers, questions, and what was not understood.

text -> segments (numbers, times, names, cues) -> scope of what is said of them -> readings -> one reading or a question.
"""
