// Measures what every Node program costs before its first request: Node itself and its HTTP client.
import { get } from 'node:http';

get(`${process.env['GITHUB_API_URL']}/zen`, (response) => response.resume());
