--- `:Telescope polecat`. Loaded by telescope.nvim alone.
return require('telescope').register_extension({
  exports = {
    polecat = function(opts)
      require('polecat.integrations.pickers').telescope(opts)
    end,
  },
})
