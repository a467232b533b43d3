"""A WFS by its address: fetched whole, or what changed."""
