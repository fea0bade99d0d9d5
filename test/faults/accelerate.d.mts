export const factor: number;
export const environment: Readonly<Record<string, string>>;
export function realNow(): number;
