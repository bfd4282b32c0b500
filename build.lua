-- Brings the backend. Plugin managers run this after an install and after an update: lazy.nvim by
-- itself, others with `dofile('.../build.lua')`. See `:help polecat-install`.
local root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')

-- The plugin may not be on 'runtimepath' yet, or be loaded as it was before the update; what is
-- loaded stays so until Neovim starts anew.
local path, loaded = package.path, {}
for name, module in pairs(package.loaded) do
  if
    name:find('^polecat%.install')
    or name == 'polecat.rpc.binary'
    or name == 'polecat.release'
  then
    loaded[name], package.loaded[name] = module, nil
  end
end
package.path = root .. '/lua/?.lua;' .. path
local install = require('polecat.install')
package.path = path
for name, module in pairs(loaded) do
  package.loaded[name] = module
end

install.run({ wait = true })
