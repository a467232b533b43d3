"""`./run demo`: the whole chain on one machine, with real receivers, and a look at what arrived."""
