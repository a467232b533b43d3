"""What every subject of the pages uses: who may, lists, filters, cards, errors, logins."""
