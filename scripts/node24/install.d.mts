export function installNode24(): string;
