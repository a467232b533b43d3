"""Weiterleitungen: where the deliveries stand, what does not get through, and what a person does about it."""
