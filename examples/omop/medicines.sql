-- A row for each ATC code that a course of a medicine has. Exposures to the same substances that follow each other within
-- 30 days are one course; one that had not ended 30 days before the day goes on. Of what one dose keeps going for months
-- (denosumab, zoledronate, romosozumab) all doses are one course with the day of the last.
-- A steroid for the skin, the nose, the eyes or the lungs has the ATC codes of the substance taken by mouth as well:
-- the route, or the form of the product, tells which of them count; where neither is told, it is taken for systemic.
COPY (
WITH substance AS (
    SELECT d.drug_concept_id, STRING_AGG(c.concept_code, '+' ORDER BY c.concept_code) AS substances
    FROM (SELECT DISTINCT drug_concept_id FROM drug_exposure) d
    JOIN concept_ancestor n ON n.descendant_concept_id = d.drug_concept_id
    JOIN concept c ON c.concept_id = n.ancestor_concept_id AND c.concept_class_id = 'Ingredient'
                  AND c.vocabulary_id IN ('RxNorm', 'RxNorm Extension')
    GROUP BY d.drug_concept_id
),
form AS (
    SELECT r.concept_id_1 AS drug_concept_id, MAX(LOWER(f.concept_name)) AS form
    FROM concept_relationship r
    JOIN concept f ON f.concept_id = r.concept_id_2 AND f.concept_class_id = 'Dose Form'
    WHERE r.relationship_id = 'RxNorm has dose form'
    GROUP BY r.concept_id_1
),
strength AS (
    SELECT t.drug_concept_id,
           MAX(COALESCE(t.amount_value, CASE WHEN t.denominator_value IS NOT NULL THEN t.numerator_value END)) AS mg
    FROM drug_strength t
    JOIN concept u ON u.concept_id = COALESCE(t.amount_unit_concept_id, t.numerator_unit_concept_id)
                  AND u.vocabulary_id = 'UCUM' AND u.concept_code = 'mg'
    GROUP BY t.drug_concept_id
    HAVING COUNT(*) = 1
),
given AS (
    SELECT d.person_id, d.drug_concept_id, s.substances,
           d.drug_exposure_start_date AS started,
           COALESCE(d.drug_exposure_end_date, d.drug_exposure_start_date + COALESCE(d.days_supply, 0)) AS ended,
           CASE WHEN d.days_supply > 0 THEN t.mg * d.quantity / d.days_supply ELSE t.mg END AS dose,
           CASE WHEN d.days_supply > 0 AND t.mg * d.quantity > 0 THEN 1 END AS every,
           CASE WHEN LOWER(COALESCE(r.concept_name, f.form, '')) SIMILAR TO
                     '.*(topical|cutaneous|cream|ointment|lotion|nasal|ophthalmic|otic|inhal|respiratory|rectal|vaginal).*'
                THEN 1 ELSE 0 END AS is_local
    FROM drug_exposure d
    JOIN substance s ON s.drug_concept_id = d.drug_concept_id
    LEFT JOIN form f ON f.drug_concept_id = d.drug_concept_id
    LEFT JOIN strength t ON t.drug_concept_id = d.drug_concept_id
    LEFT JOIN concept r ON r.concept_id = d.route_concept_id AND r.domain_id = 'Route'
    WHERE d.drug_exposure_start_date <= getvariable('day')::DATE
),
coded AS (
    SELECT DISTINCT g.substances, g.is_local, c.concept_code AS code,
           CASE WHEN c.concept_code IN ('M05BX04', 'M05BX06', 'M05BA08', 'M05BB08') THEN 1 ELSE 0 END AS lasting
    FROM given g
    JOIN concept_ancestor n ON n.descendant_concept_id = g.drug_concept_id
    JOIN concept c ON c.concept_id = n.ancestor_concept_id AND c.vocabulary_id = 'ATC' AND c.concept_class_id = 'ATC 5th'
    WHERE CASE WHEN g.is_local = 1 THEN c.concept_code SIMILAR TO '(D|R|S|A07|H01|H05).*'
               ELSE c.concept_code NOT SIMILAR TO '(D|R|S|A07).*' OR g.substances NOT IN (
                   SELECT i.substances
                   FROM given i
                   JOIN concept_ancestor a ON a.descendant_concept_id = i.drug_concept_id
                   JOIN concept h ON h.concept_id = a.ancestor_concept_id AND h.vocabulary_id = 'ATC'
                                 AND h.concept_code LIKE 'H02%') END
),
lasting AS (
    SELECT substances, is_local, MAX(lasting) AS lasting FROM coded GROUP BY substances, is_local
),
begun AS (
    SELECT g.*, l.lasting,
           CASE WHEN l.lasting = 1 THEN 0
                WHEN g.started <= MAX(g.ended) OVER (PARTITION BY g.person_id, g.substances, g.is_local ORDER BY g.started,
                     g.ended, g.drug_concept_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) + 30 THEN 0
                ELSE 1 END AS begins
    FROM given g
    JOIN lasting l ON l.substances = g.substances AND l.is_local = g.is_local
),
numbered AS (
    SELECT *, SUM(begins) OVER (PARTITION BY person_id, substances, is_local ORDER BY started, ended, drug_concept_id) AS course
    FROM begun
),
course AS (
    SELECT person_id, substances, is_local, course, MIN(started) AS started, MAX(started) AS last_started,
           MAX(ended) AS ended, MAX(lasting) AS lasting,
           ARG_MAX(dose, started) AS dose, ARG_MAX(every, started) AS every
    FROM numbered
    GROUP BY person_id, substances, is_local, course
)
SELECT k.person_id AS patient,
       k.substances || ' ' || CAST(k.is_local AS VARCHAR) || ' ' || CAST(k.course AS VARCHAR) AS record,
       c.code, k.dose, k.every, k.started,
       CASE WHEN k.lasting = 0 AND k.ended < getvariable('day')::DATE - 30 THEN k.ended END AS stopped,
       CASE WHEN k.lasting = 1 THEN k.last_started END AS last_given
FROM course k
JOIN coded c ON c.substances = k.substances AND c.is_local = k.is_local
WHERE k.person_id IN (SELECT person_id FROM person)
ORDER BY patient, record, CASE WHEN c.code LIKE 'H02%' OR c.code LIKE 'M05%' THEN 0 ELSE 1 END, c.code
) TO 'medicines.parquet' (FORMAT parquet);
