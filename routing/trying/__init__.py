"""Rules and geodata tried before they count: trials, golden cases, replays."""
