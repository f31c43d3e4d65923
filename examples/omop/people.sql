-- One row a person, from the OMOP Common Data Model, version 5.4: who it is, and the age on the day.
-- The variable `day` is the day on which everybody is seen. Nothing here is an id of ours: what a concept is, your own `concept` table says.
COPY (
SELECT p.person_id AS patient,
       getvariable('day')::DATE AS day,
       CASE WHEN p.month_of_birth IS NULL AND EXTRACT(year FROM getvariable('day')::DATE) > p.year_of_birth
            THEN CAST(EXTRACT(year FROM getvariable('day')::DATE) - p.year_of_birth - 1 AS VARCHAR) || '..'
                 || CAST(EXTRACT(year FROM getvariable('day')::DATE) - p.year_of_birth AS VARCHAR)
            ELSE CAST(EXTRACT(year FROM getvariable('day')::DATE) - p.year_of_birth
                      - CASE WHEN 100 * p.month_of_birth + COALESCE(p.day_of_birth, 1)
                                  > 100 * EXTRACT(month FROM getvariable('day')::DATE) + EXTRACT(day FROM getvariable('day')::DATE)
                             THEN 1 ELSE 0 END AS VARCHAR) END AS age,
       g.concept_code AS sex
FROM person p
LEFT JOIN concept g ON g.concept_id = p.gender_concept_id AND g.vocabulary_id = 'Gender'
ORDER BY patient
) TO 'people.parquet' (FORMAT parquet);
