"""The ear: a typed or pasted line, read into answers, questions, and what was not understood.

text -> segments (numbers, times, names, cues) -> what is said of them (denied, doubted, of relatives, over) -> readings
-> one reading or a question.
"""
