"""Map FHIR R4 resources to what our record can hold: pure functions from JSON objects to facts."""
