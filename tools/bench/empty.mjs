// A program that does nothing: what Node itself costs, from its start to its end.
void 0;
