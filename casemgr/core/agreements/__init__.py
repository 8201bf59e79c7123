"""Keep the written agreements with organizations that information may rest on instead of a consent."""
