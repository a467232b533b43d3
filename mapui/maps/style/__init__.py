"""How the base map looks: one style in three variants, drawn by MapLibre for staff and by MapServer as pictures."""
