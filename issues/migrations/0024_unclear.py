"""Whether it is unclear who must act: the queue asks for the few among the many. Routing's next migration fills it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("issues", "0023_reporting")]

    operations = [
        migrations.AddField(
            "issue",
            "is_unclear",
            models.BooleanField(
                db_default=True, default=True, editable=False, verbose_name="unclear who must act"
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "-received_at", "-id"],
                condition=Q(is_unclear=True),
                name="issue_unclear",
            ),
        ),
    ]
