"""Keep which written policy covers each area that the rule names, who attested it, and when it is looked at again."""
