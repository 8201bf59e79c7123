"""Take records in from elsewhere: FHIR R4 bundles."""
