--- `require('polecat.pickers').telescope(opts)` and its kin.
return require('polecat.integrations.pickers')
