"""What clerks do with one report or many: each verb can be looked at before, and taken back for a while."""
