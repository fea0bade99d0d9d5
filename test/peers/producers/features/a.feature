Feature: F
  Scenario: ok
    Given a step
  Scenario: bad
    Given a bad step
  Scenario: undefined
    Given nothing known
