"""The manual's pages for the notation of files: what YAML would read otherwise than it was meant."""

from __future__ import annotations

PAGES = r"""
OL001
- osteologic check --knowledge hospitl
+ osteologic check --knowledge hospital
= What is not read takes no part, and the rest would look complete.
OL002
- one file of three megabytes
+ a file for each topic
= No author writes so much by hand; something else got into the directory.
OL003
- a file saved as Windows-1252 or UTF-16
+ the same file saved as UTF-8
= Accents, signs and units would be read as other characters.
OL004
- a file with null bytes, or a picture named .yaml
+ text
= What cannot be seen in an editor must not decide what is read.
OL005
- a text of 20,000 characters on one line
+ because: >-
+   The same text,
+   folded over several lines.
= Nobody can review such a line.
OL006
- all: [any: [all: [any: [all: [...]]]]]
+ a state for the inner part, read by its name
= A premise so deep cannot be checked by eye, and a file so large was written by no author.
OL007
- alendronate:
-     label: alendronate       # indented with a tab
+ alendronate:
+   label: alendronate         # indented with two spaces
= Editors show a tab as two, four or eight spaces; the file would say what nobody sees.
OL008
- label: T-score (with a no-break space or a direction mark inside)
+ label: T-score
= Two names that look alike would be two names.
OL009
- title: “A low score”
+ title: A low score
= Typographic marks are no quotation marks in YAML; they would become part of the text.
OL010
- dose: {vitamin_d} decides
+ dose: "{vitamin_d} decides"
= A text that starts with a brace is read as a mapping.
OL011
- because: [1] says so
+ because: "[1] says so"
= A text that starts with a bracket is read as a list.
OL012
- t_score_hip: > -2.5
+ t_score_hip: "> -2.5"
= YAML takes the sign for the start of a folded text, and the answer is lost.
OL013
- note: *important* for the elderly
+ note: "*important* for the elderly"
= YAML takes the star for a reference to another part of the file.
OL014
- note: &c.
+ note: "&c."
= YAML takes the sign for a name of this part of the file.
OL015
- note: !not in children
+ note: "!not in children"
= YAML takes the mark for a type.
OL016
- note: @home
+ note: "@home"
= YAML keeps @, ` and % for itself at the start of a text.
OL017
- because: Mind this: calcium falls.
+ because: "Mind this: calcium falls."
= A colon and a space make a key of what stands before them.
OL018
- because: Grade #1 evidence
+ because: "Grade #1 evidence"
= Whatever follows ' #' is silently cut off.
OL019
- all: [lesser(a, b) < 3, age > 50]
+ all:
+   - lesser(a, b) < 3
+   - age > 50
= Inside [ ] the comma ends the item, in the middle of the expression.
OL020
- {question: Broken bones?}
+ {question: "Broken bones?"}
= A question mark before a bracket or brace is read as a sign of YAML.
OL021
- when: lowest_t_score <= -2,5
+ when: lowest_t_score <= -2.5
= The comma ends a number or splits a list; the cut-off would be another one.
OL022
- title: One
-  when: always
+ title: One
+ when: always
= How far a line is indented says what it belongs to.
OL023
- title A low score
+ title: A low score
= Without its colon a key is text, and what follows belongs to the key above.
OL024
- title:A low score
+ title: A low score
= Without a space after it the colon is part of the word.
OL025
- title: "A low score
+ title: "A low score"
= Everything up to the next quotation mark would be one text.
OL026
- sources: [nogg-2024
+ sources: [nogg-2024]
= Everything up to the next bracket would be one list.
OL027
- because: "5 \% of them"
+ because: 5 % of them
= Between double quotes a backslash starts a sign of its own.
OL028
- all: - age > 50
+ all:
+   - age > 50
= A list starts on a line of its own.
OL029
- <<: *defaults
+ the keys themselves, or `common:` at the top of a file of rules
= What an entry says must stand in it, where it is reviewed.
OL030
- when: *guard
+ when: age >= 18
= A name for a part of the file that is not there, or that stands for far too much, cannot be followed.
OL031
- a second '---' in the file
+ two files
= Only the first document would be read.
OL032
- [age, sex]: 3
+ age: 3
= A key is a word; entries are found by it.
OL033
- {sex, age: 67}
+ {sex: female, age: 67}
= A key without a value says nothing.
OL034
- a line that is neither key, item nor text
+ key: value
= What cannot be read is not passed over; the entry is left out until it is mended.
OL701
- synonyms: [soft bones,  # what people say
-     adult rickets]
+ # soft bones: what people say
+ synonyms: [soft bones, adult rickets]
= Laying a file out must lose no comment and change no meaning; where it would, the file stays as it is.
OL702
- osteologic new finding grip
+ osteologic new finding grip --file knowledge/findings/symptoms.yaml
= Where nothing that is there is like the new entry, only its author knows where a colleague would look for it.
OL703
- osteologic rename vitamind vitamin_d_level
+ osteologic rename vitamin_d vitamin_d_level
= Only what has an id can be given another; where two things have one, `--kind` says which is meant.
OL704
- osteologic rename vitamin_d calcium
+ osteologic rename vitamin_d vitamin_d_level
= An id that is taken would make two things one; and a change after which the files do not read is not made.
"""
