import t from 'tap'
import fc from 'fast-check'
import { chooseLanguage } from '../../src/http/accept-language.js'

const LANGUAGES = ['en-AU', 'fr', 'pt-BR'] as const

t.test('the best language that the caller takes is chosen', async (t) => {
  t.equal(chooseLanguage('fr', LANGUAGES), 'fr')
  t.equal(chooseLanguage('en-au;q=0.5, fr;q=0.8', LANGUAGES), 'fr')
  t.equal(chooseLanguage('FR-ca, en;q=0.1', LANGUAGES), 'fr', 'for who speaks it somewhere else')
  t.equal(chooseLanguage('pt, fr;q=0.5', LANGUAGES), 'pt-BR')
  t.equal(chooseLanguage('de, fr;q=0.1', LANGUAGES), 'fr')
})

t.test('whoever takes any, or none of them, gets the first', async (t) => {
  for (const field of [undefined, '', '*', 'de', 'fr;q=0', ';;;', 'q=1'])
    t.equal(chooseLanguage(field, LANGUAGES), 'en-AU', field ?? 'no field')
})

t.test('whatever is sent, one of them is chosen', async (t) => {
  const piece = fc.constantFrom(
    'fr',
    'en-AU',
    '*',
    ';q=',
    ';',
    ',',
    '0.5',
    '-',
    '=',
    '"',
    '\\',
    ' ',
    'pt',
    'x'.repeat(20)
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join(''))
      ),
      (field) => (LANGUAGES as readonly string[]).includes(chooseLanguage(field, LANGUAGES))
    )
  )
  t.pass()
})
