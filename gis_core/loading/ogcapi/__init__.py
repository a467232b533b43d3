"""OGC API Features by its address: the collection and its pages."""
