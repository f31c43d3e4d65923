"""The manual's pages for what is told of patients: answers, patient files and worked cases."""

from __future__ import annotations

PAGES = r"""
OL300
- vitamin_d: lowish
+ vitamin_d: 28 nmol/L
= A number is compared with cut-offs; a word like this cannot be.
OL301
- vitamin_d: 28
+ vitamin_d: 28 nmol/L
= Without its unit a number may mean two and a half times as much.
OL302
- vitamin_d: 28 mg
+ vitamin_d: 28 nmol/L
= A unit of something else cannot be converted.
OL303
- age: 670
+ age: 67
= It is most likely a slip of the finger, and every conclusion would rest on it.
OL304
- creatinine: 1.234,5
+ creatinine: 1234.5
= Comma and point mean different things in different countries.
OL305
- vitamin_d: about 30 nmol/L
+ vitamin_d: 25..35 nmol/L
= Say how far it may be off; then what is sure is concluded, and what is not stays open.
OL306
- vitamin_d: 60..30 nmol/L
+ vitamin_d: 30..60 nmol/L
= No number lies in such a range.
OL308
- started: last spring
+ started: 2025-04
= A date is a day, a month or a year.
OL309
- date: 2062-01-15
+ date: 2026-01-15
= What has not happened yet cannot count.
OL310
- stopped: 16 months ago         # in a worked case without 'today'
+ today: 2026-01-15
= Counted from another day it would be another date.
OL311
- smoking: sometimes
+ smoking: current
= Only the listed answers are known to the rules.
OL312
- fractures: arm
+ fractures: forearm
= The two lead to different conclusions.
OL313
- frax_major: high
+ frax_major: 22 %
= Without a reference range the word stands for no number.
OL314
- pregnancy: maybe
+ pregnancy: yes                 # or: unknown
= What is not known is left out or written as unknown.
OL315
- medicines: [12]
+ medicines: [alendronate]
= An entry of a list is named.
OL316
- fractures: [{site: hip, side: left}]
+ fractures: [{site: hip}]
= A field that is not known would be dropped without a word.
OL317
- {name: alendronate, started: 2025-01, stopped: 2024-01}
+ {name: alendronate, started: 2024-01, stopped: 2025-01}
= One of the dates is wrong, and how long it was taken cannot be told.
OL318
- sex: [female, male]
+ sex: female
= One answer is wanted here.
OL319
- shoe_size: 40
+ leave it out
= Nothing is asked under this name.
OL320
- a file without a line
+ age: 67
= Nothing is known of nobody.
OL321
- 67, female
+ age: 67
+ sex: female
= Each answer has a name.
OL322
- agee: 67
+ age: 67
= An answer under a name that is not known would be lost.
OL323
- score: -2.7
+ t_score_hip: -2.7
= The name could mean several findings.
OL324
- pth: 9 pmol/L
- parathyroid_hormone: 7 pmol/L
+ parathyroid_hormone: 7 pmol/L
= Which of them is right cannot be told.
OL325
- expects: {diagnosed: [osteoporosis]}
+ expect: {diagnosed: [osteoporosis]}
= What is not known is not tested, and the case would prove less than it says.
OL326
- today: next week
+ today: 2026-01-15
= Ages and intervals are counted from it.
OL327
- a list of two patients where one is consulted
+ one file for each
= One consultation is about one person.
OL328
- like: a woman of seventy         # no case above in this file has this name
+ like: a woman of 70
= A patient is taken over from a case that can be read above.
OL329
- without: [vitamin_d]             # the case it is like gives no vitamin D
+ leave it out
= Nothing would be taken away, and the case would not be the one it says.
OL330
- sex: male
- pregnancy: yes
+ sex: female
+ pregnancy: yes
= One of the two answers is wrong, and it must be said which.
OL331
- age: 40
- age_at_menopause: 52
+ age: 60
+ age_at_menopause: 52
= It has not come to pass yet.
OL340
- osteologic assess patient.yaml --guideline nog-2024
+ osteologic assess patient.yaml --guideline nogg-2024
= Under a guideline that does not exist nothing would be shown.
OL341
- osteologic assess patient.yaml --region Mars
+ osteologic assess patient.yaml --region UK
= Under a region that nothing names nothing would be hidden, and it would look chosen.
OL342
- osteologic assess patients.yaml --skip-refused
+ osteologic assess patients.yaml --format jsonl --skip-refused
= Where one report holds all patients, one left out would be missed by nobody.
OL350
- osteologic consult --resume, with a line of the kept file rewritten by hand
+ osteologic consult, or osteologic consult FILE with what was saved
= What was altered may no longer be what was said; the file is left as it is.
OL351
- a state directory that a group or everybody may write in
+ chmod go-w ~/.local/state/osteologic/consultations
= A line put there by somebody else would read like one that was typed.
OL352
- osteologic journal show yesterday
+ osteologic journal show 20261121-101500-000000-4711
= `osteologic journal list` says what they are called.
OL370
- {"resourceType": "Bundle", "entry": [            # and the file ends here
+ {"resourceType": "Bundle", "entry": []}
= Half a record must not pass for a whole one.
OL371
- {"patients": [{"resourceType": 7}]}
+ {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}
= A report of nothing would look like that of a healthy person.
OL372
- one file of 300 MB
+ several files; those of one patient are put together again
= What does not fit would stop the run after long waiting.
OL373
- {"resourceType": "Organization"}
+ {"resourceType": "Observation", "subject": {"reference": "Patient/1"}}
= A result counts for its own subject alone, and here is none.
OL395
- osteologic prove, with no solver installed
+ pip install 'osteologic[proof]'
= Nothing else here needs a solver, and it is big.
OL396
- osteologic prove no-alendronate
+ osteologic prove no-alendronate-below-35
= What is not asked is not proved.
OL401
- {name: A woman of 67, given: {age: 67}}
+ {name: A woman of 67 is measured, given: {age: 67, sex: female}, expect: {orders: [dxa_scan]}}
= A case that expects nothing can never fail.
OL402
- expect: {diagnosis_is: [osteoporosis]}
+ expect: {diagnosed: [osteoporosis]}
= An expectation that is not known is not tested.
OL403
- expect: {diagnosed: [osteoporose]}
+ expect: {diagnosed: [osteoporosis]}
= A case about something that is not there proves nothing.
OL404
- expect: {ranks: [osteomalacia]}
+ expect: {ranks: {osteomalacia: 1}}
= It cannot be told what is expected.
OL405
- two cases called 'A woman of 67'
+ 'A woman of 67 after a hip fracture is treated'
= The name tells what failed.
OL407
- osteologic test in a directory without cases
+ a case for each rule, in tests/cases/
= Tests that tried nothing must not say that everything passed.
OL410
- alendronate-clearance: the cut-off may move
+ alendronate-clearance:
+   the change, in the words in which it is reported: why no patient could notice it
= A change is listed with its reason, so that somebody else can judge it.
OL411
- a change that the rule no longer has
+ leave it out
= What is listed and does not come up any more hides that the rule has changed.
OL412
- osteologic test osteomalacia-frist --mutate
+ osteologic test osteomalacia-first --mutate
= A rule that was not tested must not pass for one that was.
OL413
- osteologic check --put-back rules/safety/kidney.yaml:7     # the edit begins in line 6
+ osteologic check --put-back rules/safety/kidney.yaml:6
= What is undone must be what was meant; `check` and `test` name the place.
"""
