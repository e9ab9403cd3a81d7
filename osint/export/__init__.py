"""Lead packages: `package.build` makes one, `verifier.main.verify` checks one, `formats` writes tables of leads."""
