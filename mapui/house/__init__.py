"""The master data of a city (Stammdaten): categories, questions, reasons, texts, checklists, closed days."""
