export function linkPrograms(folder: string, places: readonly string[]): void;
export default function limitPath(): void;
