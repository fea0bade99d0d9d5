// A program that does nothing. Measures what Node itself costs from start to end.
void 0;
