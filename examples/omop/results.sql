-- A row for each result with a LOINC code: number, unit in UCUM, day, and the range that the laboratory printed; answers
-- that are concepts (smoking) by their SNOMED CT code.
COPY (
SELECT m.person_id AS patient, c.concept_code AS code, m.value_as_number AS value, o.concept_name AS operator,
       a.concept_code AS answer, COALESCE(u.concept_code, m.unit_source_value) AS unit, m.measurement_date AS date,
       m.range_low, m.range_high
FROM measurement m
JOIN concept c ON c.concept_id = m.measurement_concept_id AND c.vocabulary_id = 'LOINC'
LEFT JOIN concept o ON o.concept_id = m.operator_concept_id
LEFT JOIN concept a ON a.concept_id = m.value_as_concept_id AND a.vocabulary_id = 'SNOMED'
LEFT JOIN concept u ON u.concept_id = m.unit_concept_id AND u.vocabulary_id = 'UCUM'
WHERE m.measurement_date <= getvariable('day')::DATE AND (m.value_as_number IS NOT NULL OR a.concept_code IS NOT NULL)
  AND m.person_id IN (SELECT person_id FROM person)
UNION ALL
SELECT b.person_id, c.concept_code, b.value_as_number, NULL, a.concept_code, COALESCE(u.concept_code, b.unit_source_value),
       b.observation_date, NULL, NULL
FROM observation b
JOIN concept c ON c.concept_id = b.observation_concept_id AND c.vocabulary_id = 'LOINC'
LEFT JOIN concept a ON a.concept_id = b.value_as_concept_id AND a.vocabulary_id = 'SNOMED'
LEFT JOIN concept u ON u.concept_id = b.unit_concept_id AND u.vocabulary_id = 'UCUM'
WHERE b.observation_date <= getvariable('day')::DATE AND (b.value_as_number IS NOT NULL OR a.concept_code IS NOT NULL)
  AND b.person_id IN (SELECT person_id FROM person)
ORDER BY patient, date, code
) TO 'results.parquet' (FORMAT parquet);
