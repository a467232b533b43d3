-- The given reports, each with its accuracy, what that means (confidence), and the radius of its disc (metres).
-- Parameters: disc (largest radius), sigmas (how many standard deviations a disc reaches out), accuracies
-- ([metres, confidence] by source of the location).
SELECT d.*, LEAST(%(disc)s, %(sigmas)s * d.accuracy / sqrt(-2 * ln(1 - d.confidence))) AS radius
FROM (
    SELECT g.*,
           COALESCE(g.given_accuracy, g.key_accuracy, (%(accuracies)s::jsonb -> g.source ->> 0)::float8, 0) AS accuracy,
           -- What a sender means by its accuracies says nothing about the one that is assumed of all senders.
           COALESCE(CASE WHEN COALESCE(g.given_accuracy, g.key_accuracy) IS NOT NULL THEN g.key_confidence END,
                    (%(accuracies)s::jsonb -> g.source ->> 1)::float8, 0.95) AS confidence
    FROM (%(given)s) g
) d
