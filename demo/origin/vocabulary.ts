/** Made-up names and words for the seeded rows. */
export const firstNames = [
  'Ada',
  'Bram',
  'Chloe',
  'Dev',
  'Elif',
  'Farid',
  'Grace',
  'Hugo',
  'Ines',
  'Jun'
] as const
export const lastNames = ['Aldous', 'Banks', 'Cruz', 'Dorn', 'Ekker', 'Frost', 'Grey', 'Holt', 'Ito'] as const

export const businessAreaNames = [
  'Animal Science',
  'Plant Science',
  'Marine Science',
  'Fire Science',
  'Ecosystem Science',
  'Spatial Analysis',
  'Remote Sensing',
  'Wetlands Conservation'
] as const

export const words = [
  'Banksia',
  'Numbat',
  'Coastal',
  'Karri',
  'Reef',
  'Wetland',
  'Quokka',
  'Orchid',
  'Fire',
  'Survey',
  'Genetic',
  'Seagrass',
  'Mulga',
  'Dibbler',
  'Salinity',
  'Turtle'
] as const

/** About `count` × 6 bytes of lower-case text. */
export const proseOf = (count: number, below: (limit: number) => number): string => {
  const text = Array.from({ length: count }, () => words[below(words.length)] ?? words[0])
  return `${text.join(' ').toLowerCase()}.`
}
