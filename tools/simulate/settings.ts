/** The settings that users can choose, in the usual order of their growth. */
export const settings = {
  token: {
    name: 'token',
    description: 'a personal token (5,000 requests an hour), `wait-for: online`',
    requestsAnHour: 5_000,
    apps: 1,
    regions: 1,
    inputs: {},
  },
  app: {
    name: 'App',
    description: "a GitHub App's (15,000 in an Enterprise Cloud organization), `wait-for: online`",
    requestsAnHour: 15_000,
    apps: 1,
    regions: 1,
    inputs: {},
  },
  launched: {
    name: 'App, launched',
    description: "a GitHub App's, `wait-for: launched`",
    requestsAnHour: 15_000,
    apps: 1,
    regions: 1,
    inputs: { 'wait-for': 'launched' },
  },
  apps: {
    name: '4 Apps, launched',
    description: 'four Apps, each for a quarter of the repositories, `wait-for: launched`',
    requestsAnHour: 15_000,
    apps: 4,
    regions: 1,
    inputs: { 'wait-for': 'launched' },
  },
  regions: {
    name: '5 Apps, 2 regions, launched',
    description: 'five Apps, with every other start in another region, `wait-for: launched`',
    requestsAnHour: 15_000,
    apps: 5,
    regions: 2,
    inputs: { 'wait-for': 'launched' },
  },
} as const;

export type SettingName = keyof typeof settings;

/** GitHub: 900 points a minute. Source: "Rate limits for the REST API", secondary rate limits. */
export const POINTS_A_MINUTE = 900;
/** For "content-generating requests" in general. It is not documented whether a registration is one. Source: as above. */
export const CREATIONS_A_MINUTE = 80;
