-- A row for each code that a recorded condition has: first the ICD-10 code that was recorded, then the standard concept
-- (SNOMED CT) and all above it, the nearest first. Of one record the first code that is known to osteologic is read.
-- The same condition coded again within 90 days, as it is at each visit, is one record.
COPY (
WITH recorded AS (
    SELECT person_id, condition_occurrence_id, condition_concept_id, condition_source_concept_id, condition_start_date,
           LAG(condition_start_date) OVER (PARTITION BY person_id, condition_concept_id, condition_source_concept_id
                                           ORDER BY condition_start_date, condition_occurrence_id) AS before
    FROM condition_occurrence
    WHERE condition_start_date <= getvariable('day')::DATE
),
first AS (
    SELECT * FROM recorded WHERE before IS NULL OR condition_start_date > before + 90
),
coded AS (
    SELECT f.*, c.concept_code AS code, 0 AS distance
    FROM first f
    JOIN concept c ON c.concept_id = f.condition_source_concept_id AND c.vocabulary_id IN ('ICD10', 'ICD10CM')
    UNION ALL
    SELECT f.*, c.concept_code, 1 + n.min_levels_of_separation
    FROM first f
    JOIN concept_ancestor n ON n.descendant_concept_id = f.condition_concept_id
    JOIN concept c ON c.concept_id = n.ancestor_concept_id AND c.vocabulary_id = 'SNOMED'
)
SELECT person_id AS patient, condition_occurrence_id AS record, code, condition_start_date AS date
FROM coded
WHERE person_id IN (SELECT person_id FROM person)
ORDER BY patient, condition_start_date, record, distance, code
) TO 'conditions.parquet' (FORMAT parquet);
