"""The manual's pages for entries, rules and premises: what their words must be."""

from __future__ import annotations

PAGES = r"""
OL101
- recomends: alendronate
+ recommends: alendronate
= A key that is not known is not read, so the rule would do less than it says.
OL102
- low-score: {title: A low score, diagnoses: osteoporosis, when: lowest_t_score <= -2.5}
+ the same, with because, sources and evidence
= Every conclusion is shown with its reason and its source; without them a reader cannot judge it.
OL103
- low-score: ... twice in one file, or in two
+ low-score: ...
+ low-score-after-fracture: ...
= The second would silently replace the first.
OL104
- when: egrf < 30
+ when: egfr < 30 mL/min/1.73m2
= A rule that reads a name nobody answers is never true.
OL105
- recommends: alendronat
+ recommends: alendronate
= A rule about nothing reaches nobody.
OL106
- a: {sets: a, when: b}
- b: {sets: b, when: a}
+ b: {sets: b, when: age > 70}
= What rests on itself can never become true, or would prove itself.
OL107
- plausible: from 10 to 400
+ plausible: 10..400
= What cannot be read as what it is meant to be is not guessed.
OL108
- recommends: dxa_scan       # an investigation
+ orders: dxa_scan
= Each verb is about one kind of thing: tests are ordered, medicines recommended, diseases diagnosed.
OL109
- a finding osteopenia and a state osteopenia
+ a finding osteopenia_on_x_ray and a state osteopenia
= A premise that reads the name could mean either.
OL110
- Vitamin-D-Low: ...
+ vitamin_d_low: ...         # rules, guidelines and sources: vitamin-d-low
= One spelling for each kind lets names be found and compared.
OL111
- x: {title: ..., recommends: alendronate, orders: dxa, when: ...}
+ two rules, one for each verb
= Each conclusion has a reason, a source and a level of its own.
OL112
- x: {diagnoses: osteoporosis, urgency: urgent, when: ...}
+ x: {alerts: hip_fracture, urgency: urgent, when: ...}
= A key that means nothing here would be passed over, though the author relied on it.
OL113
- rules/medicines.yaml with entries such as alendronate: {label: ..., kind: medicine}
+ knowledge/interventions/medicines.yaml
= Rules say what follows, knowledge what words mean; each is read in its own place.
OL114
- osteologic check in a directory without rules/
+ osteologic check in the directory of the knowledge base
= A check that looked at nothing must not say that nothing is wrong.
OL115
- calcium: {label: calcium} and urine_calcium: {label: calcium}
+ urine_calcium: {label: calcium in urine}
= Whoever types the word is understood in neither sense.
OL117
- calcium: {assumed: normal}       # while a contraindication reads calcium
+ calcium: {}                      # asked, and unknown until then
= A bar that rests on a guess lets the one patient through for whom the guess is wrong.
OL118
- abaloparatide: {kind: medicine}  # and no rule contraindicates it
+ contraindicates: abaloparatide, from its label
= A medicine that nothing bars would be offered to everybody.
OL119
- states: {frail: {label: frail}}  # and no rule sets it
+ frail-by-falls: {sets: frail, when: falls_past_year >= 2}
= What no rule concludes stays unknown for every patient.
OL120
- dose: by weight, {weight / 10} mg
+ dose: by weight, {dose_by_weight}     # a quantity
= A text prints one name; anything else would be printed as it stands.
OL121
- classes: {antiresorptive: {label: antiresorptive}}    # and no member of that kind
+ alendronate: {kinds: [antiresorptive]}
= A rule about an empty class reaches nobody.
OL122
- two groups that both list calcium
+ one of them
= A finding is asked once; which question closes it would be left open.
OL123
- alendronate: a bisphosphonate
+ alendronate: {label: alendronate, kind: medicine}
= An entry has keys; a bare text cannot be used.
OL124
- alendronate-clearance: {replaces: alendronate-clearance, when: creatinine_clearance < 25 mL/min, ...}
+ alendronate-clearance: {replaces: alendronate-clearance, when: creatinine_clearance < 40 mL/min, ...}
= A hospital may add and tighten; what it takes away is told to every reader, who has to judge it.
OL126
- urine_calcium: {loinc: [6874-2]}                  # a result, or the test that brings it?
+ urine_calcium: {of: findings, loinc: [6874-2]}
= A result under this code would be filed where nobody looks for it.
OL201
- when: age > 50 and
+ when: age > 50 and sex is female
= What cannot be read is not guessed.
OL202
- when: sex = female and age is 50
+ when: sex is female and age = 50
= One sign for labels and another for numbers shows at a glance what is compared.
OL203
- when: vitamin_d < 30
+ when: vitamin_d < 30 nmol/L
= 30 nmol/L and 30 ng/mL are a deficiency and a sufficiency.
OL204
- when: vitamin_d < 30 mmol
+ when: vitamin_d < 30 nmol/L
= A number in a unit of something else compares nothing.
OL205
- any fractures where (age > 50)       # when 'age' is a field as well as a finding
+ any fractures where (age_at > 50)
= The premise could mean either.
OL206
- when: sex > 3
+ when: age > 3
= Only things of one kind can be compared.
OL207
- when: recommended(referral)          # and no rule recommends any of them
+ a rule that recommends one of the class
= It would be false for want of a rule, and not because it is so.
OL208
- when: frail and age > 80             # and no rule sets 'frail'
+ frail-by-falls: {sets: frail, when: falls_past_year >= 2}
= A conclusion without a rule would be false merely because nobody wrote one.
OL209
- when: 1 < 2
+ when: always
= A premise that is the same for everybody was meant otherwise.
OL210
- when: tsh is low                     # and 'tsh' has no range
+ tsh: {range: 0.4..4 mIU/L}
= Without a range the word is understood only where somebody answers with a word.
OL211
- any fractures where (any medicines where (...))
+ two premises joined by 'and'
= Which list a name belongs to could not be told.
OL212
- applies: diagnosed(osteoporosis)
+ applies: sex is female
= What is asked and worked out comes before all rules; it cannot wait for them.
OL213
- when: age < 50 or age >= 50
+ leave it out
= It is unknown until the age is known, and then says nothing.
OL214
- as: first(a)
+ as: first(a, b)
= With another number of values the formula means something else.
OL215
- a premise of five thousand characters
+ states for its parts, read by name
= It cannot be reviewed, and nobody can be told why it holds.
OL216
- when: status(alendronate) is recommended
+ when: recommended(alendronate)
= What the report says in the end is made of all rules; one that read it would rest on itself. Invariants and other
= queries may ask for it.
OL217
- when: pregnancy or breastfeeding and fragility_fracture
+ when: (pregnancy or breastfeeding) and fragility_fracture
= `and` binds tighter than `or`: every pregnancy would do, and only in nursing would the fracture count.
OL218
- when: any medicines where (name is osteoanabolic and started)
+ when: any medicines where (name is osteoanabolic and stopped)
= Of whoever gave no day it is unknown, and of all others true: it says nothing of when.
"""
