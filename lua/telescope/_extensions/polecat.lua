--- `:Telescope polecat`. Loaded by telescope.nvim alone.
---@diagnostic disable-next-line: undefined-field
return require('telescope').register_extension({
  exports = {
    polecat = function(opts)
      require('polecat.pickers').telescope(opts)
    end,
  },
})
