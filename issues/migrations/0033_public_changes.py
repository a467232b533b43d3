"""Triggers that tell whenever something changed that the public sees of issues (`PublicChange`).

Whoever writes, a service or a statement by hand, kept public answers are of no use from the same commit on. One
statement leaves one row, and takes that away which was written 2000 changes earlier: 1000 are read.
"""

from __future__ import annotations

from django.db import migrations, models

WATCHED = """
CREATE FUNCTION issues_public_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO issues_publicchange DEFAULT VALUES RETURNING id INTO written;
    DELETE FROM issues_publicchange WHERE id = written - 2000;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_public_issue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    IF EXISTS (
        SELECT FROM was JOIN is_now USING (id)
        WHERE (was.released_at IS NOT NULL OR is_now.released_at IS NOT NULL)
            AND (was.released_at, was.status, was.status_note, was.status_changed_at, was.public_text, was.public_address,
                 was.is_sheltered, was.category_id, was.closing_reason_id, was.point::bytea)
                IS DISTINCT FROM
                (is_now.released_at, is_now.status, is_now.status_note, is_now.status_changed_at, is_now.public_text,
                 is_now.public_address, is_now.is_sheltered, is_now.category_id, is_now.closing_reason_id,
                 is_now.point::bytea)
    ) THEN
        INSERT INTO issues_publicchange DEFAULT VALUES RETURNING id INTO written;
        DELETE FROM issues_publicchange WHERE id = written - 2000;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER issue_public_changed AFTER UPDATE ON issues_issue
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_issue_changed();
CREATE TRIGGER issue_public_added AFTER INSERT ON issues_issue
    FOR EACH ROW WHEN (NEW.released_at IS NOT NULL) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER issue_public_gone AFTER DELETE ON issues_issue
    FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER photo_public_added AFTER INSERT ON issues_photo
    FOR EACH ROW WHEN (NEW.is_released) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER photo_public_changed AFTER UPDATE ON issues_photo
    FOR EACH ROW WHEN (OLD.is_released OR NEW.is_released) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER photo_public_gone AFTER DELETE ON issues_photo
    FOR EACH ROW WHEN (OLD.is_released) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER category_public_changed AFTER INSERT OR UPDATE OR DELETE ON issues_category
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER sighting_public_changed AFTER INSERT OR UPDATE OR DELETE ON issues_sighting
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER opinion_public_changed AFTER INSERT OR UPDATE OR DELETE ON issues_opinion
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_changed();
"""
UNWATCHED = """
DROP TRIGGER opinion_public_changed ON issues_opinion;
DROP TRIGGER sighting_public_changed ON issues_sighting;
DROP TRIGGER category_public_changed ON issues_category;
DROP TRIGGER photo_public_gone ON issues_photo;
DROP TRIGGER photo_public_changed ON issues_photo;
DROP TRIGGER photo_public_added ON issues_photo;
DROP TRIGGER issue_public_gone ON issues_issue;
DROP TRIGGER issue_public_added ON issues_issue;
DROP TRIGGER issue_public_changed ON issues_issue;
DROP FUNCTION issues_public_issue_changed();
DROP FUNCTION issues_public_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0032_photos_of_authorities")]

    operations = [
        migrations.CreateModel(
            name="PublicChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(WATCHED, UNWATCHED),
    ]
