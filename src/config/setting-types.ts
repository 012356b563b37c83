import { type IntegerOptions, type StringOptions, Type } from '@sinclair/typebox'

// Of what kind settings are.

export const Port = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65535, default: value, description })
export const Bytes = (value: number, description: string) =>
  Type.Integer({ minimum: 1024, default: value, description })
export const Milliseconds = (value: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3_600_000, default: value, description })
export const Text = (value: string, description: string) =>
  Type.String({ minLength: 1, default: value, description })
export const Whole = (rules: IntegerOptions, description: string) => Type.Integer({ ...rules, description })
export const OptionalText = (description: string, rules: StringOptions = { minLength: 1 }) =>
  Type.Optional(Type.String({ ...rules, description }))
