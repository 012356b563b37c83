export const importLoader: string
export const testFileExtensions: string[]
