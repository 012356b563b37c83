/** tap plugin: tests run through tsx. tap's own one loads all of TypeScript into each test file, 2 s of CPU time. */
exports.importLoader = 'tsx'
exports.testFileExtensions = ['ts']
