from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = _("Responsibility")

    def ready(self) -> None:
        from gis_core.messages import messages_register
        from issues import agency
        from issues.services.mailbox import authorities
        from issues.services.retention import words
        from routing import receivers  # noqa: F401 - connects to the issues' signal
        from routing.answering.mails import answer_take, bounce_take
        from routing.deciding.enquiries import issue_reason
        from routing.deciding.in_force import agency_names
        from routing.deciding.question_links import questions_open
        from routing.importers import datasets_register
        from routing.outbox.words import words_erase, words_mask
        from routing.texts import TEXTS

        messages_register(TEXTS)
        agency.register(agency_names)
        agency.register_reason(issue_reason)
        agency.register_questions(questions_open)
        authorities.register(answer_take, bounce_take)
        words.register(words_erase, words_mask)
        datasets_register()
